//! OpenID Connect: a provider found by its issuer, and a code exchanged for who it is.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use moka::future::Cache;
use reqwest::Url;
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;

use super::ask::{self, Fault};
use super::id_token::{About, Expected, IdToken, Key, KeySet};
use super::login::Login;
use super::{Claimed, Provider};
use crate::outgoing::Outgoing;

/// How long a provider's document and keys are remembered.
const REMEMBERED: Duration = Duration::from_secs(60 * 60);
/// After a token names a key that is not known, its keys are asked for again; not sooner than so.
const PAUSE: Duration = Duration::from_secs(60);
/// Providers remembered at once.
const PROVIDERS: u64 = 100;
/// Characters of an address in a provider's document.
const ADDRESS_MAX: usize = 2_000;

/// What a provider says of itself (OpenID Connect Discovery).
#[derive(Deserialize)]
pub(super) struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// What comes for a code.
#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    id_token: String,
}

/// The answer to who it is.
#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    #[serde(flatten)]
    about: About,
}

/// The providers that are known. Cheap to clone.
#[derive(Clone)]
pub(super) struct Oidc {
    outgoing: Outgoing,
    documents: Cache<String, Arc<Document>>,
    keys: Cache<String, Arc<[Key]>>,
    asked_again: Cache<String, ()>,
}

impl Oidc {
    pub(super) fn new(outgoing: Outgoing) -> Self {
        let builder = Cache::<String, ()>::builder;
        let lasting = |time| builder().max_capacity(PROVIDERS).time_to_live(time);
        Self {
            outgoing,
            documents: Cache::builder()
                .max_capacity(PROVIDERS)
                .time_to_live(REMEMBERED)
                .build(),
            keys: Cache::builder()
                .max_capacity(PROVIDERS)
                .time_to_live(REMEMBERED)
                .build(),
            asked_again: lasting(PAUSE).build(),
        }
    }

    /// Where a browser is sent.
    pub(super) async fn authorize(
        &self,
        provider: &Provider,
        login: &Login<'_>,
        redirect_uri: &str,
    ) -> Result<Url, Fault> {
        let document = self.document(&provider.issuer).await?;
        let mut url = ask::address(&document.authorization_endpoint)?;
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("scope", "openid email profile")
            .append_pair("client_id", &provider.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("state", &login.state())
            .append_pair("nonce", &login.nonce())
            .append_pair("code_challenge", &login.challenge())
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Who it is that came back with this code.
    pub(super) async fn redeem(
        &self,
        provider: &Provider,
        login: &Login<'_>,
        (code, redirect_uri, secret): (&str, &str, &str),
        now: DateTime<Utc>,
    ) -> Result<Claimed, Fault> {
        let document = self.document(&provider.issuer).await?;
        let tokens = self
            .exchange(&document, provider, login, (code, redirect_uri, secret))
            .await?;
        let expected = Expected {
            issuer: &provider.issuer,
            client_id: &provider.client_id,
            nonce: &login.nonce(),
            now,
        };
        let (subject, mut about) = self
            .verified(&document, &tokens.id_token, &expected)
            .await?;
        if let (None, Some(endpoint)) = (&about.email, &document.userinfo_endpoint) {
            let request = ask::get(ask::address(endpoint)?, Some(&tokens.access_token))?;
            let info: UserInfo = ask::json(&self.outgoing, request, "user info").await?;
            if info.sub != subject {
                return Err(Fault::new("its user info is of somebody else"));
            }
            about = info.about;
        }
        Ok(Claimed {
            subject,
            is_verified: about.is_verified(),
            email: about.email,
            name: about.name.unwrap_or_default(),
        })
    }

    async fn exchange(
        &self,
        document: &Document,
        provider: &Provider,
        login: &Login<'_>,
        (code, redirect_uri, secret): (&str, &str, &str),
    ) -> Result<Tokens, Fault> {
        let verifier = login.verifier();
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", &verifier),
        ];
        let methods = &document.token_endpoint_auth_methods_supported;
        let takes = |method: &str| methods.iter().any(|known| known == method);
        // Where a provider says nothing it takes the first (Discovery 3).
        let basic = if takes("client_secret_post") && !takes("client_secret_basic") {
            fields.push(("client_id", &provider.client_id));
            fields.push(("client_secret", secret));
            None
        } else {
            let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", encoded(&provider.client_id), encoded(secret));
            Some(format!("Basic {}", STANDARD.encode(pair)))
        };
        let endpoint = ask::address(&document.token_endpoint)?;
        let request = ask::form(endpoint, &fields, basic.as_deref())?;
        ask::json(&self.outgoing, request, "token").await
    }

    async fn verified(
        &self,
        document: &Document,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<(String, About), Fault> {
        let token = IdToken::read(token)?;
        let at = &document.jwks_uri;
        let keys = self.keys(at).await?;
        if let Some(key) = token.key(&keys) {
            return token.verify(key, expected);
        }
        // It has new keys, or the token is nobody's.
        let again = self.asked_again.entry_by_ref(at).or_insert(()).await;
        let keys = if again.is_fresh() {
            self.keys.invalidate(at).await;
            self.keys(at).await?
        } else {
            keys
        };
        let key = token.key(&keys);
        let key =
            key.ok_or_else(|| Fault::new("its id token names a key that it does not publish"))?;
        token.verify(key, expected)
    }

    async fn document(&self, issuer: &str) -> Result<Arc<Document>, Fault> {
        let find = async {
            let base = issuer.trim_end_matches('/');
            let at = ask::address(&format!("{base}/.well-known/openid-configuration"))?;
            let what = "document at /.well-known/openid-configuration";
            let found: Document = ask::json(&self.outgoing, ask::get(at, None)?, what).await?;
            if found.issuer != issuer {
                return Err(Fault::new(
                    "its document names another issuer than the provider was set up with",
                ));
            }
            let all = [
                Some(&found.authorization_endpoint),
                Some(&found.token_endpoint),
                Some(&found.jwks_uri),
                found.userinfo_endpoint.as_ref(),
            ];
            for named in all.into_iter().flatten() {
                ask::address(named)?;
                if named.len() > ADDRESS_MAX {
                    return Err(Fault::new("an address that it names is too long"));
                }
            }
            Ok(Arc::new(found))
        };
        let found = self.documents.try_get_with_by_ref(issuer, find).await;
        found.map_err(|fault| (*fault).clone())
    }

    async fn keys(&self, at: &str) -> Result<Arc<[Key]>, Fault> {
        let find = async {
            let request = ask::get(ask::address(at)?, None)?;
            let set: KeySet = ask::json(&self.outgoing, request, "key set").await?;
            Ok(set.usable().into())
        };
        let found = self.keys.try_get_with_by_ref(at, find).await;
        found.map_err(|fault: Arc<Fault>| (*fault).clone())
    }
}
