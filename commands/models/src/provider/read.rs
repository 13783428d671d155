//! From what came back to a completion or a failure: the same for every provider.

use std::time::Duration;

use super::refusal::{Told, outcome};
use crate::wire::{Lost, Reply, Wire};
use crate::{Call, Completion, Failure, Mode, Outcome, Request, Usage, estimate, extract};

/// What a provider's answer says, before anybody looks at its text.
pub(super) struct Said {
    pub(super) text: String,
    pub(super) model: Option<String>,
    pub(super) usage: Option<Usage>,
    /// Why the text is not the answer, where it is not.
    pub(super) ended: Option<Outcome>,
}

/// How a call was made.
pub(super) struct Asked<'a> {
    pub(super) wire: &'a Wire,
    pub(super) model: &'a str,
    pub(super) mode: Mode,
    /// What it takes at most.
    pub(super) worst: Usage,
    pub(super) latency: Duration,
}

impl Asked<'_> {
    /// The call, for whichever end of it.
    pub(super) fn call(
        &self,
        model: Option<String>,
        usage: Usage,
        request_id: Option<String>,
    ) -> Call {
        Call {
            model: model.unwrap_or_else(|| self.model.to_owned()),
            mode: self.mode,
            usage,
            request_id,
            latency: self.latency,
        }
    }

    /// A body of a status that is none of an error.
    pub(super) fn body(&self, reply: Result<Reply, Lost>) -> Result<Reply, Failure> {
        let reply = reply.map_err(|Lost { outcome, was_sent }| {
            // Whatever it did with the request, it may be paid for.
            let usage = if was_sent {
                self.worst
            } else {
                Usage::default()
            };
            self.failed(outcome, String::new(), self.call(None, usage, None))
        })?;
        if (200..300).contains(&reply.status) {
            return Ok(reply);
        }
        let mut told = Told::read(&reply.body);
        told.message = self.wire.hidden(&told.message);
        let call = self.call(None, Usage::default(), reply.request_id.clone());
        Err(self.failed(outcome(&reply, &told), told.message, call))
    }

    /// Reads what is said in a body, and holds the text to the schema.
    pub(super) fn completion(
        &self,
        request: &Request,
        reply: Result<Reply, Lost>,
        read: impl FnOnce(&[u8]) -> Result<Said, serde_json::Error>,
    ) -> Result<Completion, Failure> {
        let reply = self.body(reply)?;
        let said = read(&reply.body).map_err(|fault| {
            let call = self.call(None, self.worst, reply.request_id.clone());
            let outcome = Outcome::Malformed {
                fault: format!("it is none of the protocol, {fault}"),
            };
            self.failed(outcome, String::new(), call)
        })?;
        let usage = said.usage.unwrap_or_else(|| Usage {
            input: request.estimated_input(),
            output: estimate(&said.text),
            is_estimated: true,
        });
        let call = self.call(said.model, usage, reply.request_id);
        let ended = match said.ended {
            Some(ended) => Err(ended),
            None if said.text.trim().is_empty() => Err(Outcome::Empty),
            None => extract::json(&said.text).map_err(|fault| Outcome::Malformed { fault }),
        };
        let fits = ended.and_then(|value| match request.schema.check(&value) {
            Ok(()) => Ok(value),
            Err(fault) => Err(fault.into()),
        });
        match fits {
            Ok(value) => Ok(Completion {
                value,
                text: said.text,
                call,
            }),
            Err(outcome) => Err(self.failed(outcome, said.text, call)),
        }
    }

    pub(super) fn failed(&self, outcome: Outcome, text: String, call: Call) -> Failure {
        Failure {
            outcome,
            text,
            call: Box::new(call),
        }
    }
}
