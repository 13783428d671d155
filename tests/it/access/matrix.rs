//! Every operation of the document by everybody there can be, against the table of permissions.

use bugsage_domain::access::{Permission, Permissions, ProjectRole, Role};
use chrono::TimeDelta;
use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::town::{Sender, here, key, member, somebody};
use crate::app::{TestApp, send};

/// What anybody may ask, known or not.
const OPEN: [&str; 5] = [
    "get /health",
    "get /health/live",
    "get /health/ready",
    "post /api/{project_id}/envelope/",
    "post /api/{project_id}/store/",
];
/// What has a token of its own.
const METRICS: &str = "get /metrics";
/// What is for people themselves, wherever they belong.
const PERSONAL: [&str; 3] = [
    "get /api/v1/organizations",
    "post /api/v1/organizations",
    "post /api/v1/invitations/accept",
];
/// How people and programs sign in, and their accounts: tests of their own say what each answers to whom.
const SIGNING_IN: [&str; 19] = [
    "post /api/v1/auth/login",
    "post /api/v1/auth/logout",
    "post /api/v1/auth/logout-all",
    "post /api/v1/auth/password/change",
    "post /api/v1/auth/password/forgot",
    "post /api/v1/auth/password/reset",
    "get /api/v1/auth/providers/{provider_id}/begin",
    "get /api/v1/auth/providers/{provider_id}/callback",
    "post /api/v1/auth/providers/{provider_id}/link",
    "post /api/v1/auth/refresh",
    "post /api/v1/auth/register",
    "post /api/v1/auth/verify-email",
    "post /api/v1/auth/verify-email/resend",
    "get /api/v1/users/me",
    "delete /api/v1/users/me",
    "patch /api/v1/users/me",
    "get /api/v1/users/me/identities",
    "delete /api/v1/users/me/identities/{provider_id}",
    "post /oauth/token",
];

/// An operation of the document that needs a permission.
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) permission: Permission,
    pub(super) has_body: bool,
}

/// The operations that need a permission. Every other must stand in one of the lists above.
pub(super) fn operations() -> Vec<Operation> {
    let document = serde_json::to_value(bugsage_api::routes::openapi()).unwrap();
    let mut found = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = format!("{method} {path}");
            let security = &operation["security"];
            if SIGNING_IN.contains(&name.as_str()) {
                continue;
            }
            if OPEN.contains(&name.as_str()) {
                assert_eq!(*security, json!([{}]), "{name}");
                continue;
            }
            if name == METRICS {
                assert_eq!(*security, json!([{"metrics_token": []}]), "{name}");
                continue;
            }
            if PERSONAL.contains(&name.as_str()) {
                assert_eq!(
                    *security,
                    json!([{"access_token": []}, {"session": []}]),
                    "{name}"
                );
                continue;
            }
            found.push(Operation {
                permission: permission(&name, security),
                method: method.to_uppercase().parse().unwrap(),
                path: path.clone(),
                has_body: operation["requestBody"].is_object(),
                name,
            });
        }
    }
    found
}

/// The one permission that an operation names, in the same way for each kind of proof.
fn permission(name: &str, security: &Value) -> Permission {
    let scopes = &security[0]["api_key"];
    assert_eq!(
        *security,
        json!([{"api_key": scopes}, {"access_token": scopes}, {"session": scopes}]),
        "{name} must name its permission"
    );
    assert_eq!(scopes.as_array().map(Vec::len), Some(1), "{name}");
    scopes[0].as_str().unwrap().parse().unwrap()
}

/// Somebody, and what they are to be answered where a permission is needed.
struct Case {
    who: String,
    sender: Sender,
    expected: Box<dyn Fn(Permission) -> Option<u16>>,
}

fn case(
    who: impl Into<String>,
    sender: Sender,
    expected: impl Fn(Permission) -> Option<u16> + 'static,
) -> Case {
    Case {
        who: who.into(),
        sender,
        expected: Box::new(expected),
    }
}

