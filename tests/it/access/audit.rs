//! Every change and every refusal has its record.

use bugsage_domain::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::town::{Sender, email, here, id, member, somebody};
use crate::app::TestApp;

async fn records(app: &TestApp, sender: &Sender, query: &str) -> Vec<Value> {
    let listed = sender
        .get(app, &format!("/api/v1/audit{query}"))
        .await
        .expect(200);
    listed["items"].as_array().unwrap().clone()
}

fn told<'a>(records: &'a [Value], member: &str) -> Vec<&'a str> {
    records
        .iter()
        .map(|record| record[member].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_change_says_who_did_what_and_how_it_was_before() {
    let app = TestApp::start().await;
    let actor = member(&app, app.project.organization, Role::Owner).await;
    let user = member(&app, app.project.organization, Role::Viewer).await;
    let owner = Sender::person(actor).naming("x-request-id", "change-17");
    let auditor = here(&app, Role::Auditor).await;
    let path = format!("/api/v1/users/{user}");
    owner
        .patch(&app, &path, &json!({"role": "developer"}))
        .await
        .expect(200);
    owner
        .patch(&app, &path, &json!({"role": "developer"}))
        .await
        .expect(200);
    let records = records(&app, &auditor, "").await;
    assert_eq!(
        records.len(),
        1,
        "what changes nothing is no change: {records:?}"
    );
    let record = &records[0];
    assert_eq!(record["actor"], format!("user:{actor}"));
    assert_eq!(record["action"], "membership.changed");
    assert_eq!(record["subject"], format!("user:{user}"));
    assert_eq!(record["request_id"], "change-17");
    assert_eq!(
        record["before"],
        json!({"role": "viewer", "disabled": false})
    );
    assert_eq!(
        record["after"],
        json!({"role": "developer", "disabled": false})
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_changed_is_recorded() {
    let app = TestApp::start().await;
    let owner = here(&app, Role::Owner).await;
    let organization = app.project.organization;
    let user = member(&app, organization, Role::Viewer).await;
    let name = json!({"name": "Crew"});
    let scopes = json!({"name": "k", "scopes": ["errors:read"]});
    let invitation = json!({"email": email(somebody(&app).await), "role": "viewer"});
    let here = format!("/api/v1/organizations/{organization}");
    owner.patch(&app, &here, &name).await.expect(200);
    let project = owner
        .post(&app, "/api/v1/projects", &name)
        .await
        .expect(201);
    let project = format!("/api/v1/projects/{}", project["id"]);
    owner
        .patch(&app, &project, &json!({"scrub_emails": true}))
        .await
        .expect(200);
    let key = id(&owner
        .post(&app, &format!("{project}/keys"), &json!({}))
        .await
        .expect(201));
    let key = format!("{project}/keys/{key}");
    owner
        .patch(&app, &key, &json!({"rate_limit": 5}))
        .await
        .expect(200);
    owner
        .post(&app, &format!("{key}/rotate"), &Value::Null)
        .await
        .expect(201);
    owner.delete(&app, &key).await.expect(204);
    let team = id(&owner.post(&app, "/api/v1/teams", &name).await.expect(201));
    let team_path = format!("/api/v1/teams/{team}");
    owner
        .patch(&app, &team_path, &json!({"name": "Hands"}))
        .await
        .expect(200);
    owner
        .put(&app, &format!("{team_path}/members/{user}"), &Value::Null)
        .await
        .expect(200);
    let role = format!("{project}/roles/teams/{team}");
    owner
        .put(&app, &role, &json!({"role": "viewer"}))
        .await
        .expect(200);
    owner.delete(&app, &role).await.expect(204);
    owner
        .delete(&app, &format!("{team_path}/members/{user}"))
        .await
        .expect(200);
    owner.delete(&app, &team_path).await.expect(204);
    for (path, body) in [
        ("/api/v1/invitations", &invitation),
        ("/api/v1/api-keys", &scopes),
        ("/api/v1/service-accounts", &scopes),
    ] {
        let made = id(&owner.post(&app, path, body).await.expect(201));
        if path.ends_with("accounts") {
            let rotate = format!("{path}/{made}/rotate");
            owner.post(&app, &rotate, &Value::Null).await.expect(200);
        }
        owner
            .delete(&app, &format!("{path}/{made}"))
            .await
            .expect(204);
    }
    owner
        .delete(&app, &format!("/api/v1/users/{user}"))
        .await
        .expect(204);
    let records = records(&app, &owner, "?limit=1000").await;
    let mut actions = told(&records, "action");
    actions.reverse();
    assert_eq!(
        actions,
        [
            "organization.renamed",
            "project.created",
            "dsn_key.created",
            "project.changed",
            "dsn_key.created",
            "dsn_key.changed",
            "dsn_key.created",
            "dsn_key.rotated",
            "dsn_key.deleted",
            "team.created",
            "team.renamed",
            "team.joined",
            "project_role.given",
            "project_role.taken",
            "team.left",
            "team.deleted",
            "invitation.created",
            "invitation.revoked",
            "api_key.created",
            "api_key.revoked",
            "service_account.created",
            "service_account.rotated",
            "service_account.revoked",
            "membership.removed",
        ]
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_recorded_once_a_minute_with_its_reason() {
    let app = TestApp::start().await;
    let user = member(&app, app.project.organization, Role::Viewer).await;
    let viewer = Sender::person(user);
    let auditor = here(&app, Role::Auditor).await;
    let report = json!({"title": "x"});
    for _ in 0..3 {
        viewer
            .post(&app, "/api/v1/errors?secret=1", &report)
            .await
            .expect(403);
    }
    let refused = records(&app, &auditor, "?action=access.refused").await;
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0]["actor"], format!("user:{user}"));
    assert_eq!(refused[0]["subject"], "POST /api/v1/errors");
    let why = refused[0]["after"]["why"].as_str().unwrap();
    assert!(why.contains("occurrences:write"), "{why}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_asked_by_who_what_and_when_and_shows_no_others() {
    let app = TestApp::start().await;
    let other = app.another_organization().await;
    for (organization, actor, action) in [
        (app.project.organization, "user:a", "one"),
        (app.project.organization, "user:a", "two"),
        (app.project.organization, "user:b", "two"),
        (other.organization, "user:a", "two"),
    ] {
        sqlx::query(
            "select record_audit($1, null, $2, $3, $4, 'it:1', '203.0.113.7', 'r', null, null)",
        )
        .bind(organization)
        .bind(app.clock.now())
        .bind(actor)
        .bind(action)
        .execute(&app.owner)
        .await
        .unwrap();
    }
    let auditor = here(&app, Role::Auditor).await;
    for (query, expected) in [
        ("", &["two", "two", "one"][..]),
        ("?actor=user:a", &["two", "one"]),
        ("?action=two", &["two", "two"]),
        ("?actor=user:a&action=two", &["two"]),
        ("?subject=it:1&limit=1", &["two"]),
        ("?subject=it:2", &[]),
        ("?date_to=2020-01-01T00:00:00Z", &[]),
        ("?date_from=2020-01-01T00:00:00Z", &["two", "two", "one"]),
    ] {
        let found = records(&app, &auditor, query).await;
        assert_eq!(told(&found, "action"), expected, "{query}");
    }
    let page = auditor.get(&app, "/api/v1/audit?limit=2").await.expect(200);
    assert_eq!(page["items"][0]["address"], "203.0.113.7");
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = records(&app, &auditor, &format!("?cursor={cursor}")).await;
    assert_eq!(told(&rest, "action"), ["one"]);
    for wrong in ["?limit=0", "?cursor=x", "?date_from=x", "?unheard_of=1"] {
        auditor
            .get(&app, &format!("/api/v1/audit{wrong}"))
            .await
            .expect(400);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_cannot_be_recorded_is_not_made() {
    let app = TestApp::start().await;
    let owner = here(&app, Role::Owner).await;
    sqlx::raw_sql("alter table audit_log add constraint full_log check (action <> 'team.created')")
        .execute(&app.owner)
        .await
        .unwrap();
    owner
        .post(&app, "/api/v1/teams", &json!({"name": "Crew"}))
        .await
        .expect(500);
    let teams: Vec<Uuid> = sqlx::query_scalar("select team_id from teams")
        .fetch_all(&app.owner)
        .await
        .unwrap();
    assert!(teams.is_empty());
    app.stop().await;
}
