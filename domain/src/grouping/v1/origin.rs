//! Whose code a frame is: the application's, a library's, or plumbing that no error is of.

use crate::occurrence::Frame;

/// Paths and packages of libraries, where the sender marked nothing. With a slash before: also
/// anywhere in a path; else: at its beginning.
const LIBRARY_PATHS: [&str; 27] = [
    "/site-packages/",
    "/dist-packages/",
    "/lib/python",
    "<frozen ",
    "asyncio/",
    "/node_modules/",
    "node:",
    "/usr/lib/",
    "/usr/local/lib/",
    "/usr/include/",
    "/gems/",
    "/lib/ruby/",
    "<internal:",
    "/vendor/",
    "/pkg/mod/",
    "/usr/local/go/",
    "/.cargo/registry/",
    "/rustc/",
    "/System/Library/",
    "UIKit",
    "CoreFoundation",
    "libdispatch",
    "libsystem_",
    "libc.so",
    "libstdc++",
    "ntdll",
    "KERNEL",
];

/// Modules and functions of libraries, by how they begin.
const LIBRARY_NAMES: [&str; 35] = [
    "java.",
    "javax.",
    "jakarta.",
    "jdk.",
    "sun.",
    "com.sun.",
    "kotlin.",
    "kotlinx.",
    "scala.",
    "akka.",
    "groovy.",
    "clojure.",
    "org.springframework.",
    "org.hibernate.",
    "org.apache.catalina.",
    "org.apache.tomcat.",
    "org.eclipse.jetty.",
    "org.junit.",
    "io.netty.",
    "reactor.",
    "android.",
    "androidx.",
    "com.android.",
    "dalvik.",
    "System.",
    "Microsoft.",
    "UnityEngine.",
    "std::",
    "core::",
    "alloc::",
    "tokio::",
    "futures_util::",
    "__libc_",
    "__pthread_",
    "runtime.",
];

/// Files that only make up for old browsers.
const POLYFILL: [&str; 6] = [
    "core-js",
    "@babel/",
    "tslib",
    "regenerator-runtime",
    "zone.js",
    "polyfill",
];

/// Modules and functions that hand a call or a failure on, by how they begin.
const PLUMBING: [&str; 32] = [
    "System.Runtime.CompilerServices.",
    "System.Runtime.ExceptionServices.",
    "System.Threading.",
    "java.lang.reflect.",
    "jdk.internal.reflect.",
    "sun.reflect.",
    "kotlin.coroutines.",
    "kotlinx.coroutines.",
    "asyncio.",
    "asyncio/",
    "concurrent.futures.",
    "concurrent/futures/",
    "asgiref.",
    "node:internal/process/",
    "core::future::",
    "core::ops::function::",
    "core::panicking::",
    "core::option::",
    "core::result::",
    "std::panicking::",
    "std::panic::",
    "std::sys::backtrace::",
    "std::sys_common::backtrace::",
    "tokio::runtime::",
    "futures_util::future::",
    "rust_begin_unwind",
    "__rust_begin_short_backtrace",
    "__cxa_throw",
    "__pthread_kill",
    "__assert_fail",
    "__exceptionPreprocess",
    "objc_exception_throw",
];

/// Functions of the same kind, by their whole name.
const PLUMBING_FUNCTIONS: [&str; 23] = [
    "asyncGeneratorStep",
    "_asyncToGenerator",
    "__awaiter",
    "__generator",
    "Generator.next",
    "Generator.throw",
    "processTicksAndRejections",
    "runMicrotasks",
    "new Promise",
    "Promise.all",
    "Promise.then",
    "async Promise.all",
    "<listcomp>",
    "<dictcomp>",
    "<setcomp>",
    "<genexpr>",
    "abort",
    "raise",
    "rust_panic",
    "start_thread",
    "gopanic",
    "panicmem",
    "sigpanic",
];

pub(super) fn is_library(frame: &Frame) -> bool {
    let function = frame.function.as_deref().map(bare);
    let mut names = frame.module.as_deref().into_iter().chain(function);
    places(frame).any(|place| LIBRARY_PATHS.iter().any(|mark| bears(place, mark)))
        || names.any(|name| LIBRARY_NAMES.iter().any(|mark| name.starts_with(mark)))
}

/// Never the cause, whatever the sender marked.
pub(super) fn is_plumbing(frame: &Frame) -> bool {
    let function = frame.function.as_deref().map(bare);
    places(frame).any(|text| POLYFILL.iter().any(|mark| text.contains(mark)))
        || places(frame)
            .map(|place| place.trim_start_matches('/'))
            .chain(function)
            .any(|text| PLUMBING.iter().any(|mark| text.starts_with(mark)))
        || frame.function.as_deref().is_some_and(|name| {
            let name = name.split(" (").next().unwrap_or(name);
            PLUMBING_FUNCTIONS.contains(&name)
        })
}

fn places(frame: &Frame) -> impl Iterator<Item = &str> {
    [
        &frame.abs_path,
        &frame.filename,
        &frame.module,
        &frame.package,
    ]
    .into_iter()
    .filter_map(|text| text.as_deref())
}

/// `<alloc::boxed::Box<F> as …>::call` → `alloc::boxed::…`, `<F as core::future::…` → `core::future::…`
fn bare(function: &str) -> &str {
    let name = function.trim_start_matches(['<', '&']);
    match name.split_once(" as ") {
        Some((parameter, of)) if parameter.len() == 1 => of,
        _ => name,
    }
}

fn bears(text: &str, mark: &str) -> bool {
    match mark.strip_prefix('/') {
        Some(beginning) => text.starts_with(beginning) || text.contains(mark),
        None => text.starts_with(mark),
    }
}
