//! The shape of a message: what varies from one occurrence to the next becomes a placeholder.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Bytes of a message that are looked at; the rest says nothing new.
const LOOKED_AT: usize = 4_096;
/// Lines that count; what follows is detail.
const LINES: usize = 2;

/// The placeholders and what each replaces, the more special first: the first that matches wins.
const PATTERNS: [(&str, &str); 19] = [
    (
        "email",
        r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b",
    ),
    ("url", r#"\b(?:[a-z][a-z0-9+.-]{1,15})://[^\s"'<>)\]}]+"#),
    (
        "traceparent",
        r"\b00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b",
    ),
    (
        "uuid",
        r"\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b",
    ),
    (
        "hash",
        r"\b(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})\b",
    ),
    (
        "date",
        concat!(
            r"\b\d{4}-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-6]\d)?(?:[.,]\d+)?(?:\s?(?:Z\b|UTC\b|GMT\b|[+-]\d{2}:?\d{2}))?)?",
            r"|\b\d{4}/[01]\d/[0-3]\d(?: [0-2]\d:[0-5]\d(?::[0-6]\d)?)?\b",
            r"|\b[0-3]?\d[./][01]?\d[./]\d{4}(?:,? [0-2]?\d:[0-5]\d(?::[0-6]\d)?)?\b",
            r"|\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?[0-3]?\d[ -](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*,?[ -]\d{4}(?:,? [0-2]?\d:[0-5]\d(?::[0-6]\d)?(?: ?(?:GMT|UTC|[+-]\d{4}))?)?\b",
            r"|\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]* )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* [0-3]?\d(?:,? [0-2]\d:[0-5]\d:[0-6]\d)?(?:,? \d{4})?(?:,? [0-2]?\d:[0-5]\d(?::[0-6]\d)?)?\b",
            r"|\b(?:[01]?\d|2[0-3]):[0-5]\d:[0-6]\d(?:[.,]\d+)?(?: ?[AaPp][Mm])?\b",
        ),
    ),
    (
        "ip",
        r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b(?::\d{1,5}\b)?",
    ),
    (
        "ip",
        r"(?:\b(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}\b|\b(?:[0-9a-fA-F]{1,4}:){1,6}:(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4})*)?\b|\B::1\b)",
    ),
    ("savepoint", r#"\b(?i:savepoint)\s+"?[A-Za-z_][\w]*\d\w*"?"#),
    (
        "in",
        r"\b(?i:IN)\s*\(\s*(?:%s|\?|\$\d+|:\w+|-?\d+|'[^']*')(?:\s*,\s*(?:%s|\?|\$\d+|:\w+|-?\d+|'[^']*'))*\s*(?:,\s*\.\.\.\s*)?\)",
    ),
    (
        "host",
        r"\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|net|org|io|dev|app|internal|local|cloud|co|de|uk|eu)\b(?::\d{1,5}\b)?",
    ),
    ("hex", r"\b0[xX][0-9a-fA-F]+\b"),
    (
        "duration",
        r"\b\d+(?:\.\d+)?\s?(?:ns|us|µs|ms|s|sec|secs|seconds?|minutes?|mins?|hours?|hrs?|h|days?|d)\b",
    ),
    ("quoted", r#"=\s?(?:"[^"]*"|'[^']*')"#),
    ("bool", r"=\s?(?i:true|false)\b"),
    (
        "hash",
        r"\b(?:[0-9]+[a-fA-F]|[a-fA-F]+[0-9])[0-9a-fA-F]{6,}\b",
    ),
    ("float", r"[+-]?\b\d+\.\d+(?:[eE][+-]?\d+)?\b"),
    ("int", r"#?\b\d+(?:[eE][+-]?\d+)?\b"),
    ("int", r"\B-\d+\b"),
];

static VARYING: LazyLock<Regex> = LazyLock::new(|| {
    let alternatives: Vec<String> = PATTERNS
        .iter()
        .map(|(_, pattern)| format!("({pattern})"))
        .collect();
    #[expect(
        clippy::expect_used,
        reason = "constant patterns, compiled by the tests"
    )]
    Regex::new(&alternatives.join("|")).expect("constant patterns")
});

/// The shape of a message: its first lines with everything that varies replaced.
#[must_use]
pub fn parametrize(message: &str) -> String {
    let beginning = beginning(message);
    let shape = VARYING.replace_all(beginning, |found: &Captures<'_>| {
        let name = (1..=PATTERNS.len())
            .find(|group| found.get(*group).is_some())
            .map_or("", |group| PATTERNS[group - 1].0);
        match name {
            "savepoint" => "SAVEPOINT <name>".to_owned(),
            "in" => "IN (<list>)".to_owned(),
            "quoted" => "=<quoted>".to_owned(),
            "bool" => "=<bool>".to_owned(),
            _ if is_word_part(beginning, found) => found[0].to_owned(),
            name => format!("<{name}>"),
        }
    });
    shape.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `utf-8`, `sha-256`: a number that belongs to a word.
fn is_word_part(text: &str, found: &Captures<'_>) -> bool {
    let Some(all) = found.get(0) else {
        return false;
    };
    let digits = all.as_str().bytes().all(|byte| byte.is_ascii_digit());
    let before = text[..all.start()].as_bytes();
    digits && all.len() <= 3 && matches!(before, [.., letter, b'-'] if letter.is_ascii_alphabetic())
}

fn beginning(message: &str) -> &str {
    let mut end = message.len().min(LOOKED_AT);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    let message = message[..end].trim();
    let lines = message.match_indices('\n').nth(LINES - 1);
    lines.map_or(message, |(end, _)| &message[..end])
}
