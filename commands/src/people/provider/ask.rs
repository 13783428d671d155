//! Questions to a provider, all by the guarded client, and the words for what goes wrong with them.

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use reqwest::{Method, Request, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded::Serializer;

use crate::outgoing::Outgoing;

/// Characters of a word of OAuth that are repeated to people.
const WORD_MAX: usize = 40;

/// What a provider did wrong, for people and the audit log: no code or token is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub(super) String);

impl Fault {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

/// An address that a provider's document, or its issuer, names.
pub(super) fn address(text: &str) -> Result<Url, Fault> {
    let url: Option<Url> = text.parse().ok();
    url.filter(|url| matches!(url.scheme(), "https" | "http"))
        .ok_or_else(|| Fault::new("an address that it names is none of http or https"))
}

/// Asks for something, as who holds this token.
pub(super) fn get(url: Url, token: Option<&str>) -> Result<Request, Fault> {
    let mut request = Request::new(Method::GET, url);
    if let Some(token) = token {
        set(&mut request, &format!("Bearer {token}"))?;
    }
    Ok(request)
}

/// Sends a form; `login` is an `Authorization` header.
pub(super) fn form(
    url: Url,
    fields: &[(&str, &str)],
    login: Option<&str>,
) -> Result<Request, Fault> {
    let mut request = Request::new(Method::POST, url);
    let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
    request.headers_mut().insert(CONTENT_TYPE, kind);
    if let Some(login) = login {
        set(&mut request, login)?;
    }
    let body = Serializer::new(String::new()).extend_pairs(fields).finish();
    *request.body_mut() = Some(body.into());
    Ok(request)
}

fn set(request: &mut Request, authorization: &str) -> Result<(), Fault> {
    let mut value = HeaderValue::from_str(authorization)
        .map_err(|_| Fault::new("its access token is no text that can be sent"))?;
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
    Ok(())
}

/// The answer, read as JSON; `what` names it.
pub(super) async fn json<T: DeserializeOwned>(
    outgoing: &Outgoing,
    mut request: Request,
    what: &str,
) -> Result<T, Fault> {
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    // GitHub answers nobody without a name.
    headers.insert(USER_AGENT, HeaderValue::from_static("BugSage"));
    let answer = outgoing.send(request).await;
    let answer = answer.map_err(|error| Fault::new(error.to_string()))?;
    // GitHub tells faults with 200.
    if let Ok(Refused { error }) = serde_json::from_slice(&answer.body) {
        return Err(Fault::new(format!(
            "it refuses its {what}: {}",
            word(&error)
        )));
    }
    if !answer.status.is_success() {
        let status = answer.status.as_u16();
        return Err(Fault::new(format!(
            "it answers {status} where its {what} should be"
        )));
    }
    // What is wrong in there may hold a secret, and is not told.
    serde_json::from_slice(&answer.body)
        .map_err(|_| Fault::new(format!("its {what} has not the form that it must have")))
}

/// Why a provider refuses, by the words of OAuth.
#[derive(Deserialize)]
struct Refused {
    error: String,
}

/// A word of OAuth, if it is one; a provider's free text is repeated to nobody.
pub(super) fn word(text: &str) -> &str {
    let is_word = (1..=WORD_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_word {
        text
    } else {
        "for reasons of its own"
    }
}
