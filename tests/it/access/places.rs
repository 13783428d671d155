//! In which organization and project a request acts.

use bugsage_domain::access::{Permissions, Role};
use serde_json::json;

use super::town::{Sender, email, here, id, join, key, member, somebody};
use crate::app::{TestApp, send};
use crate::errors::reported;

const ORGANIZATION: &str = "x-bugsage-organization";
const PROJECT: &str = "x-bugsage-project";

#[tokio::test(flavor = "multi_thread")]
async fn a_new_person_makes_an_organization_and_a_project_and_invites_one_who_may_only_look() {
    let app = TestApp::start().await;
    let (ann, bob) = (somebody(&app).await, somebody(&app).await);
    let owner = Sender::person(ann);
    owner.get(&app, "/api/v1/errors").await.expect(403);
    let made = owner
        .post(&app, "/api/v1/organizations", &json!({"name": " Shop "}))
        .await;
    let organization = made.expect(201);
    assert_eq!(organization["name"], "Shop");
    let project = owner
        .post(&app, "/api/v1/projects", &json!({"name": "Till"}))
        .await
        .expect(201);
    let dsn = project["key"]["dsn"].as_str().unwrap();
    assert!(dsn.ends_with(&format!("/{}", project["id"])), "{dsn}");
    let invitation = json!({"email": email(bob), "role": "viewer"});
    let invited = owner
        .post(&app, "/api/v1/invitations", &invitation)
        .await
        .expect(201);
    let viewer = Sender::person(bob);
    let token = json!({"token": invited["token"]});
    let accepted = viewer
        .post(&app, "/api/v1/invitations/accept", &token)
        .await
        .expect(200);
    assert_eq!(accepted["organization_id"], organization["id"]);
    let error = owner
        .post(&app, "/api/v1/errors", &json!({"title": "Boom"}))
        .await
        .expect(201);
    let path = format!("/api/v1/errors/{}", error["id"].as_str().unwrap());
    let position = error["position"].to_string();
    let read = viewer.clone().naming("x-bugsage-min-position", position);
    assert_eq!(read.get(&app, &path).await.expect(200)["title"], "Boom");
    viewer
        .put(&app, &path, &json!({"title": "Bang"}))
        .await
        .expect(403);
    viewer
        .post(&app, &format!("{path}/resolve"), &json!({}))
        .await
        .expect(403);
    viewer.delete(&app, &path).await.expect(403);
    viewer
        .post(&app, "/api/v1/projects", &json!({"name": "Mine"}))
        .await
        .expect(403);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_belongs_to_several_organizations_names_one() {
    let app = TestApp::start().await;
    let other = app.another_organization().await;
    let user = member(&app, app.project.organization, Role::Owner).await;
    join(&app, user, other.organization, Role::Viewer).await;
    let person = Sender::person(user);
    let told = person.get(&app, "/api/v1/errors").await.expect(400);
    assert!(
        told["detail"]
            .as_str()
            .unwrap()
            .contains("X-BugSage-Organization")
    );
    let report = json!({"title": "x"});
    for (organization, status) in [(app.project.organization, 201), (other.organization, 403)] {
        let there = person.clone().naming(ORGANIZATION, organization);
        there
            .post(&app, "/api/v1/errors", &report)
            .await
            .expect(status);
        let by_path = person
            .get(&app, &format!("/api/v1/organizations/{organization}"))
            .await;
        assert_eq!(id(&by_path.expect(200)), organization);
    }
    let both = person.naming(ORGANIZATION, other.organization);
    let path = format!("/api/v1/organizations/{}", app.project.organization);
    both.get(&app, &path).await.expect(404);
    let own = both.get(&app, "/api/v1/organizations").await.expect(200);
    assert_eq!(own.as_array().unwrap().len(), 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_in_one_project_reaches_no_other() {
    let app = TestApp::start().await;
    let other = app.another_project().await;
    let admin = here(&app, Role::Admin).await;
    let user = member(&app, app.project.organization, Role::Viewer).await;
    let person = Sender::person(user);
    let give = async |project: i64, status: u16| {
        let path = format!("/api/v1/projects/{project}/roles/users/{user}");
        admin
            .put(&app, &path, &json!({"role": "developer"}))
            .await
            .expect(status);
    };
    give(app.project.id, 200).await;
    let theirs = {
        let request = app.request(reqwest::Method::POST, "/api/v1/errors");
        let request = request
            .bearer_auth(&other.api_key)
            .json(&json!({"title": "theirs"}));
        send(request).await.expect(201)["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let ours = {
        let key = key(
            &app,
            app.project.organization,
            Some(app.project.id),
            Role::Developer.permissions(),
            None,
        )
        .await;
        let made = key
            .post(&app, "/api/v1/errors", &json!({"title": "ours"}))
            .await;
        made.expect(201)["id"].as_str().unwrap().to_owned()
    };
    let resolve = |id: &str| format!("/api/v1/errors/{id}/resolve");
    person
        .post(&app, &resolve(&ours), &json!({}))
        .await
        .expect(200);
    person
        .post(&app, &resolve(&theirs), &json!({}))
        .await
        .expect(404);
    let there = person.clone().naming(PROJECT, other.id);
    there
        .post(&app, &resolve(&theirs), &json!({}))
        .await
        .expect(403);
    give(other.id, 200).await;
    let told = person
        .post(&app, &resolve(&theirs), &json!({}))
        .await
        .expect(400);
    assert!(
        told["detail"]
            .as_str()
            .unwrap()
            .contains("X-BugSage-Project")
    );
    there
        .post(&app, &resolve(&theirs), &json!({}))
        .await
        .expect(200);
    there
        .post(&app, &resolve(&ours), &json!({}))
        .await
        .expect(404);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_named_narrows_what_is_seen() {
    let app = TestApp::start().await;
    reported(&app, "one").await;
    let other = app.another_project().await;
    let owner = here(&app, Role::Owner).await;
    let count = async |sender: &Sender, query: &str| {
        let position: i64 = sqlx::query_scalar("select coalesce(max(position), 0) from events")
            .fetch_one(&app.owner)
            .await
            .unwrap();
        let sender = sender.clone().naming("x-bugsage-min-position", position);
        let list = sender.get(&app, &format!("/api/v1/errors{query}")).await;
        list.expect(200)["total"].as_i64().unwrap()
    };
    assert_eq!(count(&owner, "").await, 1);
    assert_eq!(count(&owner, &format!("?project_id={}", other.id)).await, 0);
    let named = owner.clone().naming(PROJECT, other.id);
    assert_eq!(count(&named, "").await, 0);
    named
        .get(
            &app,
            &format!("/api/v1/errors?project_id={}", app.project.id),
        )
        .await
        .expect(404);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_must_say_its_project_where_there_are_several() {
    let app = TestApp::start().await;
    let other = app.another_project().await;
    let scopes: Permissions = Role::Developer.permissions();
    let key = key(&app, app.project.organization, None, scopes, None).await;
    let told = key
        .post(&app, "/api/v1/errors", &json!({"title": "x"}))
        .await
        .expect(422);
    assert!(
        told["detail"].as_str().unwrap().contains("project_id"),
        "{told}"
    );
    for project in [json!(other.id), json!(other.id.to_string())] {
        let report = json!({"title": "x", "project_id": project});
        key.post(&app, "/api/v1/errors", &report).await.expect(201);
    }
    let reports = json!({"errors": [
        {"title": "a", "project_id": app.project.id},
        {"title": "b", "project_id": other.id},
        {"title": "c"},
    ]});
    let answer = key
        .post(&app, "/api/v1/errors/bulk-ingest", &reports)
        .await
        .expect(200);
    let statuses: Vec<_> = answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["status"].as_i64())
        .collect();
    assert_eq!(statuses, [Some(201), Some(201), Some(422)]);
    let projects: Vec<i64> =
        sqlx::query_scalar("select distinct project_id from error_state order by 1")
            .fetch_all(&app.owner)
            .await
            .unwrap();
    assert_eq!(projects, [app.project.id, other.id]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_metrics_are_for_the_token_of_the_settings_alone() {
    let token = "another-token-of-the-settings";
    let app = TestApp::start_with(&[("BUGSAGE_METRICS_TOKEN", token)]).await;
    let ask = async |sender: Sender| sender.get(&app, "/metrics").await.status.as_u16();
    assert_eq!(ask(Sender::default()).await, 401);
    assert_eq!(ask(Sender::key("a-token-of-nobody-at-all")).await, 401);
    assert_eq!(ask(Sender::key(token)).await, 200);
    // Of the whole installation, so of no organization's owner.
    assert_eq!(ask(here(&app, Role::Owner).await).await, 401);
    app.stop().await;
}
