//! Somebody with a browser of their own, who goes where they are sent.

use std::collections::BTreeMap;

use bugsage_domain::access::Role;
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Url};
use serde_json::{Value, json};
use uuid::Uuid;

use super::village::cookies;
use crate::access::town::{Sender, here, id};
use crate::app::{Answer, TestApp, send};

pub(crate) const PROVIDERS: &str = "/api/v1/providers";
/// Lets the service reach providers on this machine.
pub(crate) const ALLOW: (&str, &str) = ("BUGSAGE_OUTGOING_ALLOW", "127.0.0.0/8");

#[expect(clippy::disallowed_types, reason = "the tests are the outside")]
type Http = reqwest::Client;

/// A browser: its cookies, which it sends to the service alone.
#[derive(Clone)]
pub(crate) struct Guest {
    http: Http,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Guest {
    pub(crate) fn new() -> Self {
        let http = Http::builder().no_proxy().redirect(Policy::none());
        Self {
            http: http.build().unwrap(),
            cookies: BTreeMap::new(),
        }
    }

    fn request(&self, app: &TestApp, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", app.url));
        let all: Vec<_> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let csrf = self
            .cookies
            .iter()
            .find(|(name, _)| name.ends_with("-csrf"));
        let request = match csrf {
            Some((_, csrf)) => request.header("x-csrf-token", csrf),
            None => request,
        };
        request.header("cookie", all.join("; "))
    }

    pub(crate) async fn send(&mut self, request: RequestBuilder) -> Answer {
        let answer = send(request).await;
        for cookie in cookies(&answer) {
            let (pair, _) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match value {
                "" => self.cookies.remove(name),
                _ => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }

    pub(crate) async fn get(&mut self, app: &TestApp, path: &str) -> Answer {
        self.send(self.request(app, Method::GET, path)).await
    }

    /// As in [`Self::get`], saying which organization is meant.
    pub(crate) async fn get_in(&mut self, app: &TestApp, organization: Uuid, path: &str) -> Answer {
        let request = self.request(app, Method::GET, path);
        let named = request.header("x-bugsage-organization", organization.to_string());
        self.send(named).await
    }

    /// A change, with the CSRF token.
    pub(crate) async fn ask(
        &mut self,
        app: &TestApp,
        method: Method,
        path: &str,
        body: &Value,
    ) -> Answer {
        self.send(self.request(app, method, path).json(body)).await
    }

    /// Goes to a provider: to where.
    pub(crate) async fn begin(&mut self, app: &TestApp, provider: Uuid) -> Url {
        let path = format!("/api/v1/auth/providers/{provider}/begin?return_to=/errors");
        let answer = self.get(app, &path).await;
        let to = location(&answer);
        answer.expect(303);
        to.parse().unwrap()
    }

    /// Comes back from a provider by this address, of which host and port may be any.
    pub(crate) async fn come_back(&mut self, app: &TestApp, address: &Url) -> Answer {
        let path = format!("{}?{}", address.path(), address.query().unwrap_or_default());
        self.get(app, &path).await
    }
}

/// Where an answer sends to.
pub(crate) fn location(answer: &Answer) -> String {
    answer.header("location").unwrap_or_default().to_owned()
}

/// A parameter of an address.
pub(crate) fn parameter(address: &Url, name: &str) -> String {
    let mut all = address.query_pairs();
    let found = all.find(|(known, _)| known == name);
    found
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// Sets a provider up in an organization, trusted for shop.example.
pub(crate) async fn set_up(app: &TestApp, admin: &Sender, kind: &str, issuer: &str) -> Uuid {
    let asked = json!({"name": "Where we sign in", "kind": kind, "issuer": issuer, "client_id": "bugsage",
                       "client_secret": "of the tests", "domains": ["shop.example"]});
    id(&admin.post(app, PROVIDERS, &asked).await.expect(201))
}

/// The same in the test's organization.
pub(crate) async fn set_up_here(app: &TestApp, kind: &str, issuer: &str) -> Uuid {
    set_up(app, &here(app, Role::Admin).await, kind, issuer).await
}

/// Why sign-ins at a provider were refused, by its organization's audit log.
pub(crate) async fn refusals(app: &TestApp, provider: Uuid) -> Vec<String> {
    sqlx::query_scalar(
        "select after->>'why' from audit_log l join identity_providers p using (organization_id)
          where action = 'session.refused' and subject = 'provider:' || p.provider_id and p.provider_id = $1
          order by audit_id",
    )
    .bind(provider)
    .fetch_all(&app.owner)
    .await
    .unwrap()
}
