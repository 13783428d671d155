//! Why errors happened: from an exception to its analysis.

mod asked;
mod costs;
mod erased;
mod injections;
mod models;
mod places;
mod policy;
mod precedents;
mod prompts;
mod rules;
mod source;

use std::sync::Arc;

use bugsage_models::scripted::{Asked, Behaviour, Script, Scripted, Step};
use serde_json::{Value, json};

use crate::app::{TestApp, wait_until};

/// Analyses of whatever is new or comes back.
pub(crate) const ON: (&str, &str) = ("BUGSAGE_ANALYZE", "new,regressed");

/// A division by zero, as an SDK reports it.
fn exception() -> Value {
    json!({
        "platform": "python",
        "level": "error",
        "release": "shop@1.2.0",
        "environment": "production",
        "tags": {"browser": "Firefox"},
        "breadcrumbs": {"values": [{"category": "cart", "message": "emptied"}]},
        "exception": {"values": [{
            "type": "ZeroDivisionError",
            "value": "division by zero",
            "stacktrace": {"frames": [
                {"function": "serve", "filename": "http/server.py", "lineno": 90, "in_app": false},
                {"function": "average", "filename": "shop/cart.py", "module": "shop.cart", "lineno": 41,
                 "in_app": true, "pre_context": ["def average(cart):"],
                 "context_line": "    return cart.total / len(cart.items)", "post_context": [""]},
            ]},
        }]},
    })
}

/// What a model answers that looked: one claim points at nothing.
fn answer() -> Value {
    json!({
        "category": "arithmetic",
        "root_cause": {
            "whys": ["The average of an empty cart was asked for.", "Nobody checks for empty carts."],
            "not_found_reason": null,
        },
        "evidence": [
            {"claim": "It divides by the number of items.", "points_at": "line:shop/cart.py:41"},
            {"claim": "The cart was emptied just before.", "points_at": "breadcrumb:0"},
            {"claim": "It has been so since this commit.", "points_at": "commit:1f2e3d4c5b"},
        ],
        "impact_assessment": "Whoever empties a cart sees a failure.",
        "suggested_fixes": ["Return zero for an empty cart in average of shop/cart.py."],
        "confidence_score": 0.86,
        "risk_level": "high",
        "estimated_effort": "minutes",
        "related_errors": [],
        "prevention_suggestions": ["Test with an empty cart."],
    })
}

/// A model server that answers so, after these steps.
async fn model(steps: impl IntoIterator<Item = Step>) -> Scripted {
    let behaviour = Behaviour {
        script: Script::once(steps),
        answer: Arc::new(|_: &Asked| answer()),
        ..Behaviour::default()
    };
    Scripted::start(behaviour).await.unwrap()
}

/// A model server that answers so.
async fn answering(answer: impl Fn(&Asked) -> Value + Send + Sync + 'static) -> Scripted {
    let behaviour = Behaviour {
        answer: Arc::new(answer),
        ..Behaviour::default()
    };
    Scripted::start(behaviour).await.unwrap()
}

/// A service that asks this server, and what it is told further.
async fn asking(server: &Scripted, further: &[(&str, &str)]) -> TestApp {
    let url = server.url().to_string();
    let settings = [
        ON,
        ("BUGSAGE_MODELS", "openai"),
        ("BUGSAGE_OPENAI_URL", &url),
        ("BUGSAGE_OPENAI_MODEL", "sage-1"),
        ("OPENAI_API_KEY", "sk-nobody-may-see-this"),
        ("BUGSAGE_OPENAI_INPUT_PRICE", "2500000"),
        ("BUGSAGE_OPENAI_OUTPUT_PRICE", "10000000"),
    ];
    TestApp::start_with(&[further, &settings[..]].concat()).await
}

/// The only error, once there is one.
async fn only_error(app: &TestApp) -> String {
    let errors = app.errors().await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors[0]["id"].as_str().unwrap().to_owned()
}

/// An analysis of an error, once it is over.
async fn over(app: &TestApp, error: &str, number: u32) -> Value {
    let path = format!("/api/v1/errors/{error}/analyses/{number}");
    let is_over = |analysis: &Value| {
        let state = analysis["state"].as_str().unwrap_or_default();
        ["completed", "failed", "superseded"].contains(&state)
    };
    wait_until("the analysis is over", async || {
        let answer = app.get(&path).await;
        answer.status == 200 && is_over(&answer.body)
    })
    .await;
    app.get_settled(&path).await.expect(200)
}

/// The path of an error's own.
fn of(error: &str, what: &str) -> String {
    format!("/api/v1/errors/{error}/{what}")
}
