//! What only Python's SDK shows.

use serde_json::json;

use super::rules::assert_arrived_with_all_that_was_set;
use super::shop::Shop;
use crate::app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn an_exception_that_nothing_catches_arrives_whole() {
    let app = TestApp::start().await;
    let occurrence = Shop::Python.fail(&app, "crash", 4711).await;
    assert_eq!(occurrence["title"], "UnknownOrder: no order 4711");
    assert_arrived_with_all_that_was_set(&app, &occurrence).await;
    let exception = &occurrence["payload"]["exception"]["values"][0];
    assert_eq!(
        exception["mechanism"],
        json!({"type": "excepthook", "handled": false})
    );
    let frames = exception["stacktrace"]["frames"].as_array().unwrap();
    let functions: Vec<_> = frames.iter().map(|frame| &frame["function"]).collect();
    assert_eq!(functions, ["<module>", "main", "crash", "find_order"]);
    let top = &frames[3];
    assert_eq!(top["filename"], "shop.py");
    assert_eq!(top["in_app"], true);
    assert_eq!(
        top["context_line"],
        "    raise UnknownOrder(f\"no order {number}\")"
    );
    assert_eq!(app.errors().await[0]["culprit"], "__main__ in find_order");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_debug_log_shows_why_nothing_is_taken() {
    let app = TestApp::start().await;
    let dsn = app
        .project
        .dsn
        .replace(&app.project.dsn_key, &"0".repeat(32));
    let played = Shop::Python.play_at(&dsn, "handled", 4711).await;
    assert!(
        played.stderr.contains("this sentry_key is unknown"),
        "{played:?}"
    );
    assert!(app.errors().await.is_empty());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exception_arrives_without_brotli_too() {
    let app = TestApp::start().await;
    let ids = Shop::PythonWithoutBrotli.play(&app, "handled", 4711).await;
    let occurrence = app.occurrence(&ids[0]).await;
    assert_eq!(occurrence["title"], "UnknownOrder: no order 4711");
    assert_arrived_with_all_that_was_set(&app, &occurrence).await;
    app.stop().await;
}
