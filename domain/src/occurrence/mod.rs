//! One report of something that went wrong, decoded as far as BugSage understands it.
//!
//! Decoding is lenient: a field of the wrong type counts as missing, so that one odd
//! field never costs the whole report. What was sent is stored beside it, scrubbed.

mod decode;
mod lenient;

#[cfg(test)]
mod tests;

pub use decode::{NotAnEvent, decode};

use uuid::Uuid;

/// One report, in the terms of Sentry's event protocol.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Occurrence {
    /// The sender's id for it, if it gave a valid one.
    pub event_id: Option<Uuid>,
    /// Seconds since 1970 at which it happened, by the sender's clock.
    pub timestamp: Option<f64>,
    /// `python`, `javascript`, `java`, `native`, …
    pub platform: Option<String>,
    /// Sentry's level: `fatal`, `error`, `warning`, `info`, `debug`.
    pub level: Option<String>,
    /// The name of the logger that reported it.
    pub logger: Option<String>,
    /// The route or task it happened in.
    pub transaction: Option<String>,
    /// The text of a log message.
    pub message: Option<Message>,
    /// The exception chain as sent: causes first, what was raised last.
    pub exceptions: Vec<Exception>,
    /// The threads, if the sender reported them.
    pub threads: Vec<Thread>,
    /// A stack trace that belongs to no exception and no thread.
    pub stacktrace: Option<Stacktrace>,
    /// The sender's own fingerprint; may hold `{{ default }}`.
    pub fingerprint: Vec<String>,
    /// The old form of a sender's own fingerprint.
    pub checksum: Option<String>,
    /// The version of the application.
    pub release: Option<String>,
    /// `production`, `staging`, …
    pub environment: Option<String>,
    /// The host it happened on.
    pub server_name: Option<String>,
    /// Tags as pairs, in the order sent.
    pub tags: Vec<(String, String)>,
    /// Who was affected.
    pub user: Option<User>,
}

/// A log message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// The text as a reader saw it.
    pub formatted: String,
    /// The text before its parameters were filled in (`user %s not found`).
    pub template: Option<String>,
}

/// One exception of a chain.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Exception {
    /// The class, e.g. `ValueError`.
    pub kind: Option<String>,
    /// The message it was raised with.
    pub value: Option<String>,
    /// The module or package of the class.
    pub module: Option<String>,
    /// How the SDK caught it, and its place in an exception tree.
    pub mechanism: Option<Mechanism>,
    /// The thread it was raised in.
    pub thread_id: Option<String>,
    /// Where it was raised.
    pub stacktrace: Option<Stacktrace>,
}

/// How an exception was caught, and its place in an exception tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mechanism {
    /// `excepthook`, `generic`, `onerror`, `nserror`, …
    pub kind: Option<String>,
    /// False when nothing in the program caught it.
    pub handled: Option<bool>,
    /// True when the type says nothing (a synthetic exception): the frames must serve.
    pub synthetic: bool,
    /// This exception's number in the tree.
    pub exception_id: Option<i64>,
    /// The number of the exception it belongs to.
    pub parent_id: Option<i64>,
    /// True for aggregates (`ExceptionGroup`, `AggregateError`).
    pub is_exception_group: bool,
    /// The domain of an `NSError`.
    pub ns_domain: Option<String>,
    /// The code of an `NSError`.
    pub ns_code: Option<i64>,
}

/// A thread of the program.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Thread {
    /// Its id as sent, number or text.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// It is the one that crashed.
    pub crashed: bool,
    /// It is the one that was running.
    pub current: bool,
    /// Where it was.
    pub stacktrace: Option<Stacktrace>,
}

/// A stack trace: the oldest call first, the failing one last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stacktrace {
    /// Its frames.
    pub frames: Vec<Frame>,
}

/// One call of a stack trace.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Frame {
    /// The function.
    pub function: Option<String>,
    /// The module, class or namespace.
    pub module: Option<String>,
    /// The file, as short as the sender made it.
    pub filename: Option<String>,
    /// The file with its whole path or address.
    pub abs_path: Option<String>,
    /// The library or binary.
    pub package: Option<String>,
    /// Overrides the event's platform.
    pub platform: Option<String>,
    /// Line, from 1.
    pub lineno: Option<u32>,
    /// Column, from 1.
    pub colno: Option<u32>,
    /// The sender's word on whether this is the application's own code.
    pub in_app: Option<bool>,
    /// The source line itself.
    pub context_line: Option<String>,
}

/// Who was affected. Stored only as a keyed hash, and in the scrubbed payload.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User {
    /// The application's id for the person.
    pub id: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// User name.
    pub username: Option<String>,
    /// Address of the client.
    pub ip_address: Option<String>,
}

impl User {
    /// What tells one person from another: the first of id, user name, e-mail and address.
    #[must_use]
    pub fn identity(&self) -> Option<&str> {
        [&self.id, &self.username, &self.email, &self.ip_address]
            .into_iter()
            .find_map(Option::as_deref)
    }
}
