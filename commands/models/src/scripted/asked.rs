//! What a server is asked.

use axum::http::HeaderMap;
use serde_json::Value;

use crate::extract;

/// What a server was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// The path.
    pub path: &'static str,
    /// The key as it came, `Bearer` included.
    pub key: Option<String>,
    /// What the model is to do.
    pub system: String,
    /// What it is to do it with; of several messages the last.
    pub user: String,
    /// The schema of the answer, given as one or in words.
    pub schema: Option<Value>,
    /// How that was said.
    pub format: Format,
    /// All of it.
    pub body: Value,
}

/// How a schema was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// As a schema.
    Schema,
    /// As that of a tool.
    Tool,
    /// In words, with the wish for JSON.
    Object,
    /// In words, or not at all.
    Text,
}

impl Asked {
    pub(super) fn openai(path: &'static str, headers: &HeaderMap, body: Value) -> Self {
        let format = &body["response_format"];
        let (format, schema) = match format["type"].as_str() {
            Some("json_schema") => (Format::Schema, format["json_schema"].get("schema")),
            Some("json_object") => (Format::Object, None),
            _ => (Format::Text, None),
        };
        let system = said(&body["messages"], "system");
        let schema = schema.cloned();
        Self {
            path,
            key: header(headers, "authorization"),
            schema: schema.or_else(|| extract::json(&system).ok()),
            user: said(&body["messages"], "user"),
            system,
            format,
            body,
        }
    }

    pub(super) fn anthropic(path: &'static str, headers: &HeaderMap, body: Value) -> Self {
        let native = body.pointer("/output_config/format/schema");
        let tool = body.pointer("/tools/0/input_schema");
        let format = match (native, tool) {
            (Some(_), _) => Format::Schema,
            (None, Some(_)) => Format::Tool,
            (None, None) => Format::Text,
        };
        Self {
            path,
            key: header(headers, "x-api-key"),
            system: body["system"].as_str().unwrap_or_default().to_owned(),
            user: said(&body["messages"], "user"),
            schema: native.or(tool).cloned(),
            format,
            body,
        }
    }

    /// The whole of what is asked, as one text.
    pub(super) fn text(&self) -> String {
        format!("{}\n{}", self.system, self.body)
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// The last message of a role.
fn said(messages: &Value, role: &str) -> String {
    let mut messages = messages.as_array().into_iter().flatten();
    let last = messages.rfind(|message| message["role"] == role);
    let content = last.and_then(|message| message["content"].as_str());
    content.unwrap_or_default().to_owned()
}
