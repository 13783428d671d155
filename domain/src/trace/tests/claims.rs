//! Which texts are taken, and by whom.

use super::super::{LANGUAGES, margin, parse};
use super::samples::SAMPLES;
use super::{chain, parsed};

#[test]
fn only_its_own_reader_claims_a_trace() {
    for (platform, text) in SAMPLES {
        let lines: Vec<&str> = text.lines().collect();
        let claimed: Vec<_> = LANGUAGES
            .iter()
            .filter(|language| (language.read)(&lines).is_some())
            .map(|language| language.platform)
            .collect();
        assert_eq!(claimed, [platform], "{text}");
    }
}

#[test]
fn each_language_has_a_sample() {
    for language in &LANGUAGES {
        let has = SAMPLES
            .iter()
            .any(|(platform, _)| *platform == language.platform);
        assert!(has, "{}", language.platform);
    }
}

#[test]
fn prose_is_no_trace() {
    for text in [
        "",
        "\n\n",
        "at",
        "at ",
        "Look at (me)",
        "at noon (12:30) the shop closed",
        "at 12:30:15 the shop closed\nat 12:30:15",
        "we met\nat the office (room 3:4)\nat last",
        "Error: it broke\nat some point in time: line 3",
        "panic: nobody knows why",
        "the thread 'main' was fine at src/main.rs:1:2",
        "Caused by: a mistake",
        "write to joe@shop.example:12",
        "deploy@shop.example:/srv/app:22",
        "Traceback is a word (most recent call last):",
        "goroutine 1 [running]:",
        "Stack trace:\n#0 of them all\n#1 is mine",
        "#12 Fix the cart",
        "#12 fix(3): the cart",
        "#0 {main}",
        "lib/cart.rb:12: warning: unused in 'total'",
        "stack backtrace:",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn windows_line_ends_change_nothing() {
    for (_, text) in SAMPLES {
        assert_eq!(parse(&text.replace('\n', "\r\n")), parse(text), "{text}");
    }
}

#[test]
fn a_margin_before_every_line_changes_nothing() {
    for mark in ["web-1  | ", "[ERROR] ", "May  1 10:00:00 web app[12]: "] {
        for (_, text) in SAMPLES {
            let marked: String = text.lines().map(|line| format!("{mark}{line}\n")).collect();
            assert_eq!(parse(&marked), parse(text), "{marked}");
        }
    }
}

#[test]
fn colours_change_nothing() {
    for (_, text) in SAMPLES {
        let coloured = text.replace(' ', "\u{1b}[1;31m \u{1b}[m");
        assert_eq!(parse(&coloured), parse(text), "{text}");
    }
}

#[test]
fn a_margin_that_not_every_line_has_stays() {
    let lines = ["a | b", "a | c", "d"];
    assert_eq!(margin::without(&lines), lines);
}

#[test]
fn a_log_line_above_a_trace_is_no_part_of_it() {
    for (platform, text) in SAMPLES {
        // Where the name may stand after a log's words, such a line may be the message.
        let log = "[2024-05-01 10:00:00] cart 12 is being checked\n\n";
        let trace = parsed(&format!("{log}{text}"));
        assert_eq!(trace.platform, platform);
        let without = parsed(text);
        if without.exceptions.iter().all(|one| one.kind.is_some()) {
            assert_eq!(chain(&trace), chain(&without), "{text}");
        }
    }
}
