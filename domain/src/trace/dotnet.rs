//! .NET: C#, F#, VB, on .NET, .NET Framework and Mono.

use super::head::{Section, begins_trace};
use super::place::{Place, file, number, text};
use crate::occurrence::{Exception, Frame};

const INNER: &str = " ---> ";
const INNER_ENDS: &str = "--- End of inner exception stack trace";
/// What follows the frames of an aggregate; the first of them stands in the chain already.
const AGGREGATED: &str = "---> (Inner Exception #";

/// Reads the first trace of the lines. The names of a chain are printed from the outermost
/// inwards, then the frames from the innermost outwards.
pub(super) fn read(lines: &[&str]) -> Option<Vec<Exception>> {
    let mut open = vec![Section::default()];
    let mut chain = Vec::new();
    for line in lines {
        let trimmed = line.trim();
        let current = open.last_mut()?;
        if trimmed.starts_with(AGGREGATED) {
            break;
        } else if trimmed.starts_with(INNER_ENDS) {
            if open.len() > 1 {
                chain.extend(open.pop().map(Section::exception));
            }
        } else if trimmed.starts_with("--- ") {
            // An await, or a rethrow: the stack goes on.
        } else if let Some(frame) = frame(trimmed) {
            current.frames.push(frame);
        } else if current.frames.is_empty() {
            let mut names = line.trim_end().split(INNER);
            current.head.extend(names.next());
            open.extend(names.map(Section::named));
        } else if begins_trace(trimmed) {
            break;
        }
    }
    chain.extend(open.into_iter().rev().map(Section::exception));
    chain
        .iter()
        .any(|exception| exception.stacktrace.is_some())
        .then_some(chain)
}

/// `at Namespace.Type.Method(Int32 id, String name)[ in file:line 12]`
fn frame(line: &str) -> Option<Frame> {
    let call = line.strip_prefix("at ")?;
    let (name, rest) = call.split_once('(')?;
    let (parameters, rest) = rest.split_once(')')?;
    let name = name.trim_end();
    let place = match rest {
        "" => None,
        _ if rest.starts_with([' ', '[']) => rest.rsplit_once(" in "),
        _ => return None,
    };
    if name.contains(char::is_whitespace) || !parameters.split(", ").all(is_parameter) {
        return None;
    }
    let (module, function) = split_name(name)?;
    let source = place.and_then(|(_, place)| source(place));
    Some(Frame {
        function: text(function),
        module: text(module),
        ..source.unwrap_or_default()
    })
}

/// `file:line 12`, with Mono `file:12`, or `<5f3a>:0` where it knows no file.
fn source(place: &str) -> Option<Frame> {
    let Some((path, line)) = place.rsplit_once(":line ") else {
        let place = Place::parse(place.trim_end())?;
        return (!place.path.starts_with('<')).then(|| place.frame());
    };
    Some(Frame {
        lineno: number(line),
        ..file(path)
    })
}

/// `String name`; what others print in brackets is a place.
fn is_parameter(text: &str) -> bool {
    let Some((kind, name)) = text.split_once(' ') else {
        return text.is_empty();
    };
    let known_places = matches!(text, "Native Method" | "Unknown Source");
    let is_name = !name.contains(|c: char| !(c.is_alphanumeric() || c == '_' || c == '@'));
    !known_places && !kind.is_empty() && is_name && !name.starts_with(|c: char| c.is_ascii_digit())
}

/// The type and the method, the latter as written where the compiler made a class of it.
fn split_name(name: &str) -> Option<(&str, &str)> {
    let name = name.split('[').next()?;
    let (module, function) = match name.strip_suffix("..ctor") {
        Some(module) => (module, ".ctor"),
        None => name.rsplit_once('.')?,
    };
    let state_machine = (function == "MoveNext").then(|| module.rsplit_once(['.', '+']));
    if let Some(Some((outer, class))) = state_machine
        && let Some((written, _)) = class.strip_prefix('<').and_then(|c| c.split_once(">d__"))
    {
        return Some((outer, written));
    }
    (!module.is_empty() && !function.is_empty()).then_some((module, function))
}
