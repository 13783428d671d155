//! Anthropic's messages, as a server has them.

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

pub(super) async fn messages(
    State(desk): State<Arc<Desk>>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let asked = Asked::anthropic("/v1/messages", &headers, body);
    let visit = desk.take(&asked).await;
    let dialect = Dialect::Anthropic;
    if let Some(fault) = dialect.fault(&visit.step, visit.number, asked.key.as_deref()) {
        return fault;
    }
    if asked.format == Format::Schema && desk.behaviour.takes != Takes::Everything {
        return dialect.refuses_format(visit.number);
    }
    let answer = || (desk.behaviour.answer)(&asked);
    let (text, stopped) = match &visit.step {
        Step::Refusal | Step::ContentFilter => ("I cannot help with that.".to_owned(), "refusal"),
        Step::Length => (plausible::half(&answer().to_string()), "max_tokens"),
        other => (plausible::said(other, answer), "end_turn"),
    };
    let is_called = asked.format == Format::Tool && stopped == "end_turn";
    let input = serde_json::from_str::<Value>(&text).ok();
    let (content, stopped) = match input.filter(|_| is_called) {
        Some(input) => {
            let name = &asked.body["tools"][0]["name"];
            let call = json!({ "type": "tool_use", "id": "toolu_1", "name": name, "input": input });
            (json!([call]), "tool_use")
        }
        None => (json!([{ "type": "text", "text": text }]), stopped),
    };
    let body = json!({
        "id": format!("msg_{}", visit.number),
        "type": "message",
        "role": "assistant",
        "model": format!("{}-scripted", asked.body["model"].as_str().unwrap_or_default()),
        "content": content,
        "stop_reason": stopped,
        "stop_sequence": null,
        "usage": { "input_tokens": estimate(&asked.text()), "output_tokens": estimate(&text) },
    });
    dialect.respond(visit.number, StatusCode::OK, &body)
}
