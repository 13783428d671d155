//! Anybody with a key can send anything: no input is a fault of ours.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::json;

use super::{detail, reported};
use crate::app::{TestApp, send};

/// JSON values that somebody will send where another kind is expected.
const ODD: [&str; 20] = [
    "null",
    "true",
    "0",
    "-1",
    "1e400",
    "4294967295",
    "18446744073709551616",
    "\"\"",
    r#""\n \t""#,
    r#""a\u0000b""#,
    r#""\ud800""#,
    r#""+262142-12-31T23:59:59Z""#,
    r#""0000-01-01T00:00:00Z""#,
    r#""low""#,
    "[]",
    "{}",
    "[null]",
    r#"["a\u0000b","a\u0000b"]"#,
    r#"{"a\u0000b":{"a":[null]}}"#,
    r#"{"release":[],"user":7,"environment":{}}"#,
];

async fn assert_no_fault(app: &TestApp, method: Method, path: &str, body: String) {
    let request = app
        .signed(method.clone(), path)
        .header("content-type", "application/json");
    let answer = send(request.body(body.clone())).await;
    let status = answer.status.as_u16();
    assert!(status < 500, "{method} {path} {body}: {}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_value_in_a_report_is_no_fault_of_ours() {
    let app = TestApp::start().await;
    for field in [
        "title",
        "description",
        "severity",
        "source",
        "source_id",
        "project_id",
        "stack_trace",
        "context",
        "metadata",
        "category",
        "tags",
    ] {
        for odd in ODD {
            let title = if field == "title" {
                ""
            } else {
                r#""title":"x","#
            };
            let body = format!("{{{title}{field:?}:{odd}}}");
            assert_no_fault(&app, Method::POST, "/api/v1/errors", body).await;
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_value_in_a_change_is_no_fault_of_ours() {
    let app = TestApp::start().await;
    let id = reported(&app, "changed").await;
    let path = format!("/api/v1/errors/{id}");
    for (verb, fields) in [
        (
            "",
            &[
                "title",
                "description",
                "severity",
                "status",
                "category",
                "tags",
                "assigned_to",
            ][..],
        ),
        ("/resolve", &["in_release"]),
        ("/ignore", &["until", "more_occurrences"]),
        ("/merge", &["into"]),
    ] {
        let method = if verb.is_empty() {
            Method::PUT
        } else {
            Method::POST
        };
        for field in fields {
            for odd in ODD {
                let body = format!("{{{field:?}:{odd}}}");
                assert_no_fault(&app, method.clone(), &format!("{path}{verb}"), body).await;
            }
            detail(&app, &id).await; // it can still be read
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_odd_value_in_a_bulk_action_is_no_fault_of_ours() {
    let app = TestApp::start().await;
    let id = reported(&app, "acted on").await;
    for (action, field) in [("assign", "assigned_to"), ("tag", "add"), ("tag", "remove")] {
        for odd in ODD {
            let body = format!(r#"{{"action":"{action}","ids":["{id}"],"{field}":{odd}}}"#);
            assert_no_fault(&app, Method::POST, "/api/v1/errors/bulk-actions", body).await;
        }
    }
    for odd in ODD {
        let body = format!(r#"{{"errors":[{odd}]}}"#);
        assert_no_fault(&app, Method::POST, "/api/v1/errors/bulk-ingest", body).await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_cursor_is_no_fault_of_ours() {
    let app = TestApp::start().await;
    let id = reported(&app, "listed").await;
    for value in [json!(i64::MAX), json!(i64::MIN)] {
        let place = json!({
            "sort": "count", "order": "desc", "value": value, "id": id, "page": i64::MAX,
        });
        let cursor = URL_SAFE_NO_PAD.encode(place.to_string());
        let path = format!("/api/v1/errors?sort=count&cursor={cursor}");
        app.get(&path).await.expect(200);
    }
    for at in ["+262142-12-31T23:59:59Z", "-262143-01-01T00:00:00Z"] {
        let cursor = URL_SAFE_NO_PAD.encode(json!({"at": at, "id": id}).to_string());
        let path = format!("/api/v1/errors/{id}/occurrences?cursor={cursor}");
        let status = app.get(&path).await.status.as_u16();
        assert!(status < 500, "{at}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_far_away_is_no_fault_of_ours() {
    let app = TestApp::start().await;
    for at in [
        "%2B262142-12-31T23:59:59Z",
        "-262143-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
    ] {
        for name in ["date_from", "date_to"] {
            let status = app.get(&format!("/api/v1/errors?{name}={at}")).await.status;
            assert!(status.as_u16() < 500, "{name}={at}");
        }
    }
    app.stop().await;
}