/// Nothing is refused that is so; 403 otherwise.
const fn unless_allowed(allowed: bool) -> Option<u16> {
    if allowed { None } else { Some(403) }
}

fn everything() -> Permissions {
    Role::Owner.permissions()
}

/// Those who prove nothing that counts.
async fn unproved(app: &TestApp) -> Vec<Case> {
    let organization = app.project.organization;
    let over = Some(app.clock.now() - TimeDelta::seconds(1));
    let expired = key(app, organization, None, everything(), over).await;
    let revoked = key(app, organization, None, everything(), None).await;
    sqlx::query(
        "update api_keys set revoked_at = now()
          where key_id = (select key_id from api_keys order by created_at desc limit 1)",
    )
    .execute(&app.owner)
    .await
    .unwrap();
    let signed_out = member(app, organization, Role::Owner).await;
    sqlx::query("update sessions set expires_at = $2 where user_id = $1")
        .bind(signed_out)
        .bind(over)
        .execute(&app.owner)
        .await
        .unwrap();
    let unauthorized = |_| Some(401);
    vec![
        case(
            "an owner of before",
            Sender::person(signed_out),
            unauthorized,
        ),
        case("nobody", Sender::default(), unauthorized),
        case("an expired key", expired, unauthorized),
        case("a revoked key", revoked, unauthorized),
        case("a key of nobody", Sender::key("bsk_none"), unauthorized),
        case("a token of nobody", Sender::key("a.b.c"), unauthorized),
        case("a DSN key", Sender::key(&app.project.dsn_key), unauthorized),
    ]
}

/// Those who belong here, in each role.
async fn members(app: &TestApp) -> Vec<Case> {
    let organization = app.project.organization;
    let mut cases = Vec::new();
    for role in Role::ALL {
        let member = here(app, *role).await;
        let may = |permission: Permission| unless_allowed(permission.is_of(*role));
        cases.push(case(role.as_str(), member, may));
    }
    for role in ProjectRole::ALL {
        let user = member(app, organization, Role::Viewer).await;
        sqlx::query("insert into project_roles (organization_id, project_id, user_id, role) values ($1, $2, $3, $4)")
            .bind(organization)
            .bind(app.project.id)
            .bind(user)
            .bind(role.as_str())
            .execute(&app.owner)
            .await
            .unwrap();
        let may = |permission: Permission| {
            unless_allowed(permission.is_of(Role::Viewer) || permission.is_of_project(*role))
        };
        let who = format!("a viewer who is {role} in the project");
        cases.push(case(who, Sender::person(user), may));
    }
    let locked_out = member(app, organization, Role::Owner).await;
    sqlx::query("update memberships set disabled_at = now() where user_id = $1")
        .bind(locked_out)
        .execute(&app.owner)
        .await
        .unwrap();
    let locked_out = Sender::person(locked_out);
    cases.push(case("a disabled owner", locked_out, |_| Some(403)));
    cases
}

/// Keys, with each scope alone and with all.
async fn keys(app: &TestApp) -> Vec<Case> {
    let (organization, project) = (app.project.organization, app.project.id);
    let mut cases = Vec::new();
    for scope in Permission::ALL {
        let key = key(
            app,
            organization,
            None,
            [*scope].into_iter().collect(),
            None,
        )
        .await;
        let may = |permission| unless_allowed(permission == *scope);
        cases.push(case(format!("a key for {scope}"), key, may));
    }
    let none = key(app, organization, None, Permissions::NONE, None).await;
    cases.push(case("a key without scopes", none, |_| Some(403)));
    let all = key(app, organization, None, everything(), None).await;
    cases.push(case("a key with every scope", all, |_| None));
    let of_project = key(app, organization, Some(project), everything(), None).await;
    let may = |permission: Permission| unless_allowed(permission.is_of_project(ProjectRole::Admin));
    cases.push(case(
        "a key of the project with every scope",
        of_project,
        may,
    ));
    cases
}

