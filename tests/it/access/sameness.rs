//! What belongs to others is answered as what does not exist, to the letter.

use std::collections::HashMap;

use bugsage_domain::access::Role;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::matrix::{Operation, operations};
use super::town::{Sender, email, id, member, somebody};
use crate::app::{TestApp, send};
use crate::errors::reported;

/// A body that each operation with an id in its path would take. A new one needs its row.
fn body(operation: &Operation) -> Value {
    let path = operation.path.as_str();
    match (
        &operation.method,
        path.rsplit('/').next().unwrap_or_default(),
    ) {
        _ if !operation.has_body => Value::Null,
        (_, "analyze" | "reanalyze" | "resolve" | "ignore" | "reopen" | "unmerge" | "keys") => {
            json!({})
        }
        (_, "analysis-policy") => {
            json!({"new": false, "regressed": false, "from_severity": "low"})
        }
        (_, "merge") => json!({"into": Uuid::nil()}),
        (_, "{error_id}") => json!({"title": "taken"}),
        (_, "{organization_id}" | "{team_id}") if *operation.method.as_str() == *"PATCH" => {
            json!({"name": "Taken"})
        }
        (_, "{project_id}") => json!({"name": "Taken"}),
        (_, "{provider_id}") => json!({"name": "Taken"}),
        (_, "{key_id}") => json!({"enabled": false}),
        (_, "{user_id}" | "{team_id}") if *operation.method.as_str() == *"PUT" => {
            json!({"role": "viewer"})
        }
        (_, "{user_id}") => json!({"role": "viewer"}),
        _ => panic!("{}: say which body it takes", operation.name),
    }
}

/// One thing of each kind, by the name of its path parameter.
type Things = HashMap<&'static str, String>;

/// Makes them, as an owner with the key of a project.
async fn things(app: &TestApp, organization: Uuid) -> Things {
    let user = member(app, organization, Role::Owner).await;
    let owner = Sender::person(user);
    let project = app.project.id;
    let made = async |path: &str, body: Value| {
        let answer = owner.post(app, path, &body).await;
        id(&answer.expect(201)).to_string()
    };
    let invited = email(somebody(app).await);
    let event = app.send_event(&json!({"message": "seen"})).await;
    let job = Uuid::new_v4();
    sqlx::query(
        "insert into jobs (job_id, organization_id, kind, priority, saga, position, step, correlation_id,
                           payload, state) values ($1, $2, 'it', 1, 'it', 1, 0, '', '{}', 'dead')",
    )
    .bind(job)
    .bind(organization)
    .execute(&app.owner)
    .await
    .unwrap();
    HashMap::from([
        ("job_id", job.to_string()),
        ("organization_id", organization.to_string()),
        ("project_id", project.to_string()),
        ("user_id", user.to_string()),
        ("error_id", reported(app, "of one's own").await),
        ("event_id", event),
        ("number", "8".to_owned()),
        ("other", "9".to_owned()),
        (
            "team_id",
            made("/api/v1/teams", json!({"name": "Crew"})).await,
        ),
        (
            "invitation_id",
            made(
                "/api/v1/invitations",
                json!({"email": invited, "role": "viewer"}),
            )
            .await,
        ),
        (
            "api_key_id",
            made(
                "/api/v1/api-keys",
                json!({"name": "k", "scopes": ["errors:read"]}),
            )
            .await,
        ),
        (
            "dsn_key_id",
            made(&format!("/api/v1/projects/{project}/keys"), json!({})).await,
        ),
        (
            "provider_id",
            made(
                "/api/v1/providers",
                json!({"name": "p", "kind": "github", "client_id": "x", "client_secret": "y"}),
            )
            .await,
        ),
        (
            "account_id",
            made(
                "/api/v1/service-accounts",
                json!({"name": "s", "scopes": ["errors:read"]}),
            )
            .await,
        ),
    ])
}

/// What a parameter of a path names: two kinds of key have the same one.
fn kind<'a>(operation: &Operation, parameter: &'a str) -> &'a str {
    match (parameter, operation.path.contains("/projects/")) {
        ("key_id", true) => "dsn_key_id",
        ("key_id", false) => "api_key_id",
        _ => parameter,
    }
}

