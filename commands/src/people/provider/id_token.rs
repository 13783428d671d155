//! ID tokens (OpenID Connect Core 3.1.3.7). What one says of its own algorithm decides nothing but
//! whether it is looked at: keys are public, so only algorithms of key pairs are taken.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

use super::ask::Fault;

/// What is taken.
const TAKEN: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];
/// How far the provider's clock may be from ours.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// How old one is at most: it was made a moment ago.
const AGE_MAX: TimeDelta = TimeDelta::minutes(10);
/// Bytes of the longest that is looked at, of a key, and of a subject; and the keys of a provider.
const TOKEN_MAX: usize = 32 * 1024;
const KEY_MAX: usize = 8 * 1024;
const SUBJECT_MAX: usize = 255;
const KEYS_MAX: usize = 50;

/// The keys that a provider publishes.
#[derive(Deserialize)]
pub(super) struct KeySet {
    keys: Vec<Value>,
}

/// A key that signs.
pub(super) struct Key {
    id: Option<String>,
    algorithm: Option<String>,
    verifying: DecodingKey,
}

impl KeySet {
    /// Those that can be used; a provider may have others beside them.
    pub(super) fn usable(self) -> Vec<Key> {
        let small = |key: &Value| key.to_string().len() <= KEY_MAX;
        let keys = self.keys.into_iter().filter(small);
        keys.filter_map(usable).take(KEYS_MAX).collect()
    }
}

fn usable(key: Value) -> Option<Key> {
    let algorithm = key["alg"].as_str().map(str::to_owned);
    let jwk: Jwk = serde_json::from_value(key).ok()?;
    let signs = !matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption));
    // One that is no pair would verify what anybody signs.
    let is_pair = !matches!(jwk.algorithm, AlgorithmParameters::OctetKey(_));
    (signs && is_pair).then_some(())?;
    Some(Key {
        verifying: DecodingKey::from_jwk(&jwk).ok()?,
        id: jwk.common.key_id,
        algorithm,
    })
}

/// One or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// What a token says.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    aud: Audience,
    azp: Option<String>,
    nonce: Option<String>,
    exp: f64,
    iat: f64,
    #[serde(flatten)]
    about: About,
}

/// What a provider says of a person, in a token or when asked.
#[derive(Debug, Default, Deserialize)]
pub(super) struct About {
    pub(super) email: Option<String>,
    #[serde(default)]
    email_verified: Value,
    pub(super) name: Option<String>,
}

impl About {
    /// Some providers say it as a text.
    pub(super) fn is_verified(&self) -> bool {
        self.email_verified == Value::Bool(true) || self.email_verified == "true"
    }
}

/// What a token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: DateTime<Utc>,
}

/// A token that came, not believed yet.
pub(super) struct IdToken<'a> {
    text: &'a str,
    algorithm: Algorithm,
    key_id: Option<String>,
}

impl<'a> IdToken<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, Fault> {
        let plausible = text.len() <= TOKEN_MAX;
        let header = plausible.then(|| decode_header(text).ok()).flatten();
        let header = header.filter(|header| TAKEN.contains(&header.alg));
        let header = header.ok_or_else(|| {
            Fault::new("its id token is not signed by an algorithm that is taken, such as RS256")
        })?;
        Ok(Self {
            text,
            algorithm: header.alg,
            key_id: header.kid,
        })
    }

    /// The key that it names, or where it names none the only one.
    pub(super) fn key<'k>(&self, keys: &'k [Key]) -> Option<&'k Key> {
        let named = |key: &&Key| match (&self.key_id, &key.id) {
            (Some(named), Some(id)) => named == id,
            (Some(_), None) => false,
            (None, _) => keys.len() == 1,
        };
        keys.iter().find(named)
    }

    /// Of whom it is, and what it says of them.
    pub(super) fn verify(
        &self,
        key: &Key,
        expected: &Expected<'_>,
    ) -> Result<(String, About), Fault> {
        let fault = |what: &str| Fault::new(format!("its id token {what}"));
        let named = format!("{:?}", self.algorithm);
        if key
            .algorithm
            .as_ref()
            .is_some_and(|algorithm| *algorithm != named)
        {
            return Err(fault("is signed by another algorithm than its key is for"));
        }
        let mut rules = Validation::new(self.algorithm);
        rules.set_issuer(&[expected.issuer]);
        rules.set_audience(&[expected.client_id]);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // The library would ask the system for the time; ours comes from the one clock, below.
        rules.validate_exp = false;
        let token = decode::<Claims>(self.text, &key.verifying, &rules).map_err(|error| {
            use jsonwebtoken::errors::ErrorKind;
            fault(match error.kind() {
                ErrorKind::InvalidIssuer => "is of another issuer",
                ErrorKind::InvalidAudience => "is for another client",
                ErrorKind::InvalidSignature => "has a signature that is not of its key",
                _ => "has not the form that it must have",
            })
        })?;
        let claims = token.claims;
        if let Audience::Several(all) = &claims.aud
            && all.len() > 1
            && claims.azp.is_none()
        {
            return Err(fault(
                "is for several clients and does not say which one asked",
            ));
        }
        if let Audience::One(one) = &claims.aud
            && one != expected.client_id
        {
            return Err(fault("is for another client"));
        }
        if claims.azp.is_some_and(|azp| azp != expected.client_id) {
            return Err(fault("was asked for by another client"));
        }
        if claims.nonce.as_deref() != Some(expected.nonce) {
            return Err(fault("was not made for this sign-in: its nonce is another"));
        }
        in_time(claims.exp, claims.iat, expected.now).map_err(fault)?;
        if !(1..=SUBJECT_MAX).contains(&claims.sub.len()) || claims.sub.contains('\0') {
            return Err(fault("names a subject of no or more than 255 characters"));
        }
        Ok((claims.sub, claims.about))
    }
}

/// Whether it is valid now and new. Both moments may have fractions.
fn in_time(exp: f64, iat: f64, now: DateTime<Utc>) -> Result<(), &'static str> {
    #[expect(clippy::cast_precision_loss, reason = "seconds of this age are exact")]
    let seconds = |moment: DateTime<Utc>| moment.timestamp() as f64;
    if exp <= seconds(now - LEEWAY) {
        return Err("has expired");
    }
    match iat >= seconds(now - AGE_MAX) && iat <= seconds(now + LEEWAY) {
        true => Ok(()),
        false => Err("was not made now: look at the clocks of the provider and of this service"),
    }
}
