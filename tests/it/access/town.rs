//! People and keys to test with.

use bugsage_commands::access::api_keys::hash;
use bugsage_domain::access::{Permissions, Role};
use chrono::{DateTime, Utc};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use uuid::Uuid;

use crate::app::{Answer, TestApp, send};

/// Who sends a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sender {
    /// Of a browser in which somebody is signed in.
    person: Option<Uuid>,
    headers: Vec<(&'static str, String)>,
}

impl Sender {
    pub(crate) fn person(user: Uuid) -> Self {
        Self {
            person: Some(user),
            headers: Vec::new(),
        }
    }

    pub(crate) fn key(key: &str) -> Self {
        Self {
            person: None,
            headers: vec![("authorization", format!("Bearer {key}"))],
        }
    }

    /// The same, who says which organization or project is meant.
    pub(crate) fn naming(mut self, header: &'static str, id: impl ToString) -> Self {
        self.headers.push((header, id.to_string()));
        self
    }

    pub(crate) fn request(&self, app: &TestApp, method: Method, path: &str) -> RequestBuilder {
        let mut request = app.request(method, path);
        if let Some(user) = self.person {
            request = request
                .header("cookie", format!("bugsage={}", user.simple()))
                .header("x-csrf-token", app.csrf_token(user));
        }
        self.headers.iter().fold(request, |request, (name, value)| {
            request.header(*name, value)
        })
    }

    pub(crate) async fn get(&self, app: &TestApp, path: &str) -> Answer {
        send(self.request(app, Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, app: &TestApp, path: &str) -> Answer {
        send(self.request(app, Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, app: &TestApp, path: &str, body: &Value) -> Answer {
        send(self.request(app, Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, app: &TestApp, path: &str, body: &Value) -> Answer {
        send(self.request(app, Method::PUT, path).json(body)).await
    }

    pub(crate) async fn patch(&self, app: &TestApp, path: &str, body: &Value) -> Answer {
        send(self.request(app, Method::PATCH, path).json(body)).await
    }
}

/// Somebody with an account, who belongs nowhere and is signed in.
pub(crate) async fn somebody(app: &TestApp) -> Uuid {
    let user = Uuid::new_v4();
    sqlx::query(
        "insert into users (user_id, email, email_verified_at, name) values ($1, $2, now(), 'It')",
    )
    .bind(user)
    .bind(email(user))
    .execute(&app.owner)
    .await
    .unwrap();
    sign_in(app, user).await;
    user
}

/// Begins a session whose cookie, and id, is the id of the person.
async fn sign_in(app: &TestApp, user: Uuid) {
    sqlx::query(
        "insert into sessions (session_id, user_id, cookie_hash, credential_version, created_at, expires_at)
         values ($1, $1, sha256($2), 1, $3, $3 + interval '1 day')",
    )
    .bind(user)
    .bind(user.simple().to_string().as_bytes())
    .bind(app.clock.now())
    .execute(&app.owner)
    .await
    .unwrap();
}

/// The address of somebody.
pub(crate) fn email(user: Uuid) -> String {
    format!("{}@it.example", user.simple())
}

/// Somebody who belongs to an organization.
pub(crate) async fn member(app: &TestApp, organization: Uuid, role: Role) -> Uuid {
    let user = somebody(app).await;
    join(app, user, organization, role).await;
    user
}

pub(crate) async fn join(app: &TestApp, user: Uuid, organization: Uuid, role: Role) {
    sqlx::query("insert into memberships (organization_id, user_id, role) values ($1, $2, $3)")
        .bind(organization)
        .bind(user)
        .bind(role.as_str())
        .execute(&app.owner)
        .await
        .unwrap();
}

/// A member of the test's organization.
pub(crate) async fn here(app: &TestApp, role: Role) -> Sender {
    Sender::person(member(app, app.project.organization, role).await)
}

/// A key of an organization, or of one project of it.
pub(crate) async fn key(
    app: &TestApp,
    organization: Uuid,
    project: Option<i64>,
    scopes: Permissions,
    expires_at: Option<DateTime<Utc>>,
) -> Sender {
    let key = format!("bsk_{}", Uuid::new_v4().simple());
    sqlx::query(
        "insert into api_keys (key_id, organization_id, project_id, name, hash, scopes, expires_at)
         values ($1, $2, $3, 'it', $4, $5, $6)",
    )
    .bind(Uuid::new_v4())
    .bind(organization)
    .bind(project)
    .bind(hash(&key).as_slice())
    .bind(scopes.words())
    .bind(expires_at)
    .execute(&app.owner)
    .await
    .unwrap();
    Sender::key(&key)
}

/// The id that an answer tells.
pub(crate) fn id(answer: &Value) -> Uuid {
    answer["id"].as_str().unwrap().parse().unwrap()
}
