//! Access tokens: JWTs that say who and in which session, and are worth what the session is; or which
//! program, and are worth what that may do.
//!
//! What a token says of its own algorithm decides nothing: the key it names does, and a key has one.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::signing::{Algorithm, SigningKey};

/// How long one is valid.
pub const ACCESS_LIFETIME: TimeDelta = TimeDelta::minutes(15);
/// How far the clocks of two nodes may be apart.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// Their type (RFC 9068): a token that was made for something else is none.
const TYPE: &str = "at+jwt";
/// Bytes of the longest that is looked at; ours have about 500.
const MAX: usize = 2048;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    jti: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(flatten)]
    who: Who,
}

/// Of whom it is; neither form can be read as the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Who {
    /// A person in a session.
    Person {
        /// The person.
        sub: Uuid,
        /// The session.
        sid: Uuid,
        /// The version of the person's credentials.
        ver: i64,
    },
    /// A program (RFC 9068: `sub` and `client_id` are the same).
    Program {
        /// The service account.
        client_id: Uuid,
        sub: Uuid,
        /// Its secret, by when it got it: 0, or microseconds since 1970.
        #[serde(default)] // tokens of the release before this one say nothing of it
        ver: i64,
    },
}

/// For whom tokens are made, and by whom: this installation.
#[derive(Debug, Clone)]
pub(super) struct Parties {
    pub(super) issuer: String,
    pub(super) audience: String,
}

pub(super) fn issue(
    key: &SigningKey,
    parties: &Parties,
    (id, who): (Uuid, Who),
    now: DateTime<Utc>,
) -> Result<String, jsonwebtoken::errors::Error> {
    let claims = Claims {
        iss: parties.issuer.clone(),
        aud: parties.audience.clone(),
        jti: id,
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: (now + ACCESS_LIFETIME).timestamp(),
        who,
    };
    let mut header = Header::new(key.algorithm.into());
    header.typ = Some(TYPE.to_owned());
    header.kid = Some(key.id.clone());
    encode(&header, &claims, &key.signing)
}

/// The name of the key a token says it was signed with.
pub(super) fn key_id(token: &str) -> Option<String> {
    let plausible = token.len() <= MAX && token.bytes().all(|byte| byte.is_ascii_graphic());
    plausible.then(|| decode_header(token).ok()?.kid).flatten()
}

/// Of whom a token is, if this key signed it, for us, and it is valid now.
pub(super) fn verify(
    key: &SigningKey,
    parties: &Parties,
    token: &str,
    now: DateTime<Utc>,
) -> Option<Who> {
    let mut rules = Validation::new(key.algorithm.into());
    rules.set_issuer(&[&parties.issuer]);
    rules.set_audience(&[&parties.audience]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
    // The library would ask the system for the time; ours comes from the one clock, below.
    rules.validate_exp = false;
    let token = decode::<Claims>(token, &key.verifying, &rules).ok()?;
    let (claims, leeway) = (token.claims, LEEWAY.num_seconds());
    let now = now.timestamp();
    let in_time = claims.exp > now && claims.nbf <= now + leeway && claims.iat <= now + leeway;
    (in_time && token.header.typ.as_deref() == Some(TYPE)).then_some(claims.who)
}

impl From<Algorithm> for jsonwebtoken::Algorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::EdDsa => Self::EdDSA,
            Algorithm::Hs256 => Self::HS256,
        }
    }
}
