//! Rules against labelled traces of the eight languages. Those in `tuning.jsonl` may be looked at
//! and tuned to; the other half is for `make eval` alone.

use bugsage_domain::analysis::Category;
use bugsage_domain::analysis::rules::{Circumstances, analyze};
use bugsage_domain::occurrence::{Message, Occurrence};
use bugsage_domain::trace;
use serde_json::Value;

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
