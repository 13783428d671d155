//! Where a function is defined, without what varies from build to build or host to host.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::names::{self, is_web, pattern};
use crate::occurrence::Frame;

/// `/v1.2.3/`, `rails-7.0.1`, `pkg@v1.2.3`, and the line in PHP's `(12) : eval()'d code`.
static VERSION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"[@-]v?\d+(?:\.\d+)+(?:[-+.][0-9A-Za-z.]+)?|/v?\d+(?:\.\d+)+/|\(\d+\)|\d{5,}")
});
/// The hash of a bundle, or that of a build in hexadecimal.
static HASH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b[0-9a-fA-F]{8,}\b|[-.][A-Za-z0-9_-]{8}(\.m?js)$"));

/// The module; the file where there is none.
pub(super) fn of(frame: &Frame, platform: &str, has_name: bool) -> Option<String> {
    // A browser's module is its address without the ending, and its host differs by deployment.
    let module = frame.module.as_deref();
    if let Some(module) = module.filter(|module| !is_web(platform) || !module.contains('/')) {
        let module = names::class(module);
        return Some(VERSION.replace_all(&module, "").into_owned());
    }
    let file = frame
        .filename
        .as_deref()
        .or(frame.abs_path.as_deref())
        .or(frame.package.as_deref())?;
    if is_web(platform) && has_name && is_address(file) {
        // The bundle's name is the build's: the function must serve.
        return None;
    }
    let short = without_folders(file, platform);
    if short.starts_with('<') || short == "[native code]" || short == "native code" {
        return Some(short.to_owned()).filter(|_| !is_web(platform));
    }
    let short = VERSION.replace_all(short, "");
    let short = HASH.replace_all(&short, |found: &Captures<'_>| match found.get(1) {
        Some(_) if is_word(&found[0]) => found[0].to_owned(),
        Some(ending) => format!("<hash>{}", ending.as_str()),
        None => "<hash>".to_owned(),
    });
    Some(short.into_owned()).filter(|short| !short.is_empty() && short != "<hash>")
}

/// Folders count where they are the source's own: not those of a host or a bundler.
fn without_folders<'a>(file: &'a str, platform: &str) -> &'a str {
    let file = file.split(['?', '#']).next().unwrap_or(file);
    let file = file.strip_prefix("blob:").unwrap_or(file);
    let (path, is_whole) = match file.split_once("://") {
        Some((_, rest)) => (rest.split_once('/').map_or("", |(_, path)| path), true),
        None => (file, file.starts_with(['/', '\\']) || file.contains(":\\")),
    };
    if is_whole || is_web(platform) {
        path.rsplit(['/', '\\']).next().unwrap_or(path)
    } else {
        path
    }
}

fn is_address(file: &str) -> bool {
    file.contains("://") || file.starts_with("blob:")
}

/// `-settings.js`; a hash of eight letters, all of them small, is one in a thousand.
fn is_word(ending: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'.');
    ending.bytes().all(is_plain)
}
