//! OpenAI's Chat Completions, by OpenAI or by whoever else speaks them.

use async_openai::types::chat::{
    ChatCompletionRequestAssistantMessage, ChatCompletionRequestMessage,
    ChatCompletionRequestSystemMessage, ChatCompletionRequestUserMessage,
    CreateChatCompletionRequest, ResponseFormat, ResponseFormatJsonSchema,
};
use async_trait::async_trait;
use reqwest::header::AUTHORIZATION;
use serde::Deserialize;

use super::modes::{Ask, Modes};
use super::read::{Asked, Said};
use super::{ANSWER_MAX, in_words};
use crate::config::{ConfigFault, Kind, Provider};
use crate::wire::Wire;
use crate::{Completion, Failure, Mode, Model, Outcome, Request, Usage};

const LADDER: [Mode; 3] = [Mode::JsonSchema, Mode::JsonObject, Mode::Text];

/// A model behind OpenAI's API.
#[derive(Debug)]
pub struct OpenAi {
    wire: Wire,
    model: String,
    kind: Kind,
    modes: Modes,
}

impl OpenAi {
    /// The adapter of a provider.
    ///
    /// # Errors
    /// What is wrong with its configuration.
    pub fn new(provider: &Provider) -> Result<Self, ConfigFault> {
        let key = provider.key.iter();
        let key = key.map(|key| (AUTHORIZATION, format!("Bearer {}", key.expose())));
        Ok(Self {
            wire: Wire::new(provider, key)?,
            model: provider.model.clone(),
            kind: provider.kind,
            modes: match provider.kind {
                Kind::Compatible => Modes::unknown(&LADDER),
                _ => Modes::trusted(&LADDER),
            },
        })
    }

    fn body(&self, request: &Request, mode: Mode) -> CreateChatCompletionRequest {
        let response_format = match mode {
            Mode::JsonSchema => Some(ResponseFormat::JsonSchema {
                json_schema: ResponseFormatJsonSchema {
                    description: None,
                    name: request.schema_name.clone(),
                    schema: request.schema.as_value().clone(),
                    strict: Some(true),
                },
            }),
            Mode::JsonObject => Some(ResponseFormat::JsonObject),
            _ => None,
        };
        // OpenAI's newer models take the one name alone, local servers know the other.
        let most = Some(request.max_tokens);
        let (max_tokens, max_completion_tokens) = match self.kind {
            Kind::OpenAi => (None, most),
            _ => (most, None),
        };
        #[expect(deprecated, reason = "the name that local servers know")]
        CreateChatCompletionRequest {
            model: self.model.clone(),
            messages: messages(request, mode),
            response_format,
            max_tokens,
            max_completion_tokens,
            ..CreateChatCompletionRequest::default()
        }
    }
}

#[async_trait]
impl Ask for OpenAi {
    async fn ask(&self, request: &Request, mode: Mode) -> Result<Completion, Failure> {
        let body = self.body(request, mode);
        let (latency, reply) = self.wire.post("chat/completions", &body, ANSWER_MAX).await;
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
impl Model for OpenAi {
    async fn complete(&self, request: &Request) -> Result<Completion, Failure> {
        self.modes.complete(self, request).await
    }
}

fn messages(request: &Request, mode: Mode) -> Vec<ChatCompletionRequestMessage> {
    let system = match mode {
        Mode::JsonSchema => request.system.clone(),
        _ => format!("{}\n\n{}", request.system, in_words(&request.schema)),
    };
    let user = |text: &str| ChatCompletionRequestUserMessage::from(text).into();
    let mut messages = vec![
        ChatCompletionRequestSystemMessage::from(system).into(),
        user(&request.user),
    ];
    if let Some(again) = &request.again {
        let answer = ChatCompletionRequestAssistantMessage::from(again.answer.as_str());
        messages.extend([answer.into(), user(&again.words())]);
    }
    messages
}

/// What is read of an answer. The type that async-openai has for it refuses answers for fields that
/// nobody here reads, as soon as a server has values of its own in them.
#[derive(Deserialize)]
struct Response {
    model: Option<String>,
    choices: Vec<Choice>,
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
    refusal: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    prompt_tokens: u64,
    completion_tokens: u64,
}

fn said(body: &[u8]) -> Result<Said, serde_json::Error> {
    let response: Response = serde_json::from_slice(body)?;
    let usage = response.usage;
    let usage = usage.map(|usage| Usage::told(usage.prompt_tokens, usage.completion_tokens));
    let said = |text: Option<String>, ended| Said {
        text: text.unwrap_or_default(),
        model: response.model.filter(|model| !model.is_empty()),
        usage,
        ended,
    };
    let Some(choice) = response.choices.into_iter().next() else {
        return Ok(said(None, Some(Outcome::Empty)));
    };
    let Message { content, refusal } = choice.message;
    let refusal = refusal.filter(|reason| !reason.is_empty());
    let ended = match choice.finish_reason.as_deref() {
        Some("length") => Some(Outcome::Cut),
        Some("content_filter") => Some(Outcome::Filtered),
        _ => refusal.map(|reason| Outcome::refused(&reason)),
    };
    Ok(said(content, ended))
}
