//! The members of an object while it is written: no key twice.

use super::state::State;
use std::borrow::Cow;
use std::collections::HashSet;

/// Up to so many keys are compared one by one, which is quicker than to hash each.
const FEW: usize = 32;

/// A key as it is to be written.
pub(super) enum Key<'k> {
    /// As it came, with its quotes, and one bit that is set for it wherever it stands.
    Plain(&'k str, u64),
    /// What was made of it.
    Odd(Cow<'k, str>),
}

/// The keys written so far.
pub(super) struct Members {
    /// From where on [`State::starts`] has theirs.
    base: usize,
    /// The marks of those that have one.
    marks: u64,
    /// All of them, once they are many.
    many: HashSet<Vec<u8>>,
}

impl Members {
    pub(super) fn new(state: &State<'_>) -> Self {
        Self {
            base: state.starts.len(),
            marks: 0,
            many: HashSet::new(),
        }
    }

    /// From where on [`State::starts`] says where each member begins.
    pub(super) const fn base(&self) -> usize {
        self.base
    }

    /// Writes the key of the next member; false, and nothing written, if it is there already.
    pub(super) fn begin(&mut self, state: &mut State<'_>, key: &Key<'_>) -> bool {
        let before = state.out.len();
        let is_first = state.starts.len() == self.base;
        if !is_first {
            state.out.push(b',');
        }
        let start = state.out.len();
        match key {
            Key::Plain(quoted, _) => state.out.extend_from_slice(quoted.as_bytes()),
            Key::Odd(key) => state.write_quoted(key, false),
        }
        state.out.push(b':');
        if self.may_be_known(state, key) && self.is_known(state, start) {
            state.out.truncate(before);
            return false;
        }
        state.starts.push(start);
        true
    }

    /// False only for a key that differs from all before it, for each of them has another mark.
    fn may_be_known(&mut self, state: &State<'_>, key: &Key<'_>) -> bool {
        let is_new = match key {
            Key::Plain(_, mark) => {
                let is_new = self.marks & mark == 0;
                self.marks |= mark;
                is_new
            }
            Key::Odd(_) => {
                self.marks = u64::MAX;
                false
            }
        };
        !is_new || state.starts.len() - self.base >= FEW
    }

    /// Whether the key at the end of the output stands before it. The quote and the colon at
    /// its end make a key that merely begins like another one differ.
    fn is_known(&mut self, state: &State<'_>, start: usize) -> bool {
        let (out, starts) = (&state.out, &state.starts[self.base..]);
        let key = &out[start..];
        // The first letter tells most apart, without a call.
        let same =
            |at: &usize| out[*at + 1] == key[1] && out.get(*at..*at + key.len()) == Some(key);
        if starts.len() < FEW {
            return starts.iter().any(same);
        }
        if self.many.is_empty() {
            self.many = starts.iter().map(|at| name_at(out, *at).to_vec()).collect();
        }
        !self.many.insert(key.to_vec())
    }
}

/// The key written at this place, with its quotes and its colon.
fn name_at(out: &[u8], start: usize) -> &[u8] {
    let mut end = start + 1;
    while out[end] != b'"' {
        end += if out[end] == b'\\' { 2 } else { 1 };
    }
    &out[start..end + 2]
}