/// Those who belong elsewhere: for them there is nothing here.
async fn strangers(app: &TestApp) -> Vec<Case> {
    const ORGANIZATION: &str = "x-bugsage-organization";
    let here = app.project.organization;
    let elsewhere = app.another_organization().await;
    let owner = Sender::person(member(app, elsewhere.organization, Role::Owner).await);
    let key = key(app, elsewhere.organization, None, everything(), None).await;
    let nowhere = Sender::person(somebody(app).await);
    let unseen = |_| Some(404);
    vec![
        case(
            "an owner of another",
            owner.naming(ORGANIZATION, here),
            unseen,
        ),
        case("a key of another", key.naming(ORGANIZATION, here), unseen),
        case(
            "somebody of nowhere",
            nowhere.naming(ORGANIZATION, here),
            unseen,
        ),
    ]
}

/// What an operation answers to somebody who may, when asked for what is not there, or with a body
/// that is none. Organization and project are there.
fn allowed(operation: &Operation) -> u16 {
    let names_nothing = |part: &str| {
        part.starts_with('{') && !["{organization_id}", "{project_id}"].contains(&part)
    };
    match operation.path.split('/').any(names_nothing) {
        _ if operation.has_body => 422,
        true => 404,
        false => 200,
    }
}

fn filled(operation: &Operation, organization: Uuid, project: i64) -> String {
    let path = operation
        .path
        .replace("{organization_id}", &organization.to_string());
    let path = path.replace("{project_id}", &project.to_string());
    let mut parts: Vec<_> = path.split('/').map(str::to_owned).collect();
    for part in parts.iter_mut().filter(|part| part.starts_with('{')) {
        *part = match &**part {
            "{number}" | "{other}" => "1".to_owned(),
            _ => Uuid::nil().to_string(),
        };
    }
    parts.join("/")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_open_to_those_whom_the_table_names_and_to_nobody_else() {
    let app = TestApp::start().await;
    let operations = operations();
    assert!(operations.len() > 40, "{}", operations.len());
    let mut cases = unproved(&app).await;
    cases.extend(members(&app).await);
    cases.extend(keys(&app).await);
    cases.extend(strangers(&app).await);
    let asked = cases.iter().flat_map(|case| {
        let app = &app;
        operations.iter().map(move |operation| async move {
            let path = filled(operation, app.project.organization, app.project.id);
            let request = case.sender.request(app, operation.method.clone(), &path);
            let request = match operation.has_body {
                true => request.json(&json!({"unheard_of": 1})),
                false => request,
            };
            let status = send(request).await.status.as_u16();
            let expected = (case.expected)(operation.permission);
            let expected = expected.unwrap_or_else(|| allowed(operation));
            (status != expected).then(|| {
                format!(
                    "{} to {}: {status}, not {expected}",
                    operation.name, case.who
                )
            })
        })
    });
    let wrong: Vec<_> = futures::stream::iter(asked).buffered(8).collect().await;
    let wrong: Vec<_> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_for_people_is_for_everybody_who_is_signed_in_and_for_no_key() {
    let app = TestApp::start().await;
    let person = Sender::person(somebody(&app).await);
    let key = key(&app, app.project.organization, None, everything(), None).await;
    for name in PERSONAL {
        let (method, path) = name.split_once(' ').unwrap();
        let method: Method = method.to_uppercase().parse().unwrap();
        for (sender, expected) in [
            (Sender::default(), &[401][..]),
            (key.clone(), &[403]),
            (person.clone(), &[200, 422]),
        ] {
            let request = sender.request(&app, method.clone(), path);
            let answer = send(request.json(&json!({"unheard_of": 1}))).await;
            let status = answer.status.as_u16();
            assert!(expected.contains(&status), "{name}: {status}");
        }
    }
    app.stop().await;
}
