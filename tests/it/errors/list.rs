//! The list: filters, sorts, pages.

use serde_json::{Value, json};

use super::{ask, reported, titles};
use crate::app::TestApp;

async fn list(app: &TestApp, query: &str) -> Value {
    app.get_settled(&format!("/api/v1/errors?{query}"))
        .await
        .expect(200)
}

/// Three errors that differ in everything that can be asked for.
async fn three(app: &TestApp) {
    for report in [
        json!({"title": "alpha fails", "severity": "low", "source": "one", "category": "ui",
               "tags": ["old", "shop:north"], "context": {"environment": "live", "release": "1.0"}}),
        json!({"title": "beta fails", "severity": "high", "source": "two", "category": "db",
               "tags": ["new"], "context": {"environment": "test", "release": "2.0"}}),
        json!({"title": "gamma stalls", "severity": "critical", "source": "two"}),
    ] {
        app.post("/api/v1/errors", &report).await.expect(201);
        app.clock.advance(60);
    }
    let errors = app.errors().await;
    let beta = errors.iter().find(|e| e["title"] == "beta fails").unwrap();
    let path = format!("/api/v1/errors/{}", beta["id"].as_str().unwrap());
    let change = json!({"assigned_to": "ada", "status": "resolved"});
    app.put(&path, &change).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_has_all_its_fields() {
    let app = TestApp::start().await;
    let empty = json!({"errors": [], "total": 0, "total_is_exact": true, "page": 1, "size": 100, "pages": 0, "next_cursor": null});
    assert_eq!(list(&app, "").await, empty);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_filter_finds_what_it_names() {
    let app = TestApp::start().await;
    three(&app).await;
    let project = format!("project_id={}", app.project.id);
    for (query, found) in [
        ("severity=low", vec!["alpha fails"]),
        ("status=resolved", vec!["beta fails"]),
        ("status=detected", vec!["gamma stalls", "alpha fails"]),
        ("source=two", vec!["gamma stalls", "beta fails"]),
        ("assigned_to=ada", vec!["beta fails"]),
        ("category=ui", vec!["alpha fails"]),
        ("tag=new", vec!["beta fails"]),
        ("tag=shop:north", vec!["alpha fails"]),
        ("environment=live", vec!["alpha fails"]),
        ("release=2.0", vec!["beta fails"]),
        ("search=FAILS", vec!["beta fails", "alpha fails"]),
        ("search=%25", vec![]),
        ("source=two&search=stall", vec!["gamma stalls"]),
        ("source=two&severity=low", vec![]),
        ("source=TWO", vec![]),
        (&project, vec!["gamma stalls", "beta fails", "alpha fails"]),
    ] {
        assert_eq!(titles(&list(&app, query).await), found, "{query}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dates_bound_the_last_time_it_was_seen() {
    let app = TestApp::start().await;
    three(&app).await;
    let all = list(&app, "sort=last_seen&order=asc").await;
    let second = all["errors"][1]["last_seen"].as_str().unwrap();
    let from = list(&app, &format!("date_from={second}")).await;
    assert_eq!(titles(&from), ["gamma stalls", "beta fails"]);
    let to = list(&app, &format!("date_to={second}")).await;
    assert_eq!(titles(&to), ["beta fails", "alpha fails"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sort_orders_both_ways() {
    let app = TestApp::start().await;
    three(&app).await;
    // Once more, by two people: now alpha is the last, the most frequent and the widest.
    for user in ["7", "8"] {
        let again = json!({"title": "alpha fails", "context": {"user": {"id": user}}});
        app.post("/api/v1/errors", &again).await.expect(201);
    }
    for (sort, first) in [
        ("last_seen", "alpha fails"),
        ("first_seen", "gamma stalls"),
        ("count", "alpha fails"),
        ("users_affected", "alpha fails"),
    ] {
        let down = list(&app, &format!("sort={sort}")).await;
        assert_eq!(titles(&down)[0], first, "{sort}");
        let up = list(&app, &format!("sort={sort}&order=asc")).await;
        let mut reversed = titles(&up);
        reversed.reverse();
        assert_eq!(titles(&down), reversed, "{sort}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_counted() {
    let app = TestApp::start().await;
    for n in ["a", "b", "c", "d", "e"] {
        reported(&app, n).await;
        app.clock.advance(1);
    }
    let page = list(&app, "skip=2&limit=2").await;
    assert_eq!(titles(&page), ["c", "b"]);
    let numbers = ["total", "page", "size", "pages"].map(|name| page[name].as_i64().unwrap());
    assert_eq!(numbers, [5, 2, 2, 3]);
    assert_eq!(titles(&list(&app, "skip=9").await), [""; 0]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_walks_the_list_without_gap_or_repeat() {
    let app = TestApp::start().await;
    for n in 0..7 {
        reported(&app, &format!("error {}", (b'a' + n) as char)).await;
    }
    let mut seen = Vec::new();
    let mut query = "limit=3&sort=count".to_owned();
    loop {
        let page = list(&app, &query).await;
        seen.extend(titles(&page).into_iter().map(str::to_owned));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        query = format!("limit=3&sort=count&cursor={cursor}");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 7);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parameter_that_is_not_understood_is_refused() {
    let app = TestApp::start().await;
    for query in [
        "limit=0",
        "limit=1001",
        "limit=-1",
        "limit=x",
        "skip=-1",
        "skip=99999999999",
        "severity=dreadful",
        "status=asleep",
        "sort=title",
        "order=up",
        "date_from=yesterday",
        "cursor=nonsense",
        "cursor=e30",
        "project_id=x",
        "unheard_of=1",
        "search=a%00b",
        "limit=1&limit=2",
    ] {
        let answer = app.get(&format!("/api/v1/errors?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.body);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_cannot_be_seen_is_none() {
    let app = TestApp::start().await;
    let foreign = app.another_organization().await.id;
    for project in [foreign, foreign + 1] {
        let path = format!("/api/v1/errors?project_id={project}");
        app.get(&path).await.expect(404);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_belongs_to_its_sort() {
    let app = TestApp::start().await;
    reported(&app, "a").await;
    reported(&app, "b").await;
    let page = list(&app, "limit=1&sort=count").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    app.get(&format!("/api/v1/errors?limit=1&cursor={cursor}"))
        .await
        .expect(400);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_count_what_happened() {
    let app = TestApp::start().await;
    three(&app).await;
    app.post("/api/v1/errors", &json!({"title": "alpha fails"}))
        .await
        .expect(201);
    let statistics = app
        .get_settled("/api/v1/errors/statistics/summary?days=7")
        .await
        .expect(200);
    assert_eq!(statistics["total_errors"], 3);
    assert_eq!(statistics["total_occurrences"], 4);
    assert_eq!(statistics["period_days"], 7);
    assert_eq!(
        statistics["severity_distribution"],
        json!({"low": 1, "medium": 0, "high": 1, "critical": 1})
    );
    assert_eq!(
        statistics["status_distribution"],
        json!({"detected": 2, "analyzing": 0, "fixing": 0, "resolved": 1, "ignored": 0})
    );
    assert_eq!(statistics["days"].as_array().unwrap().len(), 7);
    for days in ["0", "367", "x"] {
        let path = format!("/api/v1/errors/statistics/summary?days={days}");
        app.get(&path).await.expect(400);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ignore_that_ran_out_is_listed_as_detected() {
    let app = TestApp::start().await;
    let id = reported(&app, "nap").await;
    let until = app.clock.now() + chrono::TimeDelta::hours(1);
    ask(&app, &id, "ignore", &json!({"until": until}))
        .await
        .expect(200);
    assert_eq!(titles(&list(&app, "status=ignored").await), ["nap"]);
    app.clock.advance(3_601);
    assert_eq!(titles(&list(&app, "status=detected").await), ["nap"]);
    app.stop().await;
}
