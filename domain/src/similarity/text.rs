//! What a model is told of an occurrence, to make a vector of.

use std::fmt::Write;

use crate::grouping::{parametrize, seen};
use crate::occurrence::{Occurrence, Stacktrace};

/// Exceptions, and frames of each, that are told.
const EXCEPTIONS_MAX: usize = 8;
const FRAMES_MAX: usize = 32;

/// The exceptions, the raised one first, each with its functions from the top down; else the message.
/// What varies from one occurrence to the next is left out, so that like ones have one text. Empty where
/// there is nothing to tell.
#[must_use]
pub fn text(occurrence: &Occurrence) -> String {
    let mut text = String::new();
    let platform = occurrence.platform.as_deref().unwrap_or_default();
    let exceptions = occurrence.exceptions.iter().rev().take(EXCEPTIONS_MAX);
    for exception in exceptions {
        let kind = exception.kind.as_deref().map(seen::class);
        let value = exception.value.as_deref().map(seen::first_line);
        let said = [kind, value.map(parametrize)];
        let said: Vec<_> = said.into_iter().flatten().collect();
        line(&mut text, &said.join(": "));
        if let Some(stack) = &exception.stacktrace {
            frames(&mut text, stack, platform);
        }
    }
    if occurrence.exceptions.is_empty() {
        if let Some(said) = seen::said(occurrence) {
            line(&mut text, &parametrize(&seen::opening(said)));
        }
        if let Some(stack) = seen::lone_stack(occurrence, None) {
            frames(&mut text, stack, platform);
        }
    }
    text
}

fn frames(text: &mut String, stack: &Stacktrace, platform: &str) {
    for step in seen::steps(stack, platform).take(FRAMES_MAX) {
        line(text, &format!("  {}", step.function));
    }
}

fn line(text: &mut String, line: &str) {
    if !line.trim().is_empty() {
        // Writing to a text does not fail.
        writeln!(text, "{line}").ok();
    }
}
