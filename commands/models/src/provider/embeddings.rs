//! Vectors, by OpenAI's API.

use async_openai::types::embeddings::{
    CreateEmbeddingRequest, CreateEmbeddingResponse, EmbeddingInput, EncodingFormat,
};
use async_trait::async_trait;
use reqwest::header::AUTHORIZATION;

use super::read::Asked;
use crate::config::{ConfigFault, Kind, Provider};
use crate::wire::Wire;
use crate::{Call, Embedder, Embeddings, Failure, Mode, Outcome, Usage, estimate};

/// Texts in a request. OpenAI takes 2,048, but their answer would be of 80 MB.
pub const INPUTS_MAX: usize = 256;
/// Tokens of a text, as they are [`estimate`]d.
pub const INPUT_TOKENS_MAX: u64 = 8_192;
/// Tokens of a request.
pub const REQUEST_TOKENS_MAX: u64 = 300_000;
/// Bytes of an answer: of so many texts, 3,072 numbers each.
const VECTORS_MAX: usize = 16 * 1024 * 1024;

/// A model that makes vectors.
#[derive(Debug)]
pub struct OpenAiEmbedder {
    wire: Wire,
    model: String,
    dimensions: Option<u32>,
}

impl OpenAiEmbedder {
    /// The adapter of a provider; `dimensions` for models that can make vectors of any length.
    ///
    /// # Errors
    /// What is wrong with its configuration; Anthropic makes no vectors.
    pub fn new(provider: &Provider, dimensions: Option<u32>) -> Result<Self, ConfigFault> {
        if provider.kind == Kind::Anthropic {
            return Err(ConfigFault::Provider {
                name: provider.name.clone(),
                what: "Anthropic makes no vectors",
            });
        }
        let key = provider.key.iter();
        let key = key.map(|key| (AUTHORIZATION, format!("Bearer {}", key.expose())));
        Ok(Self {
            wire: Wire::new(provider, key)?,
            model: provider.model.clone(),
            dimensions,
        })
    }

    async fn ask(&self, texts: &[String]) -> Result<Embeddings, Failure> {
        let body = CreateEmbeddingRequest {
            model: self.model.clone(),
            input: EmbeddingInput::StringArray(texts.to_vec()),
            encoding_format: Some(EncodingFormat::Float),
            user: None,
            dimensions: self.dimensions,
        };
        let worst = Usage {
            input: texts.iter().map(|text| estimate(text)).sum(),
            output: 0,
            is_estimated: true,
        };
        let (latency, reply) = self.wire.post("embeddings", &body, VECTORS_MAX).await;
        let asked = Asked {
            wire: &self.wire,
            model: &self.model,
            mode: Mode::Vectors,
            worst,
            latency,
        };
        let reply = asked.body(reply)?;
        let read = serde_json::from_slice(&reply.body);
        let read = read.map_err(|fault| format!("it is none of the protocol, {fault}"));
        let read = read.and_then(|response| vectors(response, texts.len()));
        let (usage, model, vectors) = read.map_err(|fault| {
            let call = asked.call(None, worst, reply.request_id.clone());
            asked.failed(Outcome::Malformed { fault }, String::new(), call)
        })?;
        let call = asked.call(Some(model), usage, reply.request_id);
        Ok(Embeddings { vectors, call })
    }

    fn refused(&self, message: String) -> Failure {
        Failure {
            outcome: Outcome::BadRequest { status: 0, message },
            text: String::new(),
            call: Box::new(self.no_call()),
        }
    }

    fn no_call(&self) -> Call {
        Call {
            model: self.model.clone(),
            mode: Mode::Vectors,
            usage: Usage::default(),
            request_id: None,
            latency: std::time::Duration::ZERO,
        }
    }
}

#[async_trait]
impl Embedder for OpenAiEmbedder {
    async fn embed(&self, texts: &[String]) -> Result<Embeddings, Failure> {
        let batches = batches(texts).map_err(|message| self.refused(message))?;
        let mut all = Embeddings {
            vectors: Vec::with_capacity(texts.len()),
            call: self.no_call(),
        };
        for batch in batches {
            let asked = self.ask(batch).await;
            let mut one = asked.map_err(|failure| failure.with(all.call.usage))?;
            all.vectors.append(&mut one.vectors);
            one.call.usage = one.call.usage.and(all.call.usage);
            one.call.latency += all.call.latency;
            all.call = one.call;
        }
        Ok(all)
    }
}

/// As many texts in a request as fit.
fn batches(texts: &[String]) -> Result<Vec<&[String]>, String> {
    let (mut batches, mut begin, mut tokens) = (Vec::new(), 0, 0);
    for (at, text) in texts.iter().enumerate() {
        let taken = estimate(text);
        if text.trim().is_empty() {
            return Err(format!("the text {at} is empty"));
        }
        if taken > INPUT_TOKENS_MAX {
            return Err(format!(
                "the text {at} has up to {taken} tokens, over {INPUT_TOKENS_MAX}"
            ));
        }
        if at - begin == INPUTS_MAX || tokens + taken > REQUEST_TOKENS_MAX {
            batches.push(&texts[begin..at]);
            (begin, tokens) = (at, 0);
        }
        tokens += taken;
    }
    if begin < texts.len() {
        batches.push(&texts[begin..]);
    }
    Ok(batches)
}

type Read = (Usage, String, Vec<Vec<f32>>);

/// The vectors in the order of the texts: that of the answer is not promised.
fn vectors(mut response: CreateEmbeddingResponse, texts: usize) -> Result<Read, String> {
    response.data.sort_by_key(|one| one.index);
    let indices = response.data.iter().map(|one| one.index as usize);
    if !indices.eq(0..texts) {
        return Err(format!("it has not one vector for each of {texts} texts"));
    }
    let vectors: Vec<_> = response.data.into_iter().map(|one| one.embedding).collect();
    let length = vectors.first().map_or(0, Vec::len);
    let is_whole =
        |vector: &Vec<f32>| vector.len() == length && vector.iter().all(|n| n.is_finite());
    if length == 0 || !vectors.iter().all(is_whole) {
        return Err("its vectors are empty, or of different lengths".to_owned());
    }
    let usage = Usage::told(response.usage.prompt_tokens.into(), 0);
    Ok((usage, response.model, vectors))
}
