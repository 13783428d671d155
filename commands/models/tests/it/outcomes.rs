//! Whatever a provider does has its one outcome.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::Redirect;
use axum::routing::post;
use bugsage_models::scripted::Step;
use bugsage_models::{Failure, Kind, Mode, Outcome, Provider, provider};
use futures::stream;
use tokio::net::TcpListener;

use crate::site::{KEY, provider as at, request, server};

async fn fails(provider: &Provider) -> Failure {
    let model = provider::model(provider).unwrap();
    model.complete(&request()).await.unwrap_err()
}

/// What each fault is, by OpenAI and by Anthropic.
#[tokio::test]
async fn every_fault_has_its_name() {
    let seven = Some(Duration::from_secs(7));
    let refused = || Outcome::Refused {
        reason: "I cannot help with that.".to_owned(),
    };
    let violated = Outcome::SchemaViolation {
        at: String::new(),
        what: "has no `category`".to_owned(),
    };
    let bad = Outcome::BadRequest {
        status: 400,
        message: "no such parameter".to_owned(),
    };
    let cases = [
        (
            Step::RateLimited(None),
            Outcome::RateLimited { retry_after: None },
        ),
        (
            Step::RateLimited(Some(7)),
            Outcome::RateLimited { retry_after: seven },
        ),
        (Step::Overloaded, Outcome::Overloaded { retry_after: None }),
        (Step::Broken(503), Outcome::Overloaded { retry_after: None }),
        (Step::Broken(502), Outcome::Broken { status: 502 }),
        (Step::Quota, Outcome::Quota),
        (Step::BadRequest, bad),
        (Step::Violation, violated),
        (Step::Refusal, refused()),
        (Step::Length, Outcome::Cut),
        (Step::Empty, Outcome::Empty),
    ];
    for kind in [Kind::OpenAi, Kind::Anthropic] {
        for (step, outcome) in &cases {
            let server = server([step.clone()]).await;
            let failure = fails(&at(kind, &server)).await;
            assert_eq!(failure.outcome, *outcome, "{kind:?} {step:?}");
            assert_eq!(failure.call.request_id.as_deref(), Some("req-1"));
            assert_eq!(server.asked().len(), 1, "asked once: {step:?}");
        }
        let filtered = server([Step::ContentFilter]).await;
        let filtered = fails(&at(kind, &filtered)).await.outcome;
        let expected = match kind {
            Kind::Anthropic => refused(),
            _ => Outcome::Filtered,
        };
        assert_eq!(filtered, expected);
    }
}

/// These are told in words of the one who could not read them.
#[tokio::test]
async fn what_cannot_be_read_or_reached_says_why() {
    for kind in [Kind::OpenAi, Kind::Anthropic] {
        for (step, word, why) in [
            (Step::MalformedJson, "malformed", "none of the protocol"),
            (Step::Prose, "malformed", "it is no JSON"),
            (Step::CutOff, "unreachable", ""),
        ] {
            let server = server([step.clone()]).await;
            let outcome = fails(&at(kind, &server)).await.outcome;
            assert_eq!(outcome.word(), word, "{step:?}");
            assert!(outcome.to_string().contains(why), "{outcome}");
            assert!(outcome.is_worth_retrying());
        }
    }
    let gone = server([]).await;
    let provider = at(Kind::OpenAi, &gone);
    drop(gone);
    let failure = loop {
        // The listener goes a moment after its task.
        let model = provider::model(&provider).unwrap();
        if let Err(failure) = model.complete(&request()).await {
            break failure;
        }
    };
    assert_eq!(failure.outcome.word(), "unreachable");
    assert_eq!(failure.call.usage.total(), 0, "nothing was sent");
}

#[tokio::test]
async fn who_does_not_answer_in_time_is_not_waited_for() {
    for step in [Step::Silent, Step::Slow(Duration::from_secs(3_600))] {
        let server = server([step]).await;
        let mut provider = at(Kind::OpenAi, &server);
        provider.timeout = Duration::from_millis(50);
        let failure = fails(&provider).await;
        assert_eq!(failure.outcome, Outcome::TimedOut);
        let usage = failure.call.usage;
        assert!(
            usage.is_estimated && usage.output == 500,
            "it may be paid for"
        );
    }
}

