//! Python: tracebacks, chains of them, and exception groups.

use std::collections::HashSet;

use super::head::{exception, split_module};
use super::place::{file, number, text};
use crate::occurrence::{Exception, Frame, Mechanism};

const TRACEBACK: &str = "Traceback (most recent call last):";
/// Holds the words above.
const GROUP: &str = "Exception Group Traceback (most recent call last):";
const LINKS: [&str; 2] = [
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
];

/// Reads the chain, which Python prints causes first, and under a group its members.
pub(super) fn read(lines: &[&str]) -> Option<Vec<Exception>> {
    let is_tree = lines.iter().any(|line| line.trim_end().ends_with(GROUP));
    let mut printed: Vec<Printed<'_>> = Vec::new();
    for line in lines {
        let (margin, line) = if is_tree {
            split_margin(line)
        } else {
            (0, Some(*line))
        };
        let Some(line) = line else {
            printed.push(Printed::new(margin));
            continue;
        };
        let is_start = line.contains(TRACEBACK);
        if is_start && printed.last().is_some_and(|one| !one.frames.is_empty()) {
            // Nothing links it to what came before: another trace.
            break;
        }
        if is_start || LINKS.contains(&line.trim()) {
            printed.push(Printed::new(margin));
        } else {
            if printed.is_empty() && frame(line.trim()).is_some() {
                printed.push(Printed::new(margin));
            }
            if let Some(current) = printed.last_mut() {
                current.take(line);
            }
        }
    }
    printed.retain(|one| !one.frames.is_empty() || (one.margin > 0 && one.name.is_some()));
    if printed.iter().all(|one| one.frames.is_empty()) {
        return None;
    }
    if is_tree {
        return Some(tree(printed));
    }
    Some(printed.into_iter().map(Printed::exception).collect())
}

/// One exception as far as it is read, its frames oldest first, as Python prints them.
#[derive(Default)]
struct Printed<'a> {
    /// Columns to the left of it; the members of a group have more than the group.
    margin: usize,
    frames: Vec<Frame>,
    /// Columns to the left of the last frame, and whether its source line is due.
    indent: usize,
    source_due: bool,
    name: Option<(&'a str, String)>,
    ended: bool,
}

impl<'a> Printed<'a> {
    fn new(margin: usize) -> Self {
        Self {
            margin,
            ..Self::default()
        }
    }

    fn take(&mut self, line: &'a str) {
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        let source_due = std::mem::take(&mut self.source_due);
        if self.ended {
            return;
        }
        if let Some((_, message)) = &mut self.name {
            // A message may go on, but what stands after a blank line is seldom its own.
            self.ended = trimmed.is_empty();
            message.push('\n');
            message.push_str(line.trim_end());
        } else if let Some(frame) = frame(trimmed) {
            let file = frame.filename.as_deref().unwrap_or_default();
            self.source_due = !file.starts_with('<');
            self.indent = indent;
            self.frames.push(frame);
        } else if source_due && indent >= self.indent {
            if let Some(frame) = self.frames.last_mut() {
                frame.context_line = text(trimmed);
            }
        } else if !is_detail(trimmed) && (self.frames.is_empty() || indent <= self.indent) {
            self.name = name(trimmed).map(|(kind, message)| (kind, message.to_owned()));
        }
    }

    fn exception(mut self) -> Exception {
        self.frames.reverse();
        let (kind, message) = self.name.unwrap_or_default();
        split_module(exception(kind, message.trim(), self.frames))
    }
}

/// `File "app.py", line 12, in handler`
fn frame(line: &str) -> Option<Frame> {
    let (path, rest) = line.strip_prefix("File \"")?.split_once("\", line ")?;
    let (line, function) = match rest.split_once(", in ") {
        Some((line, function)) => (line, Some(function)),
        None => (rest, None),
    };
    Some(Frame {
        function: function.and_then(text),
        lineno: Some(number(line)?),
        ..file(path)
    })
}

/// Marks under a source line, and the count of a recursion.
fn is_detail(line: &str) -> bool {
    line.starts_with("[Previous line repeated ") || line.chars().all(|c| "^~ ".contains(c))
}

/// `module.Type: message`
fn name(line: &str) -> Option<(&str, &str)> {
    let end = line.find(|c: char| !(c.is_alphanumeric() || "_.<>".contains(c)));
    let (kind, rest) = line.split_at(end.unwrap_or(line.len()));
    let message = if rest.is_empty() {
        rest
    } else {
        rest.strip_prefix(':')?
    };
    kind.starts_with(|c: char| c.is_alphabetic() || c == '_')
        .then_some((kind, message))
}

/// The width of a group's margin (`  | `) and the line behind it; no line where a member
/// begins (`  +-+---- 1 ----`) or the last one ends.
fn split_margin(line: &str) -> (usize, Option<&str>) {
    let inner = line.trim_start();
    let indent = line.len() - inner.len();
    if let Some(inner) = inner.strip_prefix('|') {
        return (indent, Some(inner.strip_prefix(' ').unwrap_or(inner)));
    }
    if inner.starts_with("+-+-") {
        return (indent + 2, None);
    }
    if inner.starts_with("+--") {
        let is_end = inner.trim_end().bytes().all(|byte| b"+-".contains(&byte));
        return (if is_end { 0 } else { indent }, None);
    }
    if inner.starts_with("+ ") {
        return (indent, Some(inner));
    }
    (0, Some(line))
}

/// The exceptions as Sentry has a tree: numbered from the outermost, which stands last, each
/// member with the number of its group.
fn tree(printed: Vec<Printed<'_>>) -> Vec<Exception> {
    let parents = parents(&printed);
    let groups: HashSet<usize> = parents.iter().flatten().copied().collect();
    let margins = printed.iter().map(|one| one.margin);
    let root = margins.filter(|margin| *margin > 0).min().unwrap_or(0);
    let all = 0..printed.len();
    let (members, chain): (Vec<_>, Vec<_>) = all.partition(|&at| printed[at].margin > root);
    let order: Vec<usize> = members.into_iter().rev().chain(chain).collect();
    let mut ids = vec![0; order.len()];
    for (id, &at) in (0_i64..).zip(order.iter().rev()) {
        ids[at] = id;
    }
    let mut exceptions: Vec<_> = printed.into_iter().map(Printed::exception).collect();
    for (at, one) in exceptions.iter_mut().enumerate() {
        one.mechanism = Some(Mechanism {
            exception_id: Some(ids[at]),
            parent_id: parents[at].map(|parent| ids[parent]),
            is_exception_group: groups.contains(&at),
            ..Mechanism::default()
        });
    }
    order
        .into_iter()
        .map(|at| std::mem::take(&mut exceptions[at]))
        .collect()
}

/// For each exception the last one before it with a smaller margin: its group.
fn parents(printed: &[Printed<'_>]) -> Vec<Option<usize>> {
    let mut open: Vec<usize> = Vec::new();
    let mut parents = Vec::with_capacity(printed.len());
    for (at, one) in printed.iter().enumerate() {
        while open
            .pop_if(|group| printed[*group].margin >= one.margin)
            .is_some()
        {}
        parents.push(open.last().copied());
        open.push(at);
    }
    parents
}
