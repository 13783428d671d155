//! How a provider can be asked: from what is best down to what always goes.

use async_trait::async_trait;
use serde_json::json;
use tokio::sync::Mutex;

use crate::{Completion, Failure, Mode, Outcome, Request, Schema, Usage};

/// Words by which an error is about the way of asking.
const ABOUT_FORMAT: [&str; 8] = [
    "response_format",
    "response format",
    "json_schema",
    "json_object",
    "output_config",
    "output_format",
    "grammar",
    "schema",
];

/// A provider that can be asked in several modes.
#[async_trait]
pub(super) trait Ask: Sync {
    /// Asks once.
    async fn ask(&self, request: &Request, mode: Mode) -> Result<Completion, Failure>;
}

/// The modes of a provider, best first, and the one that is known to go.
#[derive(Debug)]
pub(super) struct Modes {
    ladder: &'static [Mode],
    known: Mutex<Option<Mode>>,
}

impl Modes {
    /// The best goes, until it is refused.
    pub(super) fn trusted(ladder: &'static [Mode]) -> Self {
        let known = ladder.first().copied();
        Self {
            ladder,
            known: Mutex::new(known),
        }
    }

    /// What goes is tried out when it is first needed.
    pub(super) fn unknown(ladder: &'static [Mode]) -> Self {
        Self {
            ladder,
            known: Mutex::new(None),
        }
    }

    /// Asks in the best mode that goes, tries that out first where it is not known, and goes a
    /// mode down where the provider refuses one. What was learned is remembered.
    pub(super) async fn complete(
        &self,
        provider: &impl Ask,
        request: &Request,
    ) -> Result<Completion, Failure> {
        let (mut mode, probing) = self.known(provider).await?;
        loop {
            let failure = match provider.ask(request, mode).await {
                Ok(mut completion) => {
                    completion.call.usage = completion.call.usage.and(probing);
                    return Ok(completion);
                }
                Err(failure) => failure,
            };
            match self.below(mode).filter(|_| is_about_format(&failure)) {
                Some(lower) => {
                    *self.known.lock().await = Some(lower);
                    mode = lower;
                }
                None => return Err(failure.with(probing)),
            }
        }
    }

    /// Whoever comes while it is tried out waits for what is found.
    async fn known(&self, provider: &impl Ask) -> Result<(Mode, Usage), Failure> {
        let mut known = self.known.lock().await;
        let mut usage = Usage::default();
        if let Some(mode) = *known {
            return Ok((mode, usage));
        }
        let (probe, mut mode) = (probe(), self.ladder[0]);
        // The last needs nothing of the provider, so it is not tried out.
        while let Some(lower) = self.below(mode) {
            match provider.ask(&probe, mode).await {
                Ok(completion) => {
                    usage = usage.and(completion.call.usage);
                    break;
                }
                Err(failure) if does_not_go(&failure) => usage = usage.and(failure.call.usage),
                Err(failure) => return Err(failure.with(usage)),
            }
            mode = lower;
        }
        *known = Some(mode);
        tracing::info!(?mode, "what a model's server can do was tried out");
        Ok((mode, usage))
    }

    fn below(&self, mode: Mode) -> Option<Mode> {
        let at = self.ladder.iter().position(|known| *known == mode)?;
        self.ladder.get(at + 1).copied()
    }
}

/// Asks for a schema where nobody would answer with JSON: who does is held to it. (Some servers
/// take the field and do not care.)
fn probe() -> Request {
    let schema = Schema::new(json!({
        "type": "object",
        "properties": { "is_wet": { "type": "string", "enum": ["yes", "no"] } },
        "required": ["is_wet"],
        "additionalProperties": false,
    }));
    Request {
        system: "You describe the weather in one short sentence.".to_owned(),
        user: "Describe rain.".to_owned(),
        schema: schema.unwrap_or_else(|fault| unreachable!("it is of the subset: {fault}")),
        schema_name: "probe".to_owned(),
        // Models that think first need room for it.
        max_tokens: 1_024,
        again: None,
    }
}

/// A provider that refuses a mode says so, with one status or another.
fn is_about_format(failure: &Failure) -> bool {
    let refuses = matches!(
        failure.outcome,
        Outcome::BadRequest { .. } | Outcome::Broken { status: 500 | 501 }
    );
    let text = failure.text.to_ascii_lowercase();
    refuses && ABOUT_FORMAT.iter().any(|words| text.contains(words))
}

/// One that ignores it answers with whatever.
fn does_not_go(failure: &Failure) -> bool {
    let ignores = matches!(
        failure.outcome,
        Outcome::Malformed { .. }
            | Outcome::SchemaViolation { .. }
            | Outcome::Empty
            | Outcome::Cut
            | Outcome::Refused { .. }
            | Outcome::Filtered
    );
    ignores || is_about_format(failure)
}
