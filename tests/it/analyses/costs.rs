//! What models are paid counts, whatever comes of it.

use bugsage_commands::clock::Clock;
use bugsage_models::scripted::{Scripted, Step};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::{ON, asking, exception, model, of, only_error, over};
use crate::app::{TestApp, wait_until};

/// What each try was noted with, the oldest first, and whether it is over.
async fn noted(owner: &PgPool) -> Vec<(i64, bool)> {
    sqlx::query_as("select micros, is_over from analysis_costs order by begun_at")
        .fetch_all(owner)
        .await
        .unwrap()
}

fn cost(analysis: &Value) -> i64 {
    analysis["analysis_metadata"]["cost_micros"]
        .as_i64()
        .unwrap()
}

/// Asks for one more, and tells why no model was asked for it.
async fn held_back(app: &TestApp, error: &str, number: u32) -> Value {
    app.post(&of(error, "analyze"), &json!({}))
        .await
        .expect(202);
    let made = over(app, error, number).await;
    made["analysis_metadata"]["held_back"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_refused_is_paid_for_before_the_next_model_answers() {
    let [first, second] = [model([Step::Refusal]).await, model([]).await];
    let url = second.url().to_string();
    let settings = [
        ("BUGSAGE_MODELS", "openai,local"),
        ("BUGSAGE_LOCAL_URL", &url),
        ("BUGSAGE_LOCAL_MODEL", "sage-2"),
        ("BUGSAGE_LOCAL_INPUT_PRICE", "1000000"),
    ];
    let app = asking(&first, &settings).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    let made = over(&app, &error, 1).await;
    assert_eq!(made["analysis_metadata"]["provider"], "local");
    assert_eq!(noted(&app.owner).await, [(cost(&made), true)]);
    let alone = json!({"provider": "local"});
    app.post(&of(&error, "analyses/1/reanalyze"), &alone)
        .await
        .expect(202);
    let alone = over(&app, &error, 2).await;
    assert!(cost(&made) > cost(&alone), "the refusal costs too");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_try_whose_answer_is_lost_counts_beside_the_one_that_is_kept() {
    let server = model([]).await;
    let app = asking(&server, &[("BUGSAGE_ANALYZE", "off")]).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    sqlx::raw_sql(
        "create function lose() returns trigger language plpgsql as
             $$ begin raise exception 'it is lost'; end $$;
         create trigger lose before insert on events for each row
             when (new.event_type = 'ErrorAnalysisCompleted') execute function lose()",
    )
    .execute(&app.owner)
    .await
    .unwrap();
    app.post(&of(&error, "analyze"), &json!({}))
        .await
        .expect(202);
    wait_until("the first try failed", async || {
        let failed = "select count(*) from jobs where last_failure like '%it is lost%'";
        let failed: i64 = sqlx::query_scalar(failed)
            .fetch_one(&app.owner)
            .await
            .unwrap();
        failed > 0
    })
    .await;
    sqlx::raw_sql("drop trigger lose on events")
        .execute(&app.owner)
        .await
        .unwrap();
    let made = over(&app, &error, 1).await;
    let one = (cost(&made), true);
    assert_eq!(noted(&app.owner).await, [one, one]);
    assert_eq!(server.asked().len(), 2);
    app.stop().await;
}

/// A service with workers, and one that only answers, on one database.
async fn two(server: &Scripted) -> (TestApp, TestApp) {
    let app = asking(server, &[]).await;
    let roles = [ON, ("BUGSAGE_ROLES", "api,projector")];
    let other = app.another_node_with(Clock::default(), &roles).await;
    (app, other)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_a_worker_leaves_behind_counts_as_the_most_it_can_cost() {
    let server = model([Step::Held]).await;
    let (app, other) = two(&server).await;
    app.send_event(&exception()).await;
    server.has_under_way(1).await;
    let under_way = noted(&other.owner).await;
    app.stop().await;
    assert_eq!(
        noted(&other.owner).await,
        under_way,
        "nobody can tell better"
    );
    let [(most, false)] = under_way[..] else {
        panic!("{under_way:?}");
    };
    // The most is made of an estimate that is rather too high.
    assert!(most > 40_000, "{most}: the longest answer at least");
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_broke_off_counts_for_the_error_at_once_and_for_the_month_when_it_must_be_over() {
    let server = model([]).await;
    let settings = [
        ("BUGSAGE_MODELS_ERROR_BUDGET", "500000"),
        ("BUGSAGE_MODELS_MONTH_BUDGET", "600000"),
    ];
    let app = asking(&server, &settings).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    over(&app, &error, 1).await;
    let break_off = async |other: &str, minutes: i32| {
        sqlx::query(
            "update analysis_costs set is_over = false, micros = 590000, error_id = $1::uuid,
                    begun_at = now() - make_interval(mins => $2)",
        )
        .bind(other)
        .bind(minutes)
        .execute(&app.owner)
        .await
        .unwrap();
    };
    let nobody = "00000000-0000-0000-0000-000000000000";
    for (of_whom, minutes, told) in [
        (&*error, 0, json!("error_budget")),
        (nobody, 10, json!("month_budget")),
        (nobody, 0, Value::Null),
    ] {
        break_off(of_whom, minutes).await;
        let number = app.get(&of(&error, "analyses")).await.expect(200);
        let number = number.as_array().unwrap().len() as u32 + 1;
        assert_eq!(held_back(&app, &error, number).await, told);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_deleted_error_cost_stays_spent() {
    let server = model([]).await;
    let app = asking(&server, &[]).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    let made = over(&app, &error, 1).await;
    app.delete(&format!("/api/v1/errors/{error}")).await;
    assert_eq!(noted(&app.owner).await, [(cost(&made), true)]);
    app.stop().await;
}
