//! Which errors of a project are analysed without being asked.

use bugsage_domain::access::Role;
use serde_json::{Value, json};

use super::{ON, asking, exception, model, of, only_error, over};
use crate::access::town::here;
use crate::app::TestApp;

fn path(app: &TestApp) -> String {
    format!("/api/v1/projects/{}/analysis-policy", app.project.id)
}

/// That of the settings of [`ON`].
fn usual() -> Value {
    json!({"new": true, "regressed": true, "from_severity": "low", "above_count": null,
           "keep_budget_percent": 10, "fix_above_confidence": 0.7})
}

fn with(field: &str, value: Value) -> Value {
    let mut policy = usual();
    policy[field] = value;
    policy
}

async fn set(app: &TestApp, policy: &Value) {
    let owner = here(app, Role::Owner).await;
    owner.put(app, &path(app), policy).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_goes_by_the_settings_until_it_has_its_own_and_each_change_is_recorded() {
    let app = TestApp::start_with(&[ON]).await;
    let owner = here(&app, Role::Owner).await;
    let told = json!({"policy": usual(), "own": false});
    assert_eq!(owner.get(&app, &path(&app)).await.expect(200), told);
    let own = with("from_severity", json!("critical"));
    let set = owner.put(&app, &path(&app), &own).await.expect(200);
    assert_eq!(set, json!({"policy": own, "own": true}));
    assert_eq!(owner.get(&app, &path(&app)).await.expect(200), set);
    let short = json!({"new": true, "regressed": true, "from_severity": "critical"});
    assert_eq!(
        owner.put(&app, &path(&app), &short).await.expect(200),
        set,
        "the rest is as usual"
    );
    for (field, wrong) in [
        ("above_count", json!(0)),
        ("keep_budget_percent", json!(101)),
        ("fix_above_confidence", json!(1.1)),
        ("from_severity", json!("awful")),
        ("unheard_of", json!(1)),
    ] {
        owner
            .put(&app, &path(&app), &with(field, wrong))
            .await
            .expect(422);
    }

    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    let mut fatal = exception();
    (fatal["level"], fatal["fingerprint"]) = (json!("fatal"), json!(["another"]));
    let occurrence = app.send_event(&fatal).await;
    let other = app.occurrence(&occurrence).await["error_id"].clone();
    assert_eq!(
        over(&app, other.as_str().unwrap(), 1).await["because"],
        "new"
    );
    // Both wishes were judged in their order.
    app.get(&of(&error, "analysis")).await.expect(404);

    assert_eq!(owner.delete(&app, &path(&app)).await.expect(200), told);
    let audit = owner.get(&app, "/api/v1/audit").await.expect(200);
    let records = audit["items"].as_array().unwrap().iter();
    let records = records.filter(|one| one["action"] == "project.analysis_policy_changed");
    let records: Vec<_> = records.collect();
    assert_eq!(records.len(), 2);
    assert_eq!(records[1]["before"], told);
    assert_eq!(records[1]["after"], set);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_a_count_is_analysed_once_however_mild_it_is() {
    let app = TestApp::start().await;
    set(&app, &{
        let mut policy = with("above_count", json!(2));
        (policy["new"], policy["from_severity"]) = (json!(false), json!("critical"));
        policy
    })
    .await;
    for _ in 0..2 {
        app.send_event(&exception()).await;
    }
    let error = only_error(&app).await;
    app.get_settled(&of(&error, "analysis")).await.expect(404);
    app.send_event(&exception()).await;
    let made = over(&app, &error, 1).await;
    assert_eq!(
        (&made["because"], &made["state"]),
        (&json!("frequent"), &json!("completed"))
    );
    let activity = app
        .get_settled(&of(&error, "activity"))
        .await
        .expect(200)
        .to_string();
    assert!(
        activity.contains("asked for analysis 1, for it has occurred often"),
        "{activity}"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_the_budget_is_for_those_who_ask() {
    let server = model([]).await;
    let app = asking(&server, &[]).await;
    set(&app, &with("keep_budget_percent", json!(100))).await;
    app.send_event(&exception()).await;
    let error = only_error(&app).await;
    let made = over(&app, &error, 1).await;
    let metadata = &made["analysis_metadata"];
    assert_eq!(
        (&metadata["provider"], &metadata["held_back"]),
        (&json!("rules"), &json!("month_budget"))
    );
    assert_eq!(server.asked().len(), 0);
    app.post(&of(&error, "analyze"), &json!({}))
        .await
        .expect(202);
    let asked = over(&app, &error, 2).await;
    assert_eq!(asked["analysis_metadata"]["provider"], "openai");
    app.stop().await;
}
