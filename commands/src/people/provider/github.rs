//! GitHub's OAuth, which is no OpenID Connect: who it is, is asked of its API.

use reqwest::Url;
use serde::Deserialize;

use super::ask::{self, Fault};
use super::login::Login;
use super::{Claimed, Provider};
use crate::outgoing::Outgoing;

/// Where GitHub is, and its API.
const PUBLIC: (&str, &str) = ("https://github.com", "https://api.github.com");

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct User {
    id: u64,
    login: String,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Address {
    email: String,
    primary: bool,
    verified: bool,
}

/// Where a browser is sent.
pub(super) fn authorize(
    provider: &Provider,
    login: &Login<'_>,
    redirect_uri: &str,
) -> Result<Url, Fault> {
    let mut url = ask::address(&format!("{}/login/oauth/authorize", provider.issuer))?;
    url.query_pairs_mut()
        .append_pair("client_id", &provider.client_id)
        .append_pair("redirect_uri", redirect_uri)
        .append_pair("scope", "read:user user:email")
        .append_pair("state", &login.state())
        .append_pair("code_challenge", &login.challenge())
        .append_pair("code_challenge_method", "S256");
    Ok(url)
}

/// Who it is that came back with this code.
pub(super) async fn redeem(
    outgoing: &Outgoing,
    provider: &Provider,
    login: &Login<'_>,
    (code, redirect_uri, secret): (&str, &str, &str),
) -> Result<Claimed, Fault> {
    let fields = [
        ("client_id", provider.client_id.as_str()),
        ("client_secret", secret),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", &login.verifier()),
    ];
    let endpoint = ask::address(&format!("{}/login/oauth/access_token", provider.issuer))?;
    let token: Token = ask::json(outgoing, ask::form(endpoint, &fields, None)?, "token").await?;
    let get = |path: &str| {
        let base = match provider.issuer == PUBLIC.0 {
            true => PUBLIC.1.to_owned(),
            false => format!("{}/api/v3", provider.issuer),
        };
        let url = ask::address(&format!("{base}{path}"))?;
        ask::get(url, Some(&token.access_token))
    };
    let user: User = ask::json(outgoing, get("/user")?, "user").await?;
    // The address of the profile is whatever somebody wrote there; these are proved.
    let addresses: Vec<Address> = ask::json(
        outgoing,
        get("/user/emails?per_page=100")?,
        "list of addresses",
    )
    .await?;
    let primary = addresses.into_iter().find(|address| address.primary);
    let (email, is_verified) = primary
        .map(|address| (address.email, address.verified))
        .unzip();
    Ok(Claimed {
        // A login may be given to somebody else; an id is not.
        subject: user.id.to_string(),
        email,
        is_verified: is_verified.unwrap_or(false),
        name: user.name.unwrap_or(user.login),
    })
}