#[tokio::test]
async fn an_answer_says_how_it_came_about() {
    for kind in [Kind::OpenAi, Kind::Anthropic] {
        let server = server([]).await;
        let model = provider::model(&at(kind, &server)).unwrap();
        let completion = model.complete(&request()).await.unwrap();
        assert_eq!(completion.value["category"], "timeout", "of the prompt");
        let text: serde_json::Value = serde_json::from_str(&completion.text).unwrap();
        assert_eq!(text, completion.value);
        let call = completion.call;
        assert_eq!(
            (call.model.as_str(), call.mode),
            ("sage-1-scripted", Mode::JsonSchema)
        );
        assert_eq!(call.request_id.as_deref(), Some("req-1"));
        assert!(call.usage.input > 0 && call.usage.output > 0 && !call.usage.is_estimated);
        assert!(call.latency > Duration::ZERO);
        let asked = server.asked().remove(0);
        assert!(asked.key.unwrap().ends_with(KEY));
        assert_eq!(asked.schema.as_ref(), Some(request().schema.as_value()));
    }
}

/// A server of one answer.
async fn with(router: Router) -> Provider {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut provider = at(Kind::OpenAi, &server([]).await);
    provider.base_url = url.parse().unwrap();
    provider
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = server([]).await;
    let target = format!("{}/chat/completions", other.url());
    let redirect = post(|| async move { Redirect::temporary(&target) });
    let provider = with(Router::new().route("/v1/chat/completions", redirect)).await;
    let outcome = fails(&provider).await.outcome;
    assert!(matches!(outcome, Outcome::BadRequest { status: 307, .. }));
    assert!(other.asked().is_empty());
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_it() {
    let endless = || async {
        let part = || Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 64 * 1024]));
        Body::from_stream(stream::repeat_with(part))
    };
    let provider = with(Router::new().route("/v1/chat/completions", post(endless))).await;
    let outcome = fails(&provider).await.outcome;
    assert!(
        outcome.to_string().contains("more than 4194304 bytes"),
        "{outcome}"
    );
}

#[tokio::test]
async fn a_key_that_is_not_taken_is_told_with_the_reason_and_without_the_key() {
    let server = server([Step::Unauthorized]).await;
    let outcome = fails(&at(Kind::Anthropic, &server)).await.outcome;
    let message = "wrong key: (hidden)".to_owned();
    let expected = Outcome::Unauthorized {
        status: 401,
        message,
    };
    assert_eq!(outcome, expected);
}

/// With fields and values that OpenAI does not have, and without some that it has.
#[tokio::test]
async fn an_answer_of_another_server_is_read_whatever_else_is_in_it() {
    let body = r#"{"service_tier":"on_demand","created":1.5,"choices":[{"finish_reason":"eos",
        "message":{"content":"{\"category\":\"timeout\",\"confidence\":1,\"why\":[]}"}}]}"#;
    let answer = post(move || async move { body });
    let provider = with(Router::new().route("/v1/chat/completions", answer)).await;
    let model = provider::model(&provider).unwrap();
    let completion = model.complete(&request()).await.unwrap();
    assert_eq!(completion.call.model, "sage-1", "as it is configured");
    assert!(completion.call.usage.is_estimated && completion.call.usage.output > 0);
}

#[tokio::test]
async fn what_a_server_says_it_took_is_believed_within_reason() {
    let body = r#"{"choices":[{"message":{"content":"{}"}}],
        "usage":{"prompt_tokens":18446744073709551615,"completion_tokens":18446744073709551615}}"#;
    let answer = post(move || async move { body });
    let provider = with(Router::new().route("/v1/chat/completions", answer)).await;
    let usage = fails(&provider).await.call.usage;
    assert_eq!(usage.total(), 2 * u64::from(u32::MAX));
}

/// Local servers say less, and say it otherwise.
#[tokio::test]
async fn errors_are_read_in_all_their_shapes() {
    for (body, message) in [
        (
            r#"{"error":{"code":404,"message":"no model","type":"x"}}"#,
            "no model",
        ),
        (r#"{"error":"no model"}"#, "no model"),
        (
            r#"{"object":"error","message":"no model","code":404}"#,
            "no model",
        ),
        (r#"{"detail":"Not Found"}"#, r#"{"detail":"Not Found"}"#),
        ("no model", "no model"),
        ("", ""),
    ] {
        let answer = post(move || async move { (axum::http::StatusCode::NOT_FOUND, body) });
        let provider = with(Router::new().route("/v1/chat/completions", answer)).await;
        let message = message.to_owned();
        let expected = Outcome::BadRequest {
            status: 404,
            message,
        };
        assert_eq!(fails(&provider).await.outcome, expected);
    }
}
