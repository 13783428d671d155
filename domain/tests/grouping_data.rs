//! Version 1 against 235 real failures of 132 known causes; see tests/data/grouping/SOURCE.md.

use std::collections::HashMap;

use bugsage_domain::grouping::{CURRENT, fingerprint};
use bugsage_domain::occurrence::decode;
use serde_json::Value;

const DATA: &str = include_str!("../../tests/data/grouping/thrown-dev.events.jsonl");

/// Pairwise precision and F1, and B-cubed F1.
fn score(rows: &[(String, String)]) -> (f64, f64, f64) {
    let (mut cell, mut made, mut truth) = (HashMap::new(), HashMap::new(), HashMap::new());
    for (group, cause) in rows {
        *cell.entry((group, cause)).or_insert(0.0) += 1.0;
        *made.entry(group).or_insert(0.0) += 1.0;
        *truth.entry(cause).or_insert(0.0) += 1.0;
    }
    let pairs = |n: &f64| n * (n - 1.0) / 2.0;
    let both: f64 = cell.values().map(pairs).sum();
    let precision = both / made.values().map(pairs).sum::<f64>();
    let recall = both / truth.values().map(pairs).sum::<f64>();
    let n = rows.len() as f64;
    let b_precision: f64 = cell.iter().map(|((g, _), v)| v * v / made[*g]).sum::<f64>() / n;
    let b_recall: f64 = cell
        .iter()
        .map(|((_, c), v)| v * v / truth[*c])
        .sum::<f64>()
        / n;
    (
        precision,
        2.0 * precision * recall / (precision + recall),
        2.0 * b_precision * b_recall / (b_precision + b_recall),
    )
}

#[test]
fn version_1_groups_real_failures_by_their_cause() {
    let rows: Vec<(String, String)> = DATA
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            let event = decode(row["event"].to_string().as_bytes()).unwrap();
            let grouping = fingerprint(CURRENT, &event);
            (
                grouping.fingerprint.to_string(),
                row["group"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    let (precision, f1, b_cubed) = score(&rows);
    // Reached: 0.975, 0.887, 0.926; under 0.93, 0.86, 0.91 version 1 would not do.
    assert!(
        precision >= 0.97 && f1 >= 0.88 && b_cubed >= 0.92,
        "precision {precision:.3}, F1 {f1:.3}, B-cubed F1 {b_cubed:.3}"
    );
}
