//! Addresses that are almost right.

use crate::case::{Case, cases as table, keyed, refused, taken};
use crate::service::PROJECT;
use crate::wire::{Request, framed};

pub(super) fn cases() -> Vec<Case> {
    let to = |path: &str| {
        let body = framed(&[br#"{"message":"addressed"}"#]);
        (
            path.chars().take(60).collect::<String>(),
            Request::new("POST", &keyed(path), body),
        )
    };
    // Whatever stands in the project's place, even nothing, is compared with the key's project:
    // who asks does not learn which projects there are.
    let another = || refused(403, "another project");
    let nowhere = || refused(404, "");
    let with = |expected: crate::case::Expected| move |(name, request)| (name, request, expected);
    let others = [
        "/api//envelope/",
        "/api/0/envelope/",
        "/api/-7/envelope/",
        "/api/07/envelope/",
        "/api/7.0/envelope/",
        "/api/+7/envelope/",
        "/api/%EF%BC%97/envelope/",
        "/api/7%00/envelope/",
        "/api/%2e%2e/envelope/",
        "/api/7%2f8/envelope/",
        "/api/99999999999999999999999999/envelope/",
        "/api/null/envelope/",
        "/api/'/envelope/",
        "/api/%27%20or%201%3d1/envelope/",
    ]
    .map(to)
    .map(with(another()));
    let nowheres = [
        "/api/7/envelope//",
        "/api/7/ENVELOPE/",
        "/api/7/envelope/x",
        "/api/7/../7/envelope/",
        "/a/b/c/d/api/7/envelope/",
        "/api/7/minidump/",
        "/api/7/security/",
        "/../../../../etc/passwd",
        "/.git/config",
        "/%2e%2e/%2e%2e/etc/passwd",
    ]
    .map(to)
    .map(with(nowhere()));
    let long = to(&"/a".repeat(20_000));
    let good = to(&format!("/%2e%2e/api/{PROJECT}/envelope/"));
    let broken = to("/api/%ff/envelope/");
    table(
        "an address",
        others.into_iter().chain(nowheres).chain([
            with(nowhere())(long),
            with(taken(1))(good),
            with(refused(403, "the address names no project"))(broken),
        ]),
    )
}
