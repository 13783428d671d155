//! People in the history of errors and in the audit log: by id, with a name that is looked up.

use bugsage_domain::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::town::{Sender, email, here, member};
use crate::app::{TestApp, wait_until};

async fn erase(app: &TestApp, user: Uuid) {
    let deserted: Option<Vec<Uuid>> = sqlx::query_scalar("select erase_user($1, now())")
        .bind(user)
        .fetch_one(&app.owner)
        .await
        .unwrap();
    assert_eq!(deserted, Some(Vec::new()));
}

/// What a history of an error says that a person did.
async fn deeds(app: &TestApp, reader: &Sender, error: &str) -> Vec<Value> {
    let path = format!("/api/v1/errors/{error}/activity");
    let entries = reader.get(app, &path).await.expect(200);
    let entries = entries.as_array().unwrap().iter();
    let is_deed = |entry: &&Value| entry["actor"].as_str().unwrap().starts_with("user:");
    entries.filter(is_deed).cloned().collect()
}

/// The names in the newest of both histories.
async fn names(app: &TestApp, reader: &Sender, error: &str) -> [Value; 3] {
    let audit = reader.get(app, "/api/v1/audit").await.expect(200);
    let record = &audit["items"][0];
    [
        record["actor_name"].clone(),
        record["subject_name"].clone(),
        deeds(app, reader, error).await[0]["actor_name"].clone(),
    ]
}

async fn reported(app: &TestApp, sender: &Sender) -> String {
    let made = sender
        .post(app, "/api/v1/errors", &json!({"title": "Boom"}))
        .await
        .expect(201);
    made["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_erased_is_an_erased_user_in_every_history() {
    let app = TestApp::start().await;
    let organization = app.project.organization;
    let reader = here(&app, Role::Auditor).await;
    let (ann, bob) = (
        member(&app, organization, Role::Admin).await,
        member(&app, organization, Role::Viewer).await,
    );
    let admin = Sender::person(ann);
    let error = reported(&app, &admin).await;
    let title = json!({"title": "Boom, again"});
    admin
        .put(&app, &format!("/api/v1/errors/{error}"), &title)
        .await
        .expect(200);
    wait_until("the history has it", async || {
        !deeds(&app, &reader, &error).await.is_empty()
    })
    .await;
    let change = json!({"role": "developer"});
    admin
        .patch(&app, &format!("/api/v1/users/{bob}"), &change)
        .await
        .expect(200);
    assert_eq!(names(&app, &reader, &error).await, ["It", "It", "It"]);
    erase(&app, ann).await;
    erase(&app, bob).await;
    let erased = "erased user";
    assert_eq!(names(&app, &reader, &error).await, [erased, erased, erased]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_assigned_by_address_and_kept_by_id() {
    let app = TestApp::start().await;
    let ann = member(&app, app.project.organization, Role::Developer).await;
    let sender = here(&app, Role::Developer).await;
    let error = reported(&app, &sender).await;
    let path = format!("/api/v1/errors/{error}");
    let to_ann = json!({"assigned_to": email(ann).to_uppercase()});
    let written = sender.put(&app, &path, &to_ann).await.expect(200);
    let id = format!("user:{ann}");
    assert_eq!(written["assigned_to"], id);
    let (kept,): (i64,) =
        sqlx::query_as("select count(*) from events e where e::text like '%' || $1 || '%'")
            .bind(email(ann))
            .fetch_one(&app.owner)
            .await
            .unwrap();
    assert_eq!(kept, 0, "an event keeps the address");
    for who in [email(ann), id.clone()] {
        let query = format!("/api/v1/errors?assigned_to={who}");
        wait_until("the list has it", async || {
            let listed = sender.get(&app, &query).await.expect(200);
            listed["errors"][0]["assigned_to_name"] == "It"
        })
        .await;
    }
    let assigned = async || deeds(&app, &sender, &error).await[0]["words"].clone();
    wait_until("the history has it", async || {
        assigned().await == "assigned it to It"
    })
    .await;
    erase(&app, ann).await;
    let detail = sender.get(&app, &path).await.expect(200);
    assert_eq!(detail["assigned_to"], id);
    assert_eq!(detail["assigned_to_name"], "erased user");
    // Whoever is nobody here is kept as given.
    let bulk = json!({"action": "assign", "ids": [error], "assigned_to": "away@elsewhere.example"});
    sender
        .post(&app, "/api/v1/errors/bulk-actions", &bulk)
        .await
        .expect(200);
    let query = "/api/v1/errors?assigned_to=away@elsewhere.example";
    wait_until("the list has it", async || {
        let listed = sender.get(&app, query).await.expect(200);
        listed["errors"][0]["id"] == error
    })
    .await;
    app.stop().await;
}
