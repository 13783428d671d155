//! Keys of projects, in every place where SDKs put them.

use super::headers::body;
use crate::case::{Case, answered, cases as table, refused, taken};
use crate::service::{KEY, PROJECT};
use crate::wire::Request;

pub(super) fn cases() -> Vec<Case> {
    let path = format!("/api/{PROJECT}/envelope/");
    let asked = |query: &str| Request::new("POST", &format!("{path}?{query}"), body());
    let auth = |value: &[u8]| Request::new("POST", &path, body()).header("x-sentry-auth", value);
    let unknown = || refused(403, "sentry_key is unknown");
    let none = || refused(403, "no key");
    table(
        "a key",
        [
            ("that is none", asked("sentry_key"), none()),
            ("that is empty", asked("sentry_key="), none()),
            ("that is unknown", asked("sentry_key=1"), unknown()),
            ("of NUL", asked("sentry_key=%00"), unknown()),
            ("of broken escapes", asked("sentry_key=%e2%28%"), unknown()),
            ("of invalid UTF-8", asked("sentry_key=%ff%fe"), unknown()),
            (
                "of SQL",
                asked("sentry_key=%27%20or%201%3d1%20--"),
                unknown(),
            ),
            (
                "of 50,000 bytes",
                asked(&format!("sentry_key={}", "a".repeat(50_000))),
                unknown(),
            ),
            (
                "in capitals and with spaces",
                asked(&format!("sentry_key=+{KEY}+")),
                unknown(),
            ),
            (
                "given 1,000 times",
                asked(&format!("sentry_key={KEY}&").repeat(1_000)),
                taken(1),
            ),
            (
                "of another project",
                asked("sentry_key=00000000000000000000000000000008"),
                refused(403, "another project"),
            ),
            (
                "in a header, and another in the query",
                asked("sentry_key=1").header("x-sentry-auth", format!("Sentry sentry_key={KEY}")),
                refused(403, "different keys"),
            ),
            (
                "in a header without a scheme",
                auth(format!("sentry_key={KEY}").as_bytes()),
                taken(1),
            ),
            (
                "in a header of bytes",
                auth(b"Sentry sentry_key=\xff"),
                none(),
            ),
            ("in a header of commas", auth(&b",=".repeat(50_000)), none()),
            ("in a header of quotes", auth(&b"\"".repeat(1_000)), none()),
            (
                "in a multibyte scheme",
                auth("Sentr\u{e9} sentry_key=1".as_bytes()),
                none(),
            ),
            (
                "as a password",
                Request::new("POST", &path, body()).header("authorization", "Basic Og=="),
                none(),
            ),
            (
                "in a cookie",
                Request::new("POST", &path, body()).header("cookie", format!("sentry_key={KEY}")),
                none(),
            ),
            (
                "missing, with a bomb behind it",
                Request::new("POST", &path, vec![b' '; 1 << 20]).encoded("gzip"),
                answered(400, "not valid gzip", 0),
            ),
        ],
    )
}
