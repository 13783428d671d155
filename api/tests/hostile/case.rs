//! One line of the corpus: what is sent, and the documented answer.

use crate::service::{API_KEY, KEY};
use crate::wire::{Answer, Request};

/// One hostile request.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) request: Request,
    pub(crate) expected: Expected,
}

/// The documented answer, and what is durable after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    status: u16,
    /// Stand in the answer.
    words: &'static str,
    pub(crate) stored: i64,
}

/// So many events are acknowledged and durable.
pub(crate) fn taken(stored: i64) -> Expected {
    answered(200, "", stored)
}

/// Nothing is kept, and the answer says why.
pub(crate) fn refused(status: u16, words: &'static str) -> Expected {
    answered(status, words, 0)
}

pub(crate) fn answered(status: u16, words: &'static str, stored: i64) -> Expected {
    Expected {
        status,
        words,
        stored,
    }
}

impl Expected {
    /// What is wrong with an answer.
    pub(crate) fn fault(&self, answer: &Answer, stored: i64) -> Option<String> {
        let as_documented = answer.status == Some(self.status)
            && answer.text.contains(self.words)
            && stored == self.stored;
        if as_documented {
            return None;
        }
        let shown: String = answer.text.chars().take(600).collect();
        Some(format!("{self:?} was expected, {stored} stored: {shown}"))
    }
}

/// Cases of one kind, as `(name, request, answer)`.
pub(crate) fn cases<N: Into<String>>(
    kind: &str,
    table: impl IntoIterator<Item = (N, Request, Expected)>,
) -> Vec<Case> {
    table
        .into_iter()
        .map(|(name, request, expected)| Case {
            name: format!("{kind}: {}", name.into()),
            request,
            expected,
        })
        .collect()
}

/// A request to the API with the key.
pub(crate) fn signed(method: &str, path: &str, body: impl Into<Vec<u8>>) -> Request {
    Request::new(method, path, body)
        .header("authorization", format!("Bearer {API_KEY}"))
        .header("content-type", "application/json")
}

/// The address of the hostile ones' project with another ending.
pub(crate) fn keyed(path: &str) -> String {
    format!("{path}?sentry_key={KEY}")
}
