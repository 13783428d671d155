//! Claims point at the things of an occurrence by their numbers there, however much of it was shown.

use bugsage_models::scripted::Asked;
use serde_json::{Value, json};

use super::{answer, answering, asking, exception, of, only_error, over};

/// The name of the thing that was shown with this value in a field.
fn thing(user: &str, field: &str, value: &Value) -> Value {
    let lines = user
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let mut lines = lines.filter(|line: &Value| line[field] == *value);
    lines
        .next()
        .map_or(Value::Null, |line| line["thing"].clone())
}

/// More of everything than is shown.
fn long() -> Value {
    let mut event = exception();
    let frame = |n: usize| {
        json!({"function": format!("step_{n}"), "filename": "shop/steps.py", "lineno": n + 1,
                                   "in_app": true})
    };
    let frames: Vec<_> = (0..90).map(frame).collect();
    let crumbs: Vec<_> = (0..80)
        .map(|n| json!({"message": format!("click {n}")}))
        .collect();
    event["exception"]["values"][0]["stacktrace"]["frames"] = json!(frames);
    event["breadcrumbs"]["values"] = json!(crumbs);
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_those_of_the_occurrence_where_lists_were_cut() {
    let server = answering(|asked: &Asked| {
        let points_at = [
            thing(&asked.user, "message", &json!("click 79")),
            thing(&asked.user, "function", &json!("step_88")),
            // Both are there, and neither was shown.
            json!("breadcrumb:0"),
            json!("frame:0.0"),
        ];
        let evidence = points_at.map(|one| json!({"claim": "It shows.", "points_at": one}));
        let mut answer = answer();
        answer["evidence"] = json!(evidence);
        answer
    });
    let server = server.await;
    let app = asking(&server, &[]).await;
    let event_id = app.send_event(&long()).await;
    let error = only_error(&app).await;
    let made = over(&app, &error, 1).await;
    let pointed = |made: &Value| {
        let evidence = made["evidence"].as_array().unwrap().iter();
        let names = evidence.map(|one| one["points_at"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(pointed(&made), ["breadcrumb:79", "frame:0.88"]);
    assert_eq!(made["analysis_metadata"]["dropped"], 2);
    let event = &app.occurrence(&event_id).await["payload"];
    assert_eq!(event["breadcrumbs"]["values"][79]["message"], "click 79");
    let frames = &event["exception"]["values"][0]["stacktrace"]["frames"];
    assert_eq!(frames[88]["function"], "step_88");

    let rules = json!({"provider": "rules"});
    app.post(&of(&error, "analyses/1/reanalyze"), &rules)
        .await
        .expect(202);
    let by_rules = over(&app, &error, 2).await;
    assert!(
        pointed(&by_rules).contains(&"frame:0.89".to_owned()),
        "{by_rules}"
    );
    assert_eq!(by_rules["analysis_metadata"]["dropped"], 0);
    app.stop().await;
}
