//! What must never be stored.

use serde_json::{Value, json};
use sqlx::Row;

use crate::app::TestApp;

/// Planted where secrets are found in real events; each is told by this word.
const SECRET: &str = "Hunter2secretX";

fn event() -> Value {
    let vars = json!({
        "password": SECRET, "api_key": SECRET, "nested": {"deeper": [{"db_password": SECRET}]},
        "headers": [["Authorization", SECRET], ["Cookie", format!("a={SECRET}")]],
        "dsn": format!("postgres://user:{SECRET}@host/db"),
    });
    json!({
        "message": format!("login with password={SECRET} failed"),
        "exception": {"values": [{
            "type": "LoginError", "value": format!("token={SECRET} was refused"),
            "stacktrace": {"frames": [{
                "function": "login", "filename": "a.py", "lineno": 1, "vars": vars,
                "context_line": format!("    password = '{SECRET}'; password='{SECRET}'"),
                "pre_context": [format!("api_key='{SECRET}'")],
            }]},
        }]},
        "request": {
            "url": format!("https://user:{SECRET}@shop.example/?token={SECRET}"),
            "query_string": format!("a=1&token={SECRET}"),
            "cookies": {"sid": SECRET}, "headers": {"Authorization": format!("Bearer {SECRET}")},
            "data": {"card": "4111 1111 1111 1111", "password": SECRET},
            "env": {"AWS_SECRET_ACCESS_KEY": SECRET},
        },
        "breadcrumbs": {"values": [
            {"message": format!("GET /?api_key={SECRET}"), "data": {"authorization": SECRET}},
        ]},
        "extra": {"session": SECRET, "text": format!("secret={SECRET}")},
        "contexts": {"custom": {"client_secret": SECRET}},
        "tags": {"auth_token": SECRET},
        "user": {"id": "7", "data": {"passphrase": SECRET}},
        "transaction": format!("/reset?token={SECRET}"),
        "culprit": format!("reset?token={SECRET}"),
        "logentry": {
            "message": "password=%s", "params": [SECRET],
            "formatted": format!("password={SECRET}"),
        },
    })
}

/// Every text, JSON and array of texts of every table, as the owner sees them.
async fn everything_stored(app: &TestApp) -> String {
    let columns = sqlx::query(
        "select c.table_schema || '.' || c.table_name as place, c.column_name as name
           from information_schema.columns c join information_schema.tables t
             on t.table_schema = c.table_schema and t.table_name = c.table_name
          where t.table_type = 'BASE TABLE' and c.data_type in ('text', 'jsonb', 'ARRAY')
            and (c.table_schema = 'public' or c.table_schema like 'projection%')",
    )
    .fetch_all(&app.owner)
    .await
    .unwrap();
    assert!(columns.len() > 20, "the tables are looked into");
    let mut all = String::new();
    for column in columns {
        let (place, name): (String, String) = (column.get("place"), column.get("name"));
        let values = format!("select coalesce(string_agg({name}::text, ' '), '') from {place}");
        let values: String = sqlx::query_scalar(&values)
            .fetch_one(&app.owner)
            .await
            .unwrap();
        all.push_str(&values);
    }
    all
}

#[track_caller]
fn assert_clean(place: &str, text: &str) {
    for secret in [SECRET, "4111 1111"] {
        if let Some(at) = text.find(secret) {
            let from = text.floor_char_boundary(at.saturating_sub(80));
            panic!("{place}: …{}", &text[from..at + secret.len()]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_nowhere_in_what_is_stored_or_answered() {
    let app = TestApp::start().await;
    let id = app.send_event(&event()).await;
    let error = app.errors().await[0].clone();
    let error_id = error["id"].as_str().unwrap();
    assert_clean("the list", &error.to_string());
    assert_clean("the database", &everything_stored(&app).await);
    assert_clean("the occurrence", &app.occurrence(&id).await.to_string());
    for below in ["", "/occurrences", "/activity"] {
        let answer = app.get(&format!("/api/v1/errors/{error_id}{below}")).await;
        assert_clean(below, &answer.expect(200).to_string());
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_secret_stays() {
    let app = TestApp::start().await;
    let id = app.send_event(&event()).await;
    let payload = app.occurrence(&id).await["payload"].clone();
    assert_eq!(payload["exception"]["values"][0]["type"], "LoginError");
    assert_eq!(payload["user"]["id"], "7");
    assert_eq!(
        payload["exception"]["values"][0]["value"],
        "token=[Filtered] was refused"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_has_keys_of_its_own_scrubbed() {
    let app = TestApp::start().await;
    sqlx::query("update projects set scrub_keys = array['iban']")
        .execute(&app.owner)
        .await
        .unwrap();
    let id = app
        .send_event(&json!({"extra": {"customer_iban": "DE00", "city": "Ulm"}}))
        .await;
    let extra = app.occurrence(&id).await["payload"]["extra"].clone();
    assert_eq!(extra, json!({"customer_iban": "[Filtered]", "city": "Ulm"}));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_decides_on_addresses() {
    let app = TestApp::start().await;
    let event = json!({"user": {"email": "ada@shop.example", "ip_address": "203.0.113.9"}});
    let kept = app.send_event(&event).await;
    assert_eq!(
        app.occurrence(&kept).await["payload"]["user"],
        event["user"]
    );

    let mut app = app;
    app.project = app.another_project().await;
    sqlx::query("update projects set scrub_emails = true, scrub_ip_addresses = true")
        .execute(&app.owner)
        .await
        .unwrap();
    let id = app.send_event(&event).await;
    let user = app.occurrence(&id).await["payload"]["user"].clone();
    assert_eq!(
        user,
        json!({"email": "[Filtered]", "ip_address": "[Filtered]"})
    );
    app.stop().await;
}
