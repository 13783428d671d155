//! How often the rules tell the category of labelled traces: `causes FILE` of `tests/data/causes`.
//!
//! It says numbers alone, so that the half which is held out can be scored without being read.
#![expect(clippy::print_stdout, reason = "it is what it is for")]

use std::error::Error;
use std::time::{Duration, Instant};

use bugsage_domain::analysis::rules::{Circumstances, analyze, prepare};
use bugsage_domain::occurrence::{Message, Occurrence};
use bugsage_domain::trace;
use serde_json::Value;

/// As a report in plain text comes in: what is no trace is a message.
fn occurrence(language: &str, text: &str) -> Occurrence {
    match trace::parse(text) {
        Some(trace) => Occurrence {
            platform: Some(trace.platform.to_owned()),
            exceptions: trace.exceptions,
            ..Occurrence::default()
        },
        None => Occurrence {
            platform: Some(language.to_owned()),
            message: Some(Message {
                formatted: text.to_owned(),
                template: None,
            }),
            ..Occurrence::default()
        },
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("say which file")?;
    prepare();
    let (mut all, mut right, mut slowest) = (0_u32, 0_u32, Duration::ZERO);
    for line in std::fs::read_to_string(file)?.lines() {
        let row: Value = serde_json::from_str(line)?;
        let text = |field: &str| row[field].as_str().unwrap_or_default();
        let occurrence = occurrence(text("language"), text("trace"));
        let begun = Instant::now();
        let analysis = analyze(&occurrence, &Circumstances::default());
        slowest = slowest.max(begun.elapsed());
        analysis.validate()?;
        all += 1;
        right += u32::from(analysis.category.as_str() == text("category"));
    }
    let accuracy = f64::from(right) / f64::from(all.max(1));
    println!("rules: category of {right} of {all} right, accuracy {accuracy:.3}");
    println!(
        "rules: the slowest took {:.2} ms",
        slowest.as_secs_f64() * 1_000.0
    );
    Ok(())
}
