//! From an answer that is an error to its outcome. OpenAI's, Anthropic's and local servers' differ
//! in details, and all are read by the same lines.

use serde_json::Value;

use crate::Outcome;
use crate::outcome::WORDS_MAX;
use crate::wire::Reply;

/// Codes by which paid work ends until somebody pays.
const QUOTA: [&str; 5] = [
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_error",
    "enforced_spend_limit_reached",
];

/// Codes by which a question is held back.
const FILTER: [&str; 3] = [
    "content_filter",
    "content_policy_violation",
    "ResponsibleAIPolicyViolation",
];

/// What an error says.
pub(super) struct Told {
    pub(super) message: String,
    codes: Vec<String>,
}

impl Told {
    /// `{error: {message, type, code, details}}`, `{error: "…"}`, `{message, …}`, or any text.
    pub(super) fn read(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()));
        let error = body.get("error").unwrap_or(&body);
        let message = match (error, error.get("message")) {
            (_, Some(Value::String(message))) | (Value::String(message), _) => message.clone(),
            (other, _) => other.to_string(),
        };
        let codes = ["/type", "/code", "/details/error_code", "/innererror/code"];
        let codes = codes.iter().filter_map(|at| error.pointer(at)?.as_str());
        Self {
            message: message.chars().take(WORDS_MAX).collect(),
            codes: codes.map(str::to_owned).collect(),
        }
    }

    fn is_one_of(&self, codes: &[&str]) -> bool {
        self.codes.iter().any(|code| codes.contains(&code.as_str()))
    }
}

/// What an answer with such a status means.
pub(super) fn outcome(reply: &Reply, told: &Told) -> Outcome {
    let (status, retry_after) = (reply.status, reply.retry_after);
    let message = told.message.clone();
    // Anthropic says so with 400 and no code.
    let is_unpaid = told.message.contains("credit balance is too low");
    match status {
        402 => Outcome::Quota,
        400..=499 if is_unpaid || told.is_one_of(&QUOTA) => Outcome::Quota,
        400..=499 if told.is_one_of(&FILTER) => Outcome::Filtered,
        401 | 403 => Outcome::Unauthorized { status, message },
        408 => Outcome::TimedOut,
        429 => Outcome::RateLimited { retry_after },
        503 | 529 => Outcome::Overloaded { retry_after },
        500.. if told.is_one_of(&["overloaded_error"]) => Outcome::Overloaded { retry_after },
        500.. => Outcome::Broken { status },
        _ => Outcome::BadRequest { status, message },
    }
}
