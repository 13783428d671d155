//! Two services on one database whose clocks do not agree: what they commit is in one order
//! all the same, and nothing depends on whose clock is right.

use bugsage_event_store::{DatabaseRole, connect, subscription};
use futures::future::join_all;
use serde_json::json;
use uuid::Uuid;

use crate::app::TestApp;
use crate::errors::{ask, detail, reported};

/// Seconds by which the second clock is off, one way and the other.
const OFF: [i64; 2] = [90, -90];

/// Both of them, when the test is over.
async fn stop(one: TestApp, other: TestApp) {
    other.stop().await;
    one.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_both_nodes_receive_is_stored_once_and_counted_once() {
    for off in OFF {
        let one = TestApp::start().await;
        let other = one.another_node(off).await;
        let events: Vec<_> = (0..40)
            .map(|_| json!({"event_id": Uuid::new_v4().simple().to_string(), "message": "same"}))
            .collect();
        let sent = events
            .iter()
            .flat_map(|event| [one.send_event(event), other.send_event(event)]);
        join_all(sent).await;
        assert_eq!(one.stored().await, 40);
        let errors = one.errors().await;
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0]["count"], 40);
        let counted: i64 = sqlx::query_scalar("select sum(count)::bigint from error_counters")
            .fetch_one(&one.owner)
            .await
            .unwrap();
        assert_eq!(counted, 40);
        stop(one, other).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_resolved_by_either_node_regresses_when_the_other_sees_it_again() {
    for off in OFF {
        let one = TestApp::start().await;
        let other = one.another_node(off).await;
        let id = reported(&one, "comes back").await;
        for (resolver, witness) in [(&one, &other), (&other, &one)] {
            ask(resolver, &id, "resolve", &json!({})).await.expect(200);
            reported(witness, "comes back").await;
            let error = detail(resolver, &id).await;
            assert_eq!(
                (&error["status"], &error["regressed"]),
                (&json!("detected"), &json!(true))
            );
        }
        assert_eq!(detail(&other, &id).await["count"], 3);
        stop(one, other).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_repeated_at_the_other_node_gets_the_first_answer() {
    for off in OFF {
        let one = TestApp::start().await;
        let other = one.another_node(off).await;
        let id = reported(&one, "once").await;
        let path = format!("/api/v1/errors/{id}/resolve");
        let resolve = async |app: &TestApp| {
            let request = app.signed(reqwest::Method::POST, &path).json(&json!({}));
            crate::app::send(request.header("idempotency-key", "k")).await
        };
        let first = resolve(&one).await;
        let again = resolve(&other).await;
        assert_eq!(first.position(), again.position());
        assert_eq!(first.expect(200), again.expect(200));
        stop(one, other).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn projections_are_what_the_log_folds_to() {
    for off in OFF {
        let one = TestApp::start().await;
        let other = one.another_node(off).await;
        for round in 0..5 {
            let id = reported(&one, &format!("error {round}")).await;
            ask(&other, &id, "resolve", &json!({})).await.expect(200);
            reported(&one, &format!("error {round}")).await;
            ask(&one, &id, "ignore", &json!({})).await.expect(200);
            ask(&other, &id, "reopen", &json!({})).await.expect(200);
        }
        one.errors().await; // both have applied everything from here on
        let projector = connect(&one.database_url(), DatabaseRole::Projector, 2).unwrap();
        for projection in bugsage_projections::all() {
            let verified = subscription::verify(&projector, projection.as_ref()).await;
            assert!(verified.unwrap().holds(), "{}", projection.name());
        }
        projector.close().await;
        stop(one, other).await;
    }
}
