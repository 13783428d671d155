//! The DSN's public key, wherever an SDK puts it.

use thiserror::Error;

/// Where a key may stand in a request; each as sent, none decoded.
#[derive(Debug, Clone, Copy, Default)]
pub struct Places<'a> {
    /// The header `X-Sentry-Auth`.
    pub sentry_auth: Option<&'a str>,
    /// The header `Authorization`; counts only if its scheme is `Sentry`.
    pub authorization: Option<&'a str>,
    /// The query string, without `?`.
    pub query: Option<&'a str>,
    /// The DSN in the envelope's header.
    pub dsn: Option<&'a str>,
}

/// Who sends, by their own word: the key is still to be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The public key of the DSN.
    pub key: String,
    /// The SDK's name and version.
    pub client: Option<String>,
}

/// Why no key could be found.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AuthError {
    /// No key anywhere.
    #[error(
        "no key: send sentry_key in X-Sentry-Auth or the query, or dsn in the envelope's header"
    )]
    Missing,
    /// Two places name different keys.
    #[error("{first} and {second} name different keys")]
    Disagree {
        /// One place.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
}

/// Finds the key; a secret is neither wanted nor looked at.
///
/// # Errors
/// If there is no key, or two that differ.
pub fn sender(places: &Places<'_>) -> Result<Sender, AuthError> {
    let header = places
        .sentry_auth
        .map(|h| from_header(strip_scheme(h).unwrap_or(h)));
    let authorization = places.authorization.and_then(strip_scheme).map(from_header);
    let query = places.query.map(from_query);
    let dsn = places.dsn.map(|d| (key_of_dsn(d).map(str::to_owned), None));
    let found = [
        ("X-Sentry-Auth", header),
        ("Authorization", authorization),
        ("the query string", query),
        ("the envelope's dsn", dsn),
    ];
    let mut sender: Option<(&'static str, String)> = None;
    let mut client = None;
    for (place, (key, named)) in found.into_iter().filter_map(|(p, f)| Some((p, f?))) {
        client = client.or(named);
        match (&sender, key) {
            (Some((first, known)), Some(key)) if *known != key => {
                return Err(AuthError::Disagree {
                    first,
                    second: place,
                });
            }
            (None, Some(key)) => sender = Some((place, key)),
            _ => {}
        }
    }
    let (_, key) = sender.ok_or(AuthError::Missing)?;
    Ok(Sender { key, client })
}

/// What the key and the SDK are named by in a header and in a query.
const KEY: &str = "sentry_key";
const CLIENT: &str = "sentry_client";

type Found = (Option<String>, Option<String>);

fn strip_scheme(header: &str) -> Option<&str> {
    let header = header.trim_start();
    let (scheme, rest) = header.split_at_checked(6)?;
    (scheme.eq_ignore_ascii_case("sentry") && rest.starts_with([' ', '\t'])).then_some(rest)
}

fn from_header(fields: &str) -> Found {
    let mut found = (None, None);
    for (name, value) in fields.split(',').filter_map(|f| f.split_once('=')) {
        let is = |known: &&str| known.eq_ignore_ascii_case(name.trim());
        if let Some(name) = [KEY, CLIENT].into_iter().find(is) {
            note(&mut found, name, value.trim().trim_matches('"').to_owned());
        }
    }
    found
}

fn from_query(query: &str) -> Found {
    let mut found = (None, None);
    for (name, value) in query.split('&').filter_map(|f| f.split_once('=')) {
        note(&mut found, name, percent_decoded(value));
    }
    found
}

fn note(found: &mut Found, name: &str, value: String) {
    match name {
        KEY if !value.is_empty() => found.0 = Some(value),
        CLIENT if !value.is_empty() => found.1 = Some(value),
        _ => {}
    }
}

fn key_of_dsn(dsn: &str) -> Option<&str> {
    let (_, rest) = dsn.split_once("://")?;
    let (user, _) = rest.split('/').next()?.rsplit_once('@')?;
    user.split(':').next().filter(|key| !key.is_empty())
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.as_bytes();
    while let [first, rest @ ..] = bytes {
        let hex = rest
            .get(..2)
            .filter(|h| *first == b'%' && h.iter().all(u8::is_ascii_hexdigit));
        let code = hex.and_then(|h| std::str::from_utf8(h).ok());
        match code.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                bytes = &rest[2..];
            }
            None => {
                out.push(if *first == b'+' { b' ' } else { *first });
                bytes = rest;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
