//! The two cookies of a browser: the session, which no script sees, and the CSRF token, which the
//! page's own script reads to send it back as a header.

use axum::http::{HeaderMap, HeaderValue, Uri, header};
use bugsage_commands::people::COOKIE_LIFETIME;

use crate::state::App;

/// How cookies are called and kept; `__Host-` has browsers refuse one that another host or path set.
struct Style {
    session: &'static str,
    csrf: &'static str,
    secure: &'static str,
}

const SAFE: Style = Style {
    session: "__Host-bugsage",
    csrf: "__Host-bugsage-csrf",
    secure: "; Secure",
};

/// For a service on the developer's own machine, without TLS.
const LOCAL: Style = Style {
    session: "bugsage",
    csrf: "bugsage-csrf",
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
    let name = style(app).session;
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

fn put(app: &App, headers: &mut HeaderMap, session: &str, csrf: &str, seconds: i64) {
    let style = style(app);
    let rest = format!("Path=/; Max-Age={seconds}; SameSite=Lax{}", style.secure);
    for cookie in [
        format!("{}={session}; {rest}; HttpOnly", style.session),
        format!("{}={csrf}; {rest}", style.csrf),
    ] {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, value);
        }
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
