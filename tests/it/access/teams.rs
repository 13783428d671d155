//! Teams, and the roles they give.

use bugsage_domain::access::{Permission, Role};
use serde_json::{Value, json};
use uuid::Uuid;

use super::town::{Sender, here, key, member, somebody};
use crate::app::{TestApp, wait_until};

async fn team(app: &TestApp, sender: &Sender, name: &str) -> String {
    let made = sender
        .post(app, "/api/v1/teams", &json!({"name": name}))
        .await
        .expect(201);
    format!("/api/v1/teams/{}", made["id"].as_str().unwrap())
}

fn role_path(app: &TestApp, team: &str) -> String {
    let id = team.rsplit('/').next().unwrap();
    format!("/api/v1/projects/{}/roles/teams/{id}", app.project.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_is_made_renamed_and_deleted() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let path = team(&app, &admin, "Crew").await;
    let taken = json!({"name": "Crew"});
    admin.post(&app, "/api/v1/teams", &taken).await.expect(409);
    let other = team(&app, &admin, "Staff").await;
    admin.patch(&app, &other, &taken).await.expect(409);
    let renamed = admin
        .patch(&app, &path, &json!({"name": "Hands"}))
        .await
        .expect(200);
    assert_eq!(renamed["name"], "Hands");
    admin.delete(&app, &path).await.expect(204);
    admin.delete(&app, &path).await.expect(404);
    let listed = admin.get(&app, "/api/v1/teams").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    for wrong in ["", "  ", "a\u{0}", "a\u{202e}", &"x".repeat(101)] {
        admin
            .post(&app, "/api/v1/teams", &json!({"name": wrong}))
            .await
            .expect(422);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_joins_a_team_gets_its_roles_and_loses_them_with_it() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let user = member(&app, app.project.organization, Role::Viewer).await;
    let person = Sender::person(user);
    let path = team(&app, &admin, "Crew").await;
    let role = role_path(&app, &path);
    admin
        .put(&app, &role, &json!({"role": "developer"}))
        .await
        .expect(200);
    let report = json!({"title": "x"});
    person
        .post(&app, "/api/v1/errors", &report)
        .await
        .expect(403);
    let place = format!("{path}/members/{user}");
    let joined = admin.put(&app, &place, &Value::Null).await.expect(200);
    assert_eq!(joined["members"], json!([user]));
    person
        .post(&app, "/api/v1/errors", &report)
        .await
        .expect(201);
    admin.delete(&app, &place).await.expect(200);
    person
        .post(&app, "/api/v1/errors", &report)
        .await
        .expect(403);
    admin.delete(&app, &place).await.expect(404);
    admin.put(&app, &place, &Value::Null).await.expect(200);
    admin.delete(&app, &role).await.expect(204);
    wait_until("the role is gone", async || {
        person.post(&app, "/api/v1/errors", &report).await.status == 403
    })
    .await;
    let roles = admin
        .get(&app, &format!("/api/v1/projects/{}/roles", app.project.id))
        .await;
    assert_eq!(roles.expect(200), json!([]));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_members_are_in_teams_and_have_roles() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let nobody = somebody(&app).await;
    let path = team(&app, &admin, "Crew").await;
    admin
        .put(&app, &format!("{path}/members/{nobody}"), &Value::Null)
        .await
        .expect(404);
    let role = json!({"role": "viewer"});
    let projects = format!("/api/v1/projects/{}/roles", app.project.id);
    admin
        .put(&app, &format!("{projects}/users/{nobody}"), &role)
        .await
        .expect(404);
    admin
        .put(&app, &format!("{projects}/teams/{}", Uuid::new_v4()), &role)
        .await
        .expect(404);
    admin
        .put(&app, &format!("{projects}/teams/x"), &role)
        .await
        .expect(404);
    let user = member(&app, app.project.organization, Role::Viewer).await;
    let held = format!("{projects}/users/{user}");
    for role in ["viewer", "admin", "admin"] {
        let given = admin
            .put(&app, &held, &json!({"role": role}))
            .await
            .expect(200);
        assert_eq!(
            given,
            json!({"user_id": user, "team_id": null, "role": role})
        );
    }
    admin
        .put(&app, &held, &json!({"role": "owner"}))
        .await
        .expect(422);
    admin.delete(&app, &held).await.expect(204);
    admin.delete(&app, &held).await.expect(404);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_by_a_team_or_a_role_what_they_do_not_have() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let path = team(&app, &admin, "Crew").await;
    admin
        .put(&app, &role_path(&app, &path), &json!({"role": "developer"}))
        .await
        .expect(200);
    let user = member(&app, app.project.organization, Role::Viewer).await;
    let scopes = [Permission::TeamsWrite, Permission::ProjectRolesWrite];
    let scopes = scopes.into_iter().collect();
    let little = key(&app, app.project.organization, None, scopes, None).await;
    little
        .put(&app, &format!("{path}/members/{user}"), &Value::Null)
        .await
        .expect(403);
    let role = format!("/api/v1/projects/{}/roles/users/{user}", app.project.id);
    little
        .put(&app, &role, &json!({"role": "viewer"}))
        .await
        .expect(403);
    little
        .put(&app, &role_path(&app, &path), &json!({"role": "viewer"}))
        .await
        .expect(403);
    let member = format!("{path}/members/{user}");
    admin.put(&app, &member, &Value::Null).await.expect(200);
    // Nor takes it.
    for taken in [&role_path(&app, &path), &member, &path] {
        little.delete(&app, taken).await.expect(403);
    }
    app.stop().await;
}
