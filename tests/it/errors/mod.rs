//! `/api/v1/errors`.

mod bulk;
mod bulk_ingest;
mod change;
mod create;
mod embeddings;
mod list;
mod merge;
mod odd;
mod read;
mod similar;
mod traces;

use serde_json::{Value, json};

use crate::app::TestApp;

/// An error of its own for each name; its id.
pub(crate) async fn reported(app: &TestApp, title: &str) -> String {
    let answer = app.post("/api/v1/errors", &json!({"title": title})).await;
    answer.expect(201)["id"].as_str().unwrap().to_owned()
}

/// The error as it is read once everything decided so far can be.
pub(crate) async fn detail(app: &TestApp, id: &str) -> Value {
    app.get_settled(&format!("/api/v1/errors/{id}"))
        .await
        .expect(200)
}

/// One of the verbs: `POST /api/v1/errors/<id>/<verb>`.
pub(crate) async fn ask(app: &TestApp, id: &str, verb: &str, body: &Value) -> crate::app::Answer {
    app.post(&format!("/api/v1/errors/{id}/{verb}"), body).await
}

/// Titles in the order of the list.
pub(crate) fn titles(list: &Value) -> Vec<&str> {
    let errors = list["errors"].as_array().expect("a list");
    errors
        .iter()
        .map(|e| e["title"].as_str().unwrap())
        .collect()
}
