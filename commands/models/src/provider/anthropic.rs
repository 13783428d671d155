//! Anthropic's Messages.

use async_trait::async_trait;
use reqwest::header::HeaderName;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ANSWER_MAX;
use super::modes::{Ask, Modes};
use super::read::{Asked, Said};
use crate::config::{ConfigFault, Provider};
use crate::wire::Wire;
use crate::{Completion, Failure, Mode, Model, Outcome, Request, Usage};

const LADDER: [Mode; 2] = [Mode::JsonSchema, Mode::StrictTool];
const VERSION: &str = "2023-06-01";

/// A model of Anthropic.
#[derive(Debug)]
pub struct Anthropic {
    wire: Wire,
    model: String,
    modes: Modes,
}

impl Anthropic {
    /// The adapter of a provider.
    ///
    /// # Errors
    /// What is wrong with its configuration.
    pub fn new(provider: &Provider) -> Result<Self, ConfigFault> {
        let version = HeaderName::from_static("anthropic-version");
        let mut headers = vec![(version, VERSION.to_owned())];
        if let Some(key) = &provider.key {
            let name = HeaderName::from_static("x-api-key");
            headers.push((name, key.expose().to_owned()));
        }
        Ok(Self {
            wire: Wire::new(provider, headers)?,
            model: provider.model.clone(),
            modes: Modes::trusted(&LADDER),
        })
    }

    fn body(&self, request: &Request, mode: Mode) -> Value {
        let mut messages = vec![json!({ "role": "user", "content": request.user })];
        if let Some(again) = &request.again {
            messages.push(json!({ "role": "assistant", "content": again.answer }));
            messages.push(json!({ "role": "user", "content": again.words() }));
        }
        let schema = request.schema.as_value();
        let mut body = json!({
            "model": self.model,
            "max_tokens": request.max_tokens,
            "system": request.system,
            "messages": messages,
        });
        match mode {
            Mode::StrictTool => {
                body["tools"] = json!([{
                    "name": request.schema_name,
                    "description": "Takes the answer. Call it once, with the whole of it.",
                    "input_schema": schema,
                    "strict": true,
                }]);
                body["tool_choice"] = json!({ "type": "tool", "name": request.schema_name });
            }
            _ => {
                let format = json!({ "type": "json_schema", "schema": schema });
                body["output_config"] = json!({ "format": format });
            }
        }
        body
    }
}

#[async_trait]
impl Ask for Anthropic {
    async fn ask(&self, request: &Request, mode: Mode) -> Result<Completion, Failure> {
        let body = self.body(request, mode);
        let (latency, reply) = self.wire.post("messages", &body, ANSWER_MAX).await;
        let asked = Asked {
            wire: &self.wire,
            model: &self.model,
            mode,
            worst: request.worst(),
            latency,
        };
        asked.completion(request, reply, said)
    }
}

#[async_trait]
impl Model for Anthropic {
    async fn complete(&self, request: &Request) -> Result<Completion, Failure> {
        self.modes.complete(self, request).await
    }
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    model: Option<String>,
    content: Vec<Block>,
    stop_reason: Option<String>,
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block {
    Text {
        text: String,
    },
    ToolUse {
        input: Value,
    },
    /// Thinking, and what is to come.
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Tokens {
    input_tokens: u64,
    output_tokens: u64,
    #[serde(default)]
    cache_creation_input_tokens: Option<u64>,
    #[serde(default)]
    cache_read_input_tokens: Option<u64>,
}

impl From<Tokens> for Usage {
    fn from(tokens: Tokens) -> Self {
        let cached = [
            tokens.cache_creation_input_tokens,
            tokens.cache_read_input_tokens,
        ];
        let cached = cached.into_iter().flatten();
        let input = cached.fold(tokens.input_tokens, u64::saturating_add);
        Self::told(input, tokens.output_tokens)
    }
}

fn said(body: &[u8]) -> Result<Said, serde_json::Error> {
    let message: Message = serde_json::from_slice(body)?;
    let texts = message.content.into_iter().filter_map(|block| match block {
        Block::Text { text } => Some(text),
        Block::ToolUse { input } => Some(input.to_string()),
        Block::Other => None,
    });
    // What is said before the tool is called stays; the JSON is looked for in the whole.
    let text: String = texts.collect();
    let ended = match message.stop_reason.as_deref() {
        Some("refusal") => Some(Outcome::refused(&text)),
        Some("max_tokens" | "model_context_window_exceeded") => Some(Outcome::Cut),
        _ => None,
    };
    Ok(Said {
        text,
        model: message.model,
        usage: message.usage.map(Usage::from),
        ended,
    })
}
