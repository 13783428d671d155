//! A provider at the wire that says whatever a test wants.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Utc;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Url;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::guest::{Guest, parameter};
use crate::app::{Answer, TestApp};

const DOCUMENT: &str = "/.well-known/openid-configuration";

/// What was asked: the path, the `Authorization` header and the body.
pub(crate) type Asked = (String, String, String);

#[derive(Default)]
struct Said {
    answers: Mutex<HashMap<String, (u16, Value)>>,
    asked: Mutex<Vec<Asked>>,
}

/// The provider; it ends with the test.
pub(crate) struct Wire {
    pub(crate) issuer: String,
    said: Arc<Said>,
    key: Vec<u8>,
}

impl Wire {
    /// An OpenID provider with one key, which signs nothing yet.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let said = Arc::new(Said::default());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&said));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let pair = Ed25519KeyPair::generate().unwrap();
        let wire = Self {
            key: pair.to_pkcs8v1().unwrap().as_ref().to_vec(),
            said,
            issuer,
        };
        let at = |path: &str| format!("{}{path}", wire.issuer);
        wire.says(
            DOCUMENT,
            200,
            json!({"issuer": wire.issuer, "authorization_endpoint": at("/authorize"),
                   "token_endpoint": at("/token"), "jwks_uri": at("/keys"), "userinfo_endpoint": at("/me")}),
        );
        wire.says("/keys", 200, json!({"keys": [wire.public_key("one")]}));
        wire
    }

    /// From now on this is answered there; with 302 to where.
    pub(crate) fn says(&self, path: &str, status: u16, body: Value) {
        let mut answers = self.said.answers.lock().unwrap();
        answers.insert(path.to_owned(), (status, body));
    }

    /// What was asked of a path so far.
    pub(crate) fn asked(&self, path: &str) -> Vec<Asked> {
        let asked = self.said.asked.lock().unwrap();
        let there = asked.iter().filter(|(known, ..)| known == path);
        there.cloned().collect()
    }

    /// Its key under this name, as it is published.
    pub(crate) fn public_key(&self, name: &str) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": name,
               "x": URL_SAFE_NO_PAD.encode(self.public())})
    }

    pub(crate) fn public(&self) -> Vec<u8> {
        let pair = Ed25519KeyPair::from_pkcs8(&self.key).unwrap();
        pair.public_key().as_ref().to_vec()
    }

    /// What an id token for this sign-in says.
    pub(crate) fn claims(&self, begun: &Url, email: &str) -> Value {
        let now = Utc::now().timestamp();
        json!({"iss": self.issuer, "sub": format!("of {email}"), "aud": "bugsage", "iat": now, "exp": now + 60,
               "nonce": parameter(begun, "nonce"), "email": email, "email_verified": true, "name": "Ann"})
    }

    /// A token signed by the key under this name.
    pub(crate) fn signed(&self, claims: &Value, name: &str) -> String {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(name.to_owned());
        encode(&header, claims, &EncodingKey::from_ed_der(&self.key)).unwrap()
    }

    /// Gives this token for the next codes.
    pub(crate) fn gives(&self, id_token: &str) {
        let body = json!({"access_token": "an access token", "token_type": "Bearer", "id_token": id_token});
        self.says("/token", 200, body);
    }

    /// Somebody signs in as who has this address.
    pub(crate) async fn sign_in(
        &self,
        app: &TestApp,
        provider: Uuid,
        email: &str,
    ) -> (Guest, Answer) {
        let mut guest = Guest::new();
        let begun = guest.begin(app, provider).await;
        self.gives(&self.signed(&self.claims(&begun, email), "one"));
        let answer = guest.come_back(app, &back(&begun)).await;
        (guest, answer)
    }
}

/// Where a provider sends back who came by this address, with a code.
pub(crate) fn back(begun: &Url) -> Url {
    let mut back: Url = parameter(begun, "redirect_uri").parse().unwrap();
    back.query_pairs_mut()
        .append_pair("code", "a code")
        .append_pair("state", &parameter(begun, "state"));
    back
}

async fn answer(State(said): State<Arc<Said>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, 65_536).await.unwrap();
    let path = parts.uri.path().to_owned();
    let authorization = parts.headers.get(header::AUTHORIZATION);
    let authorization = authorization.and_then(|value| value.to_str().ok());
    said.asked.lock().unwrap().push((
        path.clone(),
        authorization.unwrap_or_default().to_owned(),
        String::from_utf8_lossy(&body).into_owned(),
    ));
    let found = said.answers.lock().unwrap().get(&path).cloned();
    let (status, body) = found.unwrap_or((404, Value::Null));
    let status = StatusCode::from_u16(status).unwrap();
    match status.is_redirection() {
        true => (
            status,
            [(header::LOCATION, body.as_str().unwrap().to_owned())],
        )
            .into_response(),
        false => (status, axum::Json(body)).into_response(),
    }
}
