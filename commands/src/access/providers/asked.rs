//! What is asked of an identity provider to make or change, and what of it is taken.

use bugsage_domain::access::{MailDomain, Name, Role, may_grant};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::super::{AccessError, Acting};
use crate::outgoing::is_bare;

/// Where GitHub is, for most.
const GITHUB: &str = "https://github.com";
/// Characters of an address, and of a client's id or secret.
const TEXT_MAX: usize = 500;
/// Domains of one provider.
const DOMAINS_MAX: usize = 50;

/// How a provider is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// OpenID Connect, by discovery.
    Oidc,
    /// GitHub's OAuth.
    Github,
}

impl Kind {
    /// The word used in JSON and SQL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::Github => "github",
        }
    }
}

/// An identity provider to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIdentityProvider {
    /// 1–100 characters.
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub name: Name,
    /// How it is spoken to.
    pub kind: Kind,
    /// The issuer, as the provider itself says it. Of GitHub its address, where that is not
    /// `https://github.com`.
    #[serde(default)]
    #[schema(max_length = 500, example = "https://id.shop.example")]
    pub issuer: Option<String>,
    /// What the provider knows BugSage by.
    #[schema(min_length = 1, max_length = 500, pattern = "^[ -~]+$")]
    pub client_id: String,
    /// The secret that goes with it. It is kept sealed and never answered.
    #[schema(min_length = 1, max_length = 500, format = Password, pattern = "^[ -~]+$")]
    pub client_secret: String,
    /// For e-mail addresses of these domains the organization trusts what the provider says: who has
    /// one comes in, without an invitation.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 50)]
    pub domains: Vec<MailDomain>,
    /// What newcomers are: `admin`, `developer`, `viewer` or `auditor`.
    #[serde(default = "viewer")]
    #[schema(value_type = String)]
    pub role: Role,
}

const fn viewer() -> Role {
    Role::Viewer
}

/// New values; what is left out stays as it is. Who needs another issuer makes another provider.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityProviderChange {
    /// 1–100 characters.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub name: Option<Name>,
    /// What the provider knows BugSage by.
    #[schema(min_length = 1, max_length = 500, pattern = "^[ -~]+$")]
    pub client_id: Option<String>,
    /// The secret that goes with it.
    #[schema(min_length = 1, max_length = 500, format = Password, pattern = "^[ -~]+$")]
    pub client_secret: Option<String>,
    /// All of them.
    #[schema(value_type = Option<Vec<String>>, max_items = 50)]
    pub domains: Option<Vec<MailDomain>>,
    /// What newcomers are.
    #[schema(value_type = Option<String>)]
    pub role: Option<Role>,
}

pub(super) fn check(
    acting: &Acting,
    role: Option<Role>,
    domains: &[MailDomain],
) -> Result<(), AccessError> {
    may_grant(acting.everywhere(), Role::Admin.permissions())?;
    if role == Some(Role::Owner) {
        let told =
            "role: nobody becomes an owner by a provider; use admin, developer, viewer or auditor";
        return Err(AccessError::Invalid(told.to_owned()));
    }
    if domains.len() > DOMAINS_MAX {
        let told = format!("domains has at most {DOMAINS_MAX} elements");
        return Err(AccessError::Invalid(told));
    }
    Ok(())
}

/// The address of a provider, as it is written: an issuer is compared letter by letter.
pub(super) fn issuer(kind: Kind, asked: Option<&str>) -> Result<String, AccessError> {
    let text = match (kind, asked) {
        (Kind::Github, None) => GITHUB,
        (Kind::Github, Some(text)) => text.trim_end_matches('/'),
        (Kind::Oidc, Some(text)) => text,
        (Kind::Oidc, None) => "",
    };
    let plain = text.len() <= TEXT_MAX && text.bytes().all(|byte| byte.is_ascii_graphic());
    match plain && text.parse().is_ok_and(|url: Url| is_bare(&url)) {
        true => Ok(text.to_owned()),
        false => Err(AccessError::Invalid(
            "issuer is the address of the provider, such as https://id.shop.example: \
             without login, query and fragment, and of at most 500 characters"
                .to_owned(),
        )),
    }
}

pub(super) fn plain(what: &str, text: &str) -> Result<(), AccessError> {
    let is_fit = (1..=TEXT_MAX).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    match is_fit {
        true => Ok(()),
        false => Err(AccessError::Invalid(format!(
            "{what} has 1 to {TEXT_MAX} characters, all of them printable ASCII"
        ))),
    }
}
