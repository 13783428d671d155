//! The two cookies of a browser: the session, which no script sees, and the CSRF token, which the
//! page's own script reads to send it back as a header. And a third while it is at an identity provider.

use axum::http::{HeaderMap, HeaderValue, Uri, header};
use bugsage_commands::people::COOKIE_LIFETIME;
use bugsage_commands::people::provider::LOGIN_LIFETIME;

use crate::state::App;

/// How cookies are called and kept; `__Host-` has browsers refuse one that another host or path set.
struct Style {
    session: &'static str,
    csrf: &'static str,
    login: &'static str,
    secure: &'static str,
}

const SAFE: Style = Style {
    session: "__Host-bugsage",
    csrf: "__Host-bugsage-csrf",
    login: "__Host-bugsage-login",
    secure: "; Secure",
};

/// For a service on the developer's own machine, without TLS.
const LOCAL: Style = Style {
    session: "bugsage",
    csrf: "bugsage-csrf",
    login: "bugsage-login",
    secure: "",
};

fn style(app: &App) -> &'static Style {
    match is_local(&app.settings.server.public_url) {
        true => &LOCAL,
        false => &SAFE,
    }
}

/// Whether an address is `http://` on this machine.
fn is_local(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let loopback = host
        .parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    uri.scheme_str() == Some("http")
        && (loopback || host == "localhost" || host.ends_with(".localhost"))
}

/// The session's cookie in a request.
pub(super) fn session<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    find(headers, style(app).session)
}

/// The cookie of a sign-in under way.
pub(super) fn login<'a>(app: &App, headers: &'a HeaderMap) -> Option<&'a str> {
    find(headers, style(app).login)
}

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(given, _)| *given == name)
        .map(|(_, value)| value)
}

/// Sets both cookies.
pub(super) fn set(app: &App, headers: &mut HeaderMap, session: &str, csrf: &str) {
    put(app, headers, session, csrf, COOKIE_LIFETIME.num_seconds());
}

/// Takes both away.
pub(super) fn clear(app: &App, headers: &mut HeaderMap) {
    put(app, headers, "", "", 0);
}

/// Sets the cookie of a sign-in under way. It comes back with the provider's redirect, for that is a
/// navigation (`Lax`).
pub(super) fn set_login(app: &App, headers: &mut HeaderMap, secret: &str) {
    put_login(app, headers, secret, LOGIN_LIFETIME.num_seconds());
}

/// Takes it away.
pub(super) fn clear_login(app: &App, headers: &mut HeaderMap) {
    put_login(app, headers, "", 0);
}

fn put_login(app: &App, headers: &mut HeaderMap, secret: &str, seconds: i64) {
    let style = style(app);
    let rest = rest(style, seconds);
    append(
        headers,
        &format!("{}={secret}; {rest}; HttpOnly", style.login),
    );
}

fn put(app: &App, headers: &mut HeaderMap, session: &str, csrf: &str, seconds: i64) {
    let style = style(app);
    let rest = rest(style, seconds);
    append(
        headers,
        &format!("{}={session}; {rest}; HttpOnly", style.session),
    );
    append(headers, &format!("{}={csrf}; {rest}", style.csrf));
}

fn rest(style: &Style, seconds: i64) -> String {
    format!("Path=/; Max-Age={seconds}; SameSite=Lax{}", style.secure)
}

fn append(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn only_this_machine_without_tls_gets_cookies_that_are_not_secure() {
        for url in [
            "http://127.0.0.1:8000",
            "http://localhost:8000/errors",
            "http://[::1]:80",
            "http://bugs.localhost",
        ] {
            assert!(is_local(url), "{url}");
        }
        for url in [
            "https://127.0.0.1",
            "http://bugs.example",
            "http://localhost.example",
            "http://10.0.0.1",
            "x",
        ] {
            assert!(!is_local(url), "{url}");
        }
    }
}
