//! Each language's traces, then what holds for all of them.

mod bounds;
mod claims;
mod dotnet;
mod go;
mod java;
mod javascript;
mod php;
mod python;
mod ruby;
mod rust;
mod samples;

use super::{Trace, parse};
use crate::occurrence::{Exception, Frame};

fn parsed(text: &str) -> Trace {
    parse(text).expect("a known trace")
}

/// The chain as `Type: message`, causes first.
fn chain(trace: &Trace) -> Vec<String> {
    let named = trace.exceptions.iter().map(|exception| {
        let kind = exception.kind.as_deref().unwrap_or("?");
        let value = exception.value.as_deref().unwrap_or("?");
        format!("{kind}: {value}")
    });
    named.collect()
}

fn frames(exception: &Exception) -> &[Frame] {
    exception
        .stacktrace
        .as_ref()
        .map_or(&[], |stack| &stack.frames)
}

/// The stack as `module | function | file:line:column`, oldest call first; `-` for what is
/// missing.
fn calls(exception: &Exception) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let number = |number: Option<u32>| number.map_or_else(String::new, |n| format!(":{n}"));
    let call = |frame: &Frame| {
        format!(
            "{} | {} | {}{}{}",
            text(&frame.module),
            text(&frame.function),
            text(&frame.filename),
            number(frame.lineno),
            number(frame.colno),
        )
    };
    frames(exception).iter().map(call).collect()
}

/// The last exception of the chain, the one that was raised last.
fn raised(trace: &Trace) -> &Exception {
    trace.exceptions.last().expect("an exception")
}
