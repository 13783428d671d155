//! What no text can break.

use std::fmt::Write;

use proptest::prelude::*;
use proptest::sample::select;

use super::super::parse;
use super::samples::{PYTHON, SAMPLES};
use super::{calls, frames, parsed, raised};
use crate::occurrence::Frame;
use crate::scrub::Limits;

/// As much as comes in at once.
const MEGABYTE: usize = 1 << 20;
/// Enough for quadratic work to take minutes.
const LONG: usize = 1 << 17;

fn is_named(frame: &Frame) -> bool {
    let names = [&frame.function, &frame.module, &frame.filename];
    names.into_iter().flatten().all(|name| !name.is_empty())
}

fn is_within_bounds(text: &str) -> bool {
    let limits = Limits::default();
    parse(text).is_none_or(|trace| {
        let stacks = || trace.exceptions.iter().map(frames);
        trace.exceptions.len() <= limits.exceptions
            && stacks().all(|frames| frames.len() <= limits.frames)
            && stacks().any(|frames| !frames.is_empty())
            && stacks().flatten().all(is_named)
    })
}

/// Lines of all samples, so that languages get mixed.
fn line() -> impl Strategy<Value = &'static str> {
    let lines = SAMPLES.iter().flat_map(|(_, text)| text.lines());
    select(lines.collect::<Vec<_>>())
}

fn sample() -> impl Strategy<Value = &'static str> {
    select(SAMPLES.map(|(_, text)| text).to_vec())
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "(?s).{0,400}") {
        prop_assert!(is_within_bounds(&text));
    }

    #[test]
    fn any_mixture_of_lines_is_read_or_refused(
        lines in prop::collection::vec(line(), 0..60),
        prefix in "[ \t|+#\\[\\]:a-z0-9]{0,8}",
    ) {
        let text: String = lines.iter().map(|line| format!("{prefix}{line}\n")).collect();
        prop_assert!(is_within_bounds(&text));
    }

    #[test]
    fn any_piece_of_a_trace_is_read_or_refused(
        text in sample(), from in 0..2000_usize, length in 0..2000_usize,
    ) {
        let piece: String = text.chars().skip(from).take(length).collect();
        prop_assert!(is_within_bounds(&piece));
    }

    #[test]
    fn any_character_may_be_wrong(
        text in sample(), at in any::<prop::sample::Index>(), wrong in any::<char>(),
    ) {
        let mut chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len());
        chars[at] = wrong;
        prop_assert!(is_within_bounds(&chars.into_iter().collect::<String>()));
    }

    #[test]
    fn any_shuffle_of_a_trace_is_read_or_refused(
        lines in sample().prop_flat_map(|text| {
            Just(text.lines().collect::<Vec<_>>()).prop_shuffle()
        }),
    ) {
        prop_assert!(is_within_bounds(&lines.join("\n")));
    }
}

#[test]
fn of_a_deep_stack_both_ends_stay() {
    let mut text = "java.lang.StackOverflowError\n".to_owned();
    for at in 0..2000 {
        writeln!(text, "\tat a.B.c(B.java:{at})").unwrap();
    }
    let trace = parsed(&text);
    let calls = calls(raised(&trace));
    assert_eq!(calls.len(), Limits::default().frames);
    assert_eq!(calls.first().unwrap(), "a.B | c | B.java:1999");
    assert_eq!(calls.last().unwrap(), "a.B | c | B.java:0");
}

#[test]
fn of_a_long_chain_what_was_raised_last_stays() {
    let link = "\nDuring handling of the above exception, another exception occurred:\n\n";
    let trace = parsed(&vec![PYTHON; 100].join(link));
    assert_eq!(trace.exceptions.len(), Limits::default().exceptions);
    assert_eq!(raised(&trace).kind.as_deref(), Some("CartError"));
}

/// Each line asks for 500 frames more; 150,000 such lines would have filled any memory.
#[test]
fn frames_that_a_cause_shares_are_not_given_again_without_end() {
    let mut text = "X: y\n".to_owned();
    for at in 0..500 {
        writeln!(text, "at a.B.c(B.java:{at})").unwrap();
    }
    text.push_str("Caused by: Z: w\n");
    text.push_str(&"... 500 more\n".repeat(100));
    let lines: Vec<&str> = text.lines().collect();
    let chain = super::super::java::read(&lines).unwrap();
    let given: usize = chain.iter().map(|one| frames(one).len()).sum();
    assert!(given > 1_000, "what a cause shares is given once: {given}");
    assert!(given < 25_000, "{given}");
}

#[test]
fn a_megabyte_of_half_frames_is_no_trace() {
    assert_eq!(parse(&"at \n".repeat(MEGABYTE / 4)), None);
}

#[test]
fn the_lines_of_a_long_text_are_read_once() {
    for piece in [
        "at ",
        "at \n",
        "at a (",
        "at a.b(",
        "at a.b(C.java:1)\n",
        "at a.b(C.java:1)\nCaused by: X: y\n... 9999 more\n",
        "at A.B(C d, ",
        "at f (a:1:2)\n[cause]: Error: x\n",
        " ---> a.B: c",
        "#0 a): ",
        "#0 a(1): b()\n\nNext A: b in c:1\n",
        "Error ",
        "Error: a\n",
        "Error (",
        "f@",
        "File \"a\", line 1, in b\n",
        "Traceback (most recent call last):\nFile \"a\", line 1\nX: y\n\n\
         During handling of the above exception, another exception occurred:\n\n",
        "  + Exception Group Traceback (most recent call last):\n  |   File \"a\", line 1\n  | X: y\n  +-+--- 1\n",
        "goroutine 1 [running]:\n",
        "a.b()\n\tc:1\n",
        "thread panicked at '",
        "thread 'a' panicked at 'b\n",
        "stack backtrace:\n0: a\nat b:1:2\n",
        "stack backtrace:\n0: [",
        "\u{1b}[",
        "a:1:in 'b': c (D)\n",
        "1: from a:1:in 'b'\n",
        ":1",
        "| ",
        "] \n",
        " ",
        "\n",
        "é",
    ] {
        let mut text = piece.repeat(LONG / piece.len());
        assert!(is_within_bounds(&text), "{piece}");
        text.insert_str(0, "Error: x\n  at f (a.js:1:2)\n");
        assert!(is_within_bounds(&text), "{piece}");
    }
}
