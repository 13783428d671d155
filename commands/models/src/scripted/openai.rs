//! OpenAI's chat, as a server has it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};

use super::asked::Format;
use super::desk::Desk;
use super::fault::Dialect;
use super::{Asked, Step, Takes, plausible};
use crate::estimate;

pub(super) async fn chat(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let asked = Asked::openai("/v1/chat/completions", &headers, body);
    let visit = desk.take(&asked).await;
    let dialect = Dialect::OpenAi;
    if let Some(fault) = dialect.fault(&visit.step, visit.number, asked.key.as_deref()) {
        return fault;
    }
    let takes = desk.behaviour.takes;
    let is_refused = match takes {
        Takes::NoSchema => asked.format == Format::Schema,
        Takes::NoFormat => asked.format != Format::Text,
        Takes::Everything | Takes::SchemaIgnored => false,
    };
    if is_refused {
        return dialect.refuses_format(visit.number);
    }
    let is_ignored = takes == Takes::SchemaIgnored && asked.format == Format::Schema;
    let step = if is_ignored {
        &Step::Prose
    } else {
        &visit.step
    };
    let (text, finish) = said(&desk, &asked, step);
    let refusal = matches!(step, Step::Refusal).then_some("I cannot help with that.");
    let (input, output) = (estimate(&asked.text()), estimate(&text));
    let body = json!({
        "id": format!("chatcmpl-{}", visit.number),
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": format!("{}-scripted", asked.body["model"].as_str().unwrap_or_default()),
        "choices": [{
            "index": 0,
            "message": {
                "role": "assistant",
                "content": refusal.is_none().then_some(text),
                "refusal": refusal,
            },
            "finish_reason": finish,
        }],
        "usage": {
            "prompt_tokens": input,
            "completion_tokens": output,
            "total_tokens": input + output,
        },
    });
    dialect.respond(visit.number, StatusCode::OK, &body)
}

fn said(desk: &Desk, asked: &Asked, step: &Step) -> (String, &'static str) {
    let answer = || (desk.behaviour.answer)(asked);
    match step {
        Step::Length => (plausible::half(&answer().to_string()), "length"),
        Step::ContentFilter => (String::new(), "content_filter"),
        other => (plausible::said(other, answer), "stop"),
    }
}
