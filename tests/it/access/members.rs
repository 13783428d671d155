//! The people of an organization: their roles, and how they end.

use bugsage_domain::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

use super::town::{Sender, here, member, somebody};
use crate::app::TestApp;

fn path(user: Uuid) -> String {
    format!("/api/v1/users/{user}")
}

async fn role_of(app: &TestApp, user: Uuid) -> Option<String> {
    sqlx::query_scalar("select role from memberships where user_id = $1")
        .bind(user)
        .fetch_optional(&app.owner)
        .await
        .unwrap()
}

/// The organization of the test with its demo owner gone, and another in their place.
async fn with_one_owner(app: &TestApp) -> Uuid {
    let owner = member(app, app.project.organization, Role::Owner).await;
    sqlx::query("delete from memberships where user_id <> $1")
        .bind(owner)
        .execute(&app.owner)
        .await
        .unwrap();
    owner
}

#[tokio::test(flavor = "multi_thread")]
async fn members_are_listed_page_by_page_and_those_of_others_are_not() {
    let app = TestApp::start().await;
    let other = app.another_organization().await;
    member(&app, other.organization, Role::Owner).await;
    let viewer = here(&app, Role::Viewer).await;
    let page = viewer.get(&app, "/api/v1/users?limit=1").await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let path = format!("/api/v1/users?cursor={cursor}");
    let rest = viewer.get(&app, &path).await.expect(200);
    assert_eq!(rest["next_cursor"], Value::Null);
    let both = [&page["items"], &rest["items"]].map(|items| items.as_array().unwrap().len());
    assert_eq!(both, [1, 1], "the demo's owner and the viewer");
    let member = &rest["items"][0];
    let path = format!("/api/v1/users/{}", member["id"].as_str().unwrap());
    assert_eq!(viewer.get(&app, &path).await.expect(200), *member);
    for wrong in ["limit=0", "limit=1001", "cursor=x", "unheard_of=1"] {
        viewer
            .get(&app, &format!("/api/v1/users?{wrong}"))
            .await
            .expect(400);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_is_changed_counts_at_once() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let user = member(&app, app.project.organization, Role::Viewer).await;
    let person = Sender::person(user);
    let report = json!({"title": "x"});
    person
        .post(&app, "/api/v1/errors", &report)
        .await
        .expect(403);
    let change = json!({"role": "developer"});
    let changed = admin.patch(&app, &path(user), &change).await.expect(200);
    assert_eq!(changed["role"], "developer");
    person
        .post(&app, "/api/v1/errors", &report)
        .await
        .expect(201);
    admin
        .patch(&app, &path(user), &json!({"role": "viewer"}))
        .await
        .expect(200);
    person
        .post(&app, "/api/v1/errors", &report)
        .await
        .expect(403);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_locked_out_comes_in_again_with_the_same_role() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let user = member(&app, app.project.organization, Role::Developer).await;
    let person = Sender::person(user);
    person.get(&app, "/api/v1/errors").await.expect(200);
    let out = admin
        .patch(&app, &path(user), &json!({"disabled": true}))
        .await;
    assert_eq!(out.expect(200)["disabled"], true);
    person.get(&app, "/api/v1/errors").await.expect(403);
    let named = person
        .clone()
        .naming("x-bugsage-organization", app.project.organization);
    named.get(&app, "/api/v1/errors").await.expect(403);
    admin
        .patch(&app, &path(user), &json!({"disabled": false}))
        .await
        .expect(200);
    person.get(&app, "/api/v1/errors").await.expect(200);
    assert_eq!(role_of(&app, user).await.as_deref(), Some("developer"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_removed_belongs_here_no_more_and_keeps_the_account() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let user = member(&app, app.project.organization, Role::Developer).await;
    let person = Sender::person(user);
    person.get(&app, "/api/v1/errors").await.expect(200);
    admin.delete(&app, &path(user)).await.expect(204);
    person.get(&app, "/api/v1/errors").await.expect(403);
    admin.get(&app, &path(user)).await.expect(404);
    admin.delete(&app, &path(user)).await.expect(404);
    let own = person.get(&app, "/api/v1/organizations").await.expect(200);
    assert_eq!(own, json!([]));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_neither_makes_nor_touches_an_owner() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let owner = member(&app, app.project.organization, Role::Owner).await;
    let viewer = member(&app, app.project.organization, Role::Viewer).await;
    for change in [
        json!({"role": "admin"}),
        json!({"disabled": true}),
        json!({"role": "owner"}),
    ] {
        admin.patch(&app, &path(owner), &change).await.expect(403);
    }
    admin.delete(&app, &path(owner)).await.expect(403);
    let up = admin
        .patch(&app, &path(viewer), &json!({"role": "owner"}))
        .await;
    let told = up.expect(403)["detail"].as_str().unwrap().to_owned();
    assert!(told.contains("owners:write"), "{told}");
    let invitation = json!({"email": "new@it.example", "role": "owner"});
    admin
        .post(&app, "/api/v1/invitations", &invitation)
        .await
        .expect(403);
    assert_eq!(role_of(&app, owner).await.as_deref(), Some("owner"));
    assert_eq!(role_of(&app, viewer).await.as_deref(), Some("viewer"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_owner_stays_until_there_is_another() {
    let app = TestApp::start().await;
    let user = with_one_owner(&app).await;
    let owner = Sender::person(user);
    for change in [json!({"role": "admin"}), json!({"disabled": true})] {
        owner.patch(&app, &path(user), &change).await.expect(409);
    }
    owner.delete(&app, &path(user)).await.expect(409);
    let other = member(&app, app.project.organization, Role::Viewer).await;
    owner
        .patch(&app, &path(other), &json!({"role": "owner"}))
        .await
        .expect(200);
    owner
        .patch(&app, &path(other), &json!({"disabled": true}))
        .await
        .expect(200);
    let told = owner
        .patch(&app, &path(user), &json!({"role": "admin"}))
        .await
        .expect(409);
    assert!(
        told["detail"].as_str().unwrap().contains("last owner"),
        "{told}"
    );
    owner
        .patch(&app, &path(other), &json!({"disabled": false}))
        .await
        .expect(200);
    owner.delete(&app, &path(user)).await.expect(204);
    assert_eq!(role_of(&app, user).await, None);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_owners_who_remove_each_other_at_once_one_stays() {
    let app = TestApp::start().await;
    for _ in 0..5 {
        let one = with_one_owner(&app).await;
        let other = member(&app, app.project.organization, Role::Owner).await;
        let (first, second) = (Sender::person(one), Sender::person(other));
        let (paths, app) = ([path(other), path(one)], &app);
        let both =
            futures::future::join(first.delete(app, &paths[0]), second.delete(app, &paths[1]));
        let statuses = both.await;
        let mut statuses = [statuses.0.status.as_u16(), statuses.1.status.as_u16()];
        statuses.sort_unstable();
        let owners: i64 =
            sqlx::query_scalar("select count(*) from memberships where role = 'owner'")
                .fetch_one(&app.owner)
                .await
                .unwrap();
        assert_eq!(owners, 1, "{statuses:?}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_members_that_is_none_is_refused() {
    let app = TestApp::start().await;
    let admin = here(&app, Role::Admin).await;
    let user = member(&app, app.project.organization, Role::Viewer).await;
    for wrong in [
        json!({"role": "king"}),
        json!({"role": "Viewer"}),
        json!({"disabled": "yes"}),
        json!({"rôle": "viewer"}),
        json!([]),
    ] {
        admin.patch(&app, &path(user), &wrong).await.expect(422);
    }
    let nobody = somebody(&app).await;
    admin
        .patch(&app, &path(nobody), &json!({"role": "viewer"}))
        .await
        .expect(404);
    app.stop().await;
}
