//! OpenAI's embeddings, as a server has them: the same text has the same vector, and texts that
//! share words have vectors near each other.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::desk::Desk;
use super::fault::Dialect;
use super::plausible::digest;
use super::{Asked, Step};
use crate::estimate;

pub(super) async fn embeddings(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let asked = Asked::openai("/v1/embeddings", &headers, body);
    let visit = desk.take(&asked).await;
    let dialect = Dialect::OpenAi;
    if let Some(fault) = dialect.fault(&visit.step, visit.number, asked.key.as_deref()) {
        return fault;
    }
    let texts: Vec<&str> = match &asked.body["input"] {
        Value::String(text) => vec![text],
        texts => texts
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect(),
    };
    if texts.is_empty() || texts.iter().any(|text| text.is_empty()) {
        let step = Step::BadRequest;
        let refused = dialect.fault(&step, visit.number, None);
        return refused.unwrap_or_default();
    }
    let dimensions = asked.body["dimensions"].as_u64();
    let dimensions = dimensions.and_then(|count| usize::try_from(count).ok());
    let dimensions = dimensions.unwrap_or(desk.behaviour.dimensions);
    let one = |(index, text): (usize, &&str)| json!({ "object": "embedding", "index": index, "embedding": vector(text, dimensions) });
    // From the last to the first: the order is not promised.
    let mut data: Vec<_> = texts.iter().enumerate().map(one).rev().collect();
    if visit.step == Step::Violation {
        data.pop();
    }
    let tokens: u64 = texts.iter().map(|text| estimate(text)).sum();
    let body = json!({
        "object": "list",
        "model": format!("{}-scripted", asked.body["model"].as_str().unwrap_or_default()),
        "data": data,
        "usage": { "prompt_tokens": tokens, "total_tokens": tokens },
    });
    dialect.respond(visit.number, StatusCode::OK, &body)
}

/// Its words, hashed into so many numbers, of length 1.
fn vector(text: &str, dimensions: usize) -> Vec<f32> {
    let mut vector = vec![0.0_f32; dimensions.clamp(1, 4_096)];
    let words = text.split(|character: char| !character.is_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        let digest = digest(&word.to_lowercase());
        let sign = if digest >> 63 == 0 { 1.0 } else { -1.0 };
        let count = vector.len() as u64;
        vector[(digest % count) as usize] += sign;
    }
    let length = vector
        .iter()
        .map(|number| number * number)
        .sum::<f32>()
        .sqrt();
    if length == 0.0 {
        vector[0] = 1.0;
        return vector;
    }
    vector.iter().map(|number| number / length).collect()
}
