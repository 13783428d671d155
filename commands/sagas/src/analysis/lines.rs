//! What a model is shown, a thing a line.

use std::cmp::Reverse;
use std::fmt;

use bugsage_domain::analysis::Pointer;
use bugsage_models::estimate;
use serde_json::{Value, json};

/// Things, each in a line that is JSON and has neither a line break nor an angle bracket.
#[derive(Debug, Clone, Default)]
pub(super) struct Lines(Vec<Line>);

#[derive(Debug, Clone)]
struct Line {
    /// What goes first where not all have room, from 0.
    rank: u8,
    text: String,
}

impl Lines {
    /// Adds a thing that claims may point at by its name.
    pub(super) fn thing(&mut self, name: &Pointer, mut shown: Value) {
        shown["thing"] = json!(name.to_string());
        self.push(rank(name, &shown), &shown);
    }

    /// JSON escapes line breaks; what could look like the fence is escaped too.
    pub(super) fn push(&mut self, rank: u8, shown: &Value) {
        let line = shown.to_string();
        let line = line.replace('<', "\\u003c").replace('>', "\\u003e");
        // Line breaks to some readers, though not to JSON.
        let line = line
            .replace('\u{2028}', "\\u2028")
            .replace('\u{2029}', "\\u2029");
        let text = line.replace('\u{85}', "\\u0085");
        self.0.push(Line { rank, text });
    }

    /// Leaves what has room within so many tokens. Of things of one rank the later ones go first: they are
    /// nearer to the failure.
    pub(super) fn cut(&mut self, tokens: u64) {
        let mut order: Vec<_> = (0..self.0.len()).collect();
        order.sort_by_key(|at| (self.0[*at].rank, Reverse(*at)));
        let mut left = tokens;
        let mut has_room = vec![false; self.0.len()];
        for at in order {
            let tokens = estimate(&self.0[at].text);
            if tokens <= left {
                left -= tokens;
                has_room[at] = true;
            }
        }
        let mut has_room = has_room.into_iter();
        self.0.retain(|_| has_room.next() == Some(true));
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, line) in self.0.iter().enumerate() {
            f.write_str(if number == 0 { "" } else { "\n" })?;
            f.write_str(&line.text)?;
        }
        Ok(())
    }
}

/// How much a thing tells of why it happened.
fn rank(name: &Pointer, shown: &Value) -> u8 {
    match name {
        Pointer::Exception(_) => 0,
        Pointer::Frame { .. } if shown["in_app"] == true => 1,
        Pointer::Line { .. } if !shown["is_the_source_of"].is_null() => 1,
        Pointer::Frame { .. } | Pointer::Breadcrumb(_) => 2,
        Pointer::Line { .. } | Pointer::Commit(_) => 3,
        _ => 4,
    }
}
