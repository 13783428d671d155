//! Rules against labelled traces of the eight languages. Those in `tuning.jsonl` may be looked at
//! and tuned to; the other half is for `make eval` alone.

#![expect(clippy::unwrap_used, reason = "a test may fail wherever it stands")]

use std::process::Command;
use std::time::Instant;

use bugsage_domain::analysis::Category;
use bugsage_domain::analysis::rules::{Circumstances, analyze, prepare};
use bugsage_domain::occurrence::{Message, Occurrence};
use bugsage_domain::trace;
use serde_json::Value;

/// Set for a process that looks at traces for the first time.
const FIRST: &str = "BUGSAGE_TEST_FIRST_TRACES";
/// Such processes: what a trace waits for it waits for in each, other load in some.
const PROCESSES: usize = 4;
/// Milliseconds that reading a trace for the first time may take longer than the second time.
const WAIT_MAX: f64 = 2.0;

const DATA: &str = include_str!("../../tests/data/causes/tuning.jsonl");

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

#[test]
fn the_category_of_labelled_traces_is_told() {
    let mut confused = Vec::new();
    let mut all = 0;
    for line in DATA.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| row[field].as_str().unwrap();
        let expected: Category = text("category").parse().unwrap();
        let occurrence = occurrence(text("language"), text("trace"));
        let analysis = analyze(&occurrence, &Circumstances::default());
        assert_eq!(analysis.validate(), Ok(()), "{}", text("id"));
        all += 1;
        if analysis.category != expected {
            let told = analysis.evidence.first().map(|one| one.claim.as_str());
            confused.push(format!(
                "{} is {expected}, told {}: {}",
                text("id"),
                analysis.category,
                told.unwrap_or("nothing"),
            ));
        }
    }
    let accuracy = 1.0 - confused.len() as f64 / f64::from(all);
    assert!(
        accuracy >= 0.85,
        "accuracy {accuracy:.3} of {all}\n{}",
        confused.join("\n")
    );
}

/// How much longer each trace takes the first time than the second, in milliseconds, a line each.
fn tell_waits() {
    prepare();
    for line in DATA.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |field: &str| row[field].as_str().unwrap();
        let occurrence = occurrence(text("language"), text("trace"));
        let milliseconds = || {
            let started = Instant::now();
            _ = analyze(&occurrence, &Circumstances::default());
            started.elapsed().as_secs_f64() * 1e3
        };
        let (first, second) = (milliseconds(), milliseconds());
        eprintln!("{FIRST} {}", first - second);
    }
}

fn waits_of_a_process() -> Vec<f64> {
    let name = "the_first_traces_of_a_process_wait_for_nothing";
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(FIRST, "1")
        .output()
        .unwrap();
    let told = String::from_utf8(child.stderr).unwrap();
    let waits = told.lines().filter_map(|line| line.strip_prefix(FIRST));
    waits.map(|wait| wait.trim().parse().unwrap()).collect()
}

#[test]
fn the_first_traces_of_a_process_wait_for_nothing() {
    if std::env::var_os(FIRST).is_some() {
        return tell_waits();
    }
    let mut least = vec![f64::INFINITY; DATA.lines().count()];
    for _ in 0..PROCESSES {
        let waits = waits_of_a_process();
        assert_eq!(waits.len(), least.len());
        for (least, wait) in least.iter_mut().zip(waits) {
            *least = least.min(wait);
        }
    }
    let longest = least.into_iter().fold(0.0, f64::max);
    assert!(longest < WAIT_MAX, "one waits for {longest:.1} ms");
}
