//! Frames of libraries, drivers and frameworks, by their paths and names. Grouping has a list of
//! its own, which is frozen; here a line more changes no fingerprint.

use crate::occurrence::Frame;

/// Parts of paths.
const PATHS: [&str; 19] = [
    "/site-packages/",
    "/dist-packages/",
    "/lib/python",
    "<frozen ",
    "node_modules/",
    "node:",
    "<anonymous>",
    "/gems/",
    "/lib/ruby/",
    "<internal:",
    // `activerecord (7.1.2) lib/…`
    ") lib/",
    "/vendor/",
    "/pkg/mod/",
    "/usr/local/go/",
    "/.cargo/",
    "/rustc/",
    "/usr/lib/",
    "/usr/local/lib/",
    "/usr/share/",
];

/// Beginnings of modules and functions.
#[rustfmt::skip]
const NAMES: [&str; 62] = [
    "java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.",
    "android.", "androidx.", "dalvik.", "org.apache.", "org.springframework.", "org.hibernate.",
    "org.postgresql.", "org.eclipse.", "com.mysql.", "com.zaxxer.", "com.fasterxml.",
    "com.google.", "io.netty.", "io.grpc.", "io.lettuce.", "redis.clients.", "okhttp3.",
    "retrofit2.", "feign.", "reactor.", "System.", "Interop.", "Microsoft.", "Npgsql.",
    "StackExchange.", "Newtonsoft.", "MySql.", "UnityEngine.", "Polly.", "Illuminate\\",
    "Symfony\\", "Doctrine\\", "GuzzleHttp\\", "Laravel\\", "Predis\\", "PDO", "std::", "core::",
    "alloc::", "<core::", "<alloc::", "<std::", "tokio::", "hyper::", "hyper_util::", "reqwest::",
    "sqlx_core::", "anyhow::", "<E as anyhow", "serde_json::", "futures_util::", "runtime.",
    "JSON.",
];
/// Packages of Go's own library, whose names have no dot in their first part.
const PACKAGES: [&str; 9] = [
    "runtime", "testing", "net", "database", "encoding", "os", "io", "reflect", "sync",
];

pub(in crate::analysis) fn is_foreign(frame: &Frame) -> bool {
    let paths = [&frame.abs_path, &frame.filename, &frame.package];
    let mut paths = paths.into_iter().flatten();
    let names = [&frame.module, &frame.function];
    let mut names = names.into_iter().flatten();
    let package = frame
        .module
        .as_deref()
        .and_then(|name| name.split('/').next());
    paths.any(|path| PATHS.iter().any(|mark| path.contains(mark)))
        || names.any(|name| NAMES.iter().any(|mark| name.starts_with(mark)))
        || package.is_some_and(|package| is_go(frame) && PACKAGES.contains(&package))
}

fn is_go(frame: &Frame) -> bool {
    let file = frame.filename.as_deref().unwrap_or_default();
    file.ends_with(".go")
}
