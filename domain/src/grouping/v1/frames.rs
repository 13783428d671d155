//! Which frame of a stack decides, and what of it counts.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::panics;
use crate::occurrence::{Frame, Stacktrace};

/// Paths, modules and packages of libraries, where the sender marked nothing.
const LIBRARY: [&str; 36] = [
    "/site-packages/",
    "/dist-packages/",
    "/lib/python",
    "<frozen ",
    "/node_modules/",
    "node:internal",
    "node:",
    "/usr/lib/",
    "/usr/local/lib/",
    "/gems/",
    "/vendor/",
    "/pkg/mod/",
    "/usr/local/go/",
    "/.cargo/registry/",
    "/rustc/",
    "java.",
    "javax.",
    "jdk.",
    "sun.",
    "com.sun.",
    "kotlin.",
    "kotlinx.",
    "scala.",
    "clojure.",
    "org.springframework.",
    "android.",
    "androidx.",
    "dalvik.",
    "System.",
    "Microsoft.",
    "std::",
    "core::",
    "alloc::",
    "tokio::",
    "runtime.",
    "/System/Library/",
];

/// Files that only make up for old browsers: never the cause.
const POLYFILL: [&str; 6] = [
    "core-js",
    "@babel/",
    "tslib",
    "regenerator-runtime",
    "zone.js",
    "polyfill",
];

static PROXY: LazyLock<Regex> = LazyLock::new(|| {
    // What proxy generators, compilers and reflection add to a name.
    pattern(concat!(
        r"\$\$(?:EnhancerBy|FastClassBy)\w*?(?:CGLIB|Guice)?\$\$[0-9a-fA-F]+(?:\$[0-9a-fA-F]+)*",
        r"|\$\$(?:EnhancerBy|FastClassBy)\w+",
        r"|_\$\$_javassist\w*(?:_\d+)?|_\$\$_jvst\w+|\$HibernateProxy\$\w+",
        r"|\$\$Lambda(?:[$/][\w/.]+)*|/0x[0-9a-fA-F]+",
        r"|::h[0-9a-f]{16}\b",
        r"|__\d+(?:_\d+)*\b",
        r"|0x[0-9a-fA-F]+",
        r"|\d+",
    ))
});
static GENERIC: LazyLock<Regex> = LazyLock::new(|| pattern(r"<[^<>]*>"));
static VERSION_IN_PATH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[@-]v?\d+(?:\.\d+)+(?:[-+.][0-9A-Za-z.]+)?|/v?\d+(?:\.\d+)+/"));
static HASH_IN_FILE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[0-9a-fA-F]{8,}\b"));

#[expect(
    clippy::expect_used,
    reason = "constant patterns, compiled by the tests"
)]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// What of the deciding frame counts: module or file, and function.
pub(super) fn deciding(stack: &Stacktrace, platform: &str) -> Option<String> {
    deciding_frame(stack, platform).and_then(|frame| identity(frame, platform))
}

/// The topmost frame of the application; of all frames where none is the application's.
pub(super) fn deciding_frame<'a>(stack: &'a Stacktrace, platform: &str) -> Option<&'a Frame> {
    let frames = panics::below(&stack.frames);
    let marked = frames.iter().any(|frame| frame.in_app == Some(true));
    let own = |frame: &&Frame| {
        if marked {
            frame.in_app == Some(true) && !panics::is_foreign(frame)
        } else {
            frame.in_app.is_none() && !is_library(frame)
        }
    };
    let useful = |frame: &&Frame| !is_polyfill(frame) && identity(frame, platform).is_some();
    let chosen: Vec<&Frame> = frames.iter().filter(own).filter(useful).collect();
    let chosen = if chosen.is_empty() {
        frames.iter().filter(useful).collect()
    } else {
        chosen
    };
    unrecursed(&chosen, platform)
}

/// The top frame; of a recursion, whose depth is chance, always the same member of the circle.
fn unrecursed<'a>(frames: &[&'a Frame], platform: &str) -> Option<&'a Frame> {
    let top = *frames.last()?;
    let name = identity(top, platform);
    let first = frames
        .iter()
        .position(|frame| identity(frame, platform) == name)?;
    let circle = &frames[first..];
    if circle.len() <= 2 {
        return Some(top);
    }
    let mut seen = HashSet::new();
    let repeated: Vec<_> = circle
        .iter()
        .filter(|frame| !seen.insert(identity(frame, platform)))
        .copied()
        .collect();
    repeated
        .into_iter()
        .min_by_key(|frame| identity(frame, platform))
        .or(Some(top))
}