fn unknown(kind: &str) -> String {
    match kind {
        "project_id" | "number" | "other" => "4000000000".to_owned(),
        _ => Uuid::new_v4().to_string(),
    }
}

/// The path with everything of one's own but one parameter.
fn path(operation: &Operation, own: &Things, but: &str, with: &str) -> String {
    let parts = operation.path.split('/').map(|part| {
        let parameter = part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'));
        match parameter {
            None => part.to_owned(),
            Some(parameter) if parameter == but => with.to_owned(),
            Some(parameter) => own[kind(operation, parameter)].clone(),
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The answer but for the id of the request.
async fn told(app: &TestApp, sender: &Sender, operation: &Operation, path: &str) -> (u16, Value) {
    let request = sender.request(app, operation.method.clone(), path);
    let body = body(operation);
    let request = match body.is_null() {
        true => request,
        false => request.json(&body),
    };
    let answer = send(request).await;
    let mut body = answer.body;
    if let Some(members) = body.as_object_mut() {
        members.remove("request_id");
    }
    (answer.status.as_u16(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_of_another_organization_are_answered_as_ids_of_nothing() {
    let mut app = TestApp::start().await;
    let own = app.project.clone();
    app.project = app.another_organization().await;
    let theirs = things(&app, app.project.organization).await;
    app.project = own;
    let ours = things(&app, app.project.organization).await;
    let owner = Sender::person(ours["user_id"].parse().unwrap());
    let mut asked = 0;
    for operation in operations() {
        for parameter in operation.path.split('/') {
            let Some(parameter) = parameter.strip_prefix('{') else {
                continue;
            };
            let parameter = parameter.trim_end_matches('}');
            let kind = kind(&operation, parameter);
            let foreign = path(&operation, &ours, parameter, &theirs[kind]);
            let unknown = path(&operation, &ours, parameter, &unknown(kind));
            let foreign = told(&app, &owner, &operation, &foreign).await;
            let unknown = told(&app, &owner, &operation, &unknown).await;
            assert_eq!(
                foreign.0, 404,
                "{}: {parameter}: {}",
                operation.name, foreign.1
            );
            assert_eq!(foreign, unknown, "{}: {parameter}", operation.name);
            asked += 1;
        }
    }
    assert!(asked > 30, "{asked}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_body_or_a_header_names_of_others_is_answered_as_nothing_too() {
    let app = TestApp::start().await;
    let other = app.another_organization().await;
    let owner = Sender::person(member(&app, app.project.organization, Role::Owner).await);
    let nothing = unknown("project_id");
    for (header, foreign, unknown) in [
        (
            "x-bugsage-organization",
            other.organization.to_string(),
            Uuid::new_v4().to_string(),
        ),
        (
            "x-bugsage-organization",
            other.organization.to_string(),
            "no id".to_owned(),
        ),
        ("x-bugsage-project", other.id.to_string(), nothing.clone()),
        (
            "x-bugsage-project",
            other.id.to_string(),
            "no id".to_owned(),
        ),
    ] {
        let mut answers = Vec::new();
        for named in [foreign, unknown] {
            let sender = owner.clone().naming(header, named);
            let answer = sender.get(&app, "/api/v1/errors").await;
            let mut body = answer.expect(404);
            body.as_object_mut().unwrap().remove("request_id");
            answers.push(body);
        }
        assert_eq!(answers[0], answers[1], "{header}");
    }
    for project in [other.id.to_string(), nothing] {
        let project: i64 = project.parse().unwrap();
        let key = json!({"name": "k", "scopes": ["errors:read"], "project_id": project});
        let answer = owner.post(&app, "/api/v1/api-keys", &key).await.expect(404);
        assert_eq!(answer["detail"], "there is no such project here");
        let report = json!({"title": "x", "project_id": project.to_string()});
        let answer = owner
            .post(&app, "/api/v1/errors", &report)
            .await
            .expect(422);
        assert_eq!(
            answer["detail"],
            "project_id names no project of this organization"
        );
    }
    let request = owner.request(&app, Method::GET, "/api/v1/projects");
    let seen = send(request).await.expect(200);
    assert_eq!(
        seen["items"].as_array().unwrap().len(),
        1,
        "nobody changed anything"
    );
    app.stop().await;
}
