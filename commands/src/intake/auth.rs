//! Which project an SDK says it reports for: every form of a DSN key.

/// Why a request names no project.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoKey {
    /// Nothing was given.
    #[error("no sentry_key: send X-Sentry-Auth, ?sentry_key=…, or a dsn in the envelope's header")]
    Missing,
    /// Two places name two keys.
    #[error("the request names two different keys")]
    Disagree,
}

/// The public key of a request, from wherever it is given; all places must agree. A secret is never asked for.
///
/// * `headers`: values of `X-Sentry-Auth` and `Authorization`
/// * `query`: the query string
/// * `dsn`: the envelope header's
///
/// # Errors
/// See [`NoKey`].
pub fn public_key<'a>(
    headers: impl Iterator<Item = &'a str>,
    query: Option<&'a str>,
    dsn: Option<&'a str>,
) -> Result<String, NoKey> {
    let mut given = headers
        .filter_map(from_header)
        .chain(query.into_iter().filter_map(from_query))
        .chain(dsn.into_iter().filter_map(from_dsn));
    let first = given.next().ok_or(NoKey::Missing)?;
    if given.any(|other| other != first) {
        return Err(NoKey::Disagree);
    }
    Ok(first.to_owned())
}

/// `Sentry sentry_version=7, sentry_key=…, sentry_client=…`
fn from_header(value: &str) -> Option<&str> {
    let (scheme, pairs) = value.trim().split_once(char::is_whitespace)?;
    if !scheme.eq_ignore_ascii_case("sentry") {
        return None;
    }
    pairs
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| name.trim() == "sentry_key")
        .map(|(_, key)| key.trim())
        .filter(|key| !key.is_empty())
}

/// `sentry_version=7&sentry_key=…`
fn from_query(query: &str) -> Option<&str> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == "sentry_key")
        .map(|(_, key)| key)
        .filter(|key| !key.is_empty())
}

/// `https://key:secret@host/prefix/1`
fn from_dsn(dsn: &str) -> Option<&str> {
    let (_, rest) = dsn.split_once("://")?;
    let (user, _) = rest.split_once('@')?;
    let key = user.split_once(':').map_or(user, |(key, _)| key);
    Some(key).filter(|key| !key.is_empty())
}