fn is_library(frame: &Frame) -> bool {
    [
        &frame.abs_path,
        &frame.filename,
        &frame.module,
        &frame.package,
        &frame.function,
    ]
    .into_iter()
    .flatten()
    .any(|text| {
        LIBRARY.iter().any(|mark| {
            if mark.starts_with('/') {
                text.contains(mark)
            } else {
                text.starts_with(mark)
            }
        })
    })
}

fn is_polyfill(frame: &Frame) -> bool {
    [&frame.abs_path, &frame.filename, &frame.module]
        .into_iter()
        .flatten()
        .any(|text| POLYFILL.iter().any(|mark| text.contains(mark)))
}

/// Module and function; file and function where there is no module; the source line, and last
/// the line number, where the function has no name.
fn identity(frame: &Frame, platform: &str) -> Option<String> {
    let platform = frame.platform.as_deref().unwrap_or(platform);
    let function = frame
        .function
        .as_deref()
        .map(|name| clean_function(name, platform));
    let function = function.filter(|name| !is_nameless(name));
    let place = place(frame, platform);
    match (place, function) {
        (Some(place), Some(function)) => Some(format!("{place} in {function}")),
        (None, Some(function)) => Some(function),
        (Some(place), None) => {
            let line = frame
                .context_line
                .as_deref()
                .map(|line| line.trim().to_owned());
            let line = line.or_else(|| frame.lineno.map(|line| line.to_string()));
            Some(format!("{place} at {}", line.unwrap_or_default()))
        }
        (None, None) => None,
    }
}

/// One-letter names under a bundler are made new with each build, and say nothing.
fn is_nameless(function: &str) -> bool {
    matches!(
        function,
        "" | "?" | "<anonymous>" | "anonymous" | "<unknown>" | "Anonymous function" | "{closure}"
    )
}

fn place(frame: &Frame, platform: &str) -> Option<String> {
    let is_web = matches!(platform, "javascript" | "node");
    // A browser's module is its address without the ending, and its host differs by deployment.
    let module = frame
        .module
        .as_deref()
        .filter(|module| !is_web || !module.contains('/'));
    if let Some(module) = module {
        return Some(clean_name(module));
    }
    let file = frame
        .filename
        .as_deref()
        .or(frame.abs_path.as_deref())
        .or(frame.package.as_deref())?;
    let file = file.split(['?', '#']).next().unwrap_or(file);
    let file = file.strip_prefix("blob:").unwrap_or(file);
    let file = match file.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("", |(_, path)| path),
        None => file,
    };
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let short = if is_web || file.starts_with('/') {
        name
    } else {
        file
    };
    let short = VERSION_IN_PATH.replace_all(short, "");
    let short = HASH_IN_FILE.replace_all(&short, "<hash>");
    Some(short.into_owned()).filter(|short| !short.is_empty())
}

/// A function's name without what varies from build to build or run to run.
fn clean_function(name: &str, platform: &str) -> String {
    let name = name.trim();
    let name = match platform {
        // `Foo.testMethod`, `testMethod`, `test/<`, `async testMethod`, `new Foo`
        "javascript" | "node" => {
            let name = name.strip_prefix("async ").unwrap_or(name);
            let name = name.strip_prefix("new ").unwrap_or(name);
            let name = name.split(['/', '[']).next().unwrap_or(name).trim();
            name.rsplit('.').next().unwrap_or(name)
        }
        "php" => name.split('\0').next().unwrap_or(name),
        _ => name,
    };
    let name = name.split("@anonymous").next().unwrap_or(name);
    let name = name.replace("`anonymous namespace'", "(anonymous namespace)");
    clean_name(&without_generics(&name))
}

/// Template and type arguments; `<lambda>`, `<module>`, `<init>` and operators are names.
fn without_generics(name: &str) -> String {
    if !name.contains('<') || name.starts_with('<') || name.contains("operator") {
        return name.to_owned();
    }
    let mut name = name.to_owned();
    for _ in 0..8 {
        let next = GENERIC.replace_all(&name, "").into_owned();
        if next == name {
            break;
        }
        name = next;
    }
    name
}

/// A class or module name without generated parts and numbers.
pub(super) fn clean_name(name: &str) -> String {
    PROXY.replace_all(name, "").into_owned()
}
