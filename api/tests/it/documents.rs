//! What operators are told exists, and what exists is told.

use std::collections::BTreeSet;

use crate::program::bugsage;

const OPERATING: &str = include_str!("../../../docs/operating.md");
const DESCRIBED: &str = include_str!("../../src/metrics/described.rs");

/// The words of a text that begin like a metric.
fn metrics(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("bugsage_")).collect()
}

#[test]
fn every_metric_has_a_row_with_unit_meaning_and_alert() {
    let described = metrics(DESCRIBED);
    assert!(described.len() > 15, "{described:?}");
    for metric in described {
        let row = format!("| `{metric}` |");
        let row = OPERATING.lines().find(|line| line.starts_with(&row));
        let cells = row.map_or(0, |row| row.matches(" | ").count() + 1);
        assert_eq!(cells, 4, "{metric}: {row:?}");
    }
}

#[test]
fn no_metric_is_told_that_there_is_not() {
    let logins = ["bugsage_owner", "bugsage_app", "bugsage_projector"];
    let described = metrics(DESCRIBED);
    for word in metrics(OPERATING) {
        assert!(described.contains(word) || logins.contains(&word), "{word}");
    }
}

#[test]
fn every_command_that_is_told_is_taken() {
    let blocks = OPERATING.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.lines().take_while(|line| *line != "```"));
    let commands: Vec<_> = lines
        .filter_map(|line| line.strip_prefix("bugsage "))
        .collect();
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands {
        let mut arguments: Vec<_> = command.split(' ').collect();
        arguments.push("--help");
        let output = bugsage(&arguments, &[]);
        assert!(output.status.success(), "{command}: {output:?}");
    }
}
