//! Senders that go away.

use tokio::io::AsyncWriteExt;

use super::{head, message};
use crate::app::{TestApp, envelope, wait_until};

/// Writes the beginning of a request and hangs up.
async fn send_and_hang_up(app: &TestApp, bytes: &[u8]) {
    let mut connection = app.connection().await;
    connection.write_all(bytes).await.unwrap();
    connection.shutdown().await.unwrap();
}

fn request(app: &TestApp, body: &[u8]) -> Vec<u8> {
    [head(app, body.len()).as_bytes(), body].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_ends_early_stores_nothing_and_gives_its_room_back() {
    let app = TestApp::start_with(&[("BUGSAGE_INFLIGHT_MB", "1")]).await;
    let body = envelope(&[&message(&"x".repeat(900_000))]);
    let whole = request(&app, &body);
    for _ in 0..5 {
        send_and_hang_up(&app, &whole[..whole.len() - 1]).await;
    }
    // The largest that fits alone: it gets through once all room is free again.
    wait_until("there is room", async || {
        app.send_envelope(&body).await.status == 200
    })
    .await;
    assert_eq!(app.stored().await, 1);
    app.stop().await;
}

/// Whether what they sent is stored is open, for nobody told them so.
#[tokio::test(flavor = "multi_thread")]
async fn senders_who_hang_up_tear_nothing() {
    let app = TestApp::start().await;
    for _ in 0..30 {
        let whole = request(&app, &envelope(&[&message("no time to wait")]));
        send_and_hang_up(&app, &whole).await;
    }
    app.send_event(&message("no time to wait")).await;
    let torn: i64 = sqlx::query_scalar(
        "select (select sum(count) from error_state)::bigint - (select count(*) from occurrences)",
    )
    .fetch_one(&app.owner)
    .await
    .unwrap();
    assert_eq!(torn, 0);
    app.stop().await;
}
