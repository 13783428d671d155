//! Which keys hold secrets.

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Secret when the key, joined, ends so: catches `accessToken`, `DB_PASSWORD`, `PHPSESSID`.
const ENDINGS: [&str; 34] = [
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "passcode",
    "pincode",
    "secret",
    "secrets",
    "token",
    "accesstokens",
    "authtokens",
    "refreshtokens",
    "tokenvalue",
    "tokenstring",
    "apikey",
    "apikeys",
    "privatekey",
    "privatekeypem",
    "encryptionkey",
    "signingkey",
    "sessionkey",
    "cardnumber",
    "amzsignature",
    "accesskey",
    "secretkey",
    "authorization",
    "cookie",
    "cookies",
    "credential",
    "credentials",
    "sessionid",
    "sessid",
    "csrf",
    "xsrf",
];
/// Secret as the last word only: `author` and `session_count` are not.
const LAST_WORDS: [&str; 15] = [
    "auth",
    "bearer",
    "creds",
    "cvc",
    "cvv",
    "otp",
    "pass",
    "pw",
    "ssn",
    "session",
    "dsn",
    "pwd",
    "jwt",
    "authentication",
    "sid",
];
/// Secret as any word: `password_confirmation`, `secret_access_key`.
const ANY_WORDS: [&str; 8] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "authorization",
    "credentials",
    "csrf",
    "xsrf",
];
/// A last word that says the value describes the secret and does not hold it.
const DESCRIBES: [&str; 10] = [
    "count", "total", "type", "length", "size", "enabled", "required", "timeout", "ttl", "policy",
];

/// What the joined form of each sensitive key contains. Most keys of an event contain none, and
/// are not worth splitting.
const STEMS: [&str; 22] = [
    "amz", "auth", "bearer", "card", "cookie", "cred", "csrf", "cvc", "cvv", "dsn", "jwt", "key",
    "otp", "pass", "pin", "pw", "secret", "sess", "sid", "ssn", "token", "xsrf",
];

static STEM: LazyLock<AhoCorasick> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a few constant words")]
    AhoCorasick::builder()
        .kind(Some(aho_corasick::AhoCorasickKind::DFA))
        .build(STEMS)
        .expect("few words")
});

/// True if the value under this key must go.
pub(super) fn is_sensitive(key: &str, extra: &[String]) -> bool {
    is_extra(key, extra) || is_secret(key)
}

/// True if it must go whatever the project wants.
fn is_secret(key: &str) -> bool {
    if !has_stem(key) {
        return false;
    }
    let words = words(key);
    let joined = words.concat();
    let Some(last) = words.last() else {
        return false;
    };
    let last = last.trim_end_matches(|c: char| c.is_ascii_digit());
    if DESCRIBES.contains(&last) {
        return false;
    }
    let stem = joined.trim_end_matches(|c: char| c.is_ascii_digit());
    ENDINGS.iter().any(|e| stem.ends_with(e))
        || LAST_WORDS.contains(&last)
        || LAST_WORDS.contains(&stem)
        || words.iter().any(|w| ANY_WORDS.contains(&w.as_str()))
}

/// False only where no list above can match.
fn has_stem(key: &str) -> bool {
    let mut joined = [0_u8; 64];
    if key.len() > joined.len() || !key.is_ascii() {
        return true;
    }
    let mut length = 0;
    for byte in key.bytes().filter(u8::is_ascii_alphanumeric) {
        joined[length] = byte.to_ascii_lowercase();
        length += 1;
    }
    STEM.is_match(&joined[..length])
}

/// True if a key that the project added is a part of this one.
pub(super) fn is_extra(key: &str, extra: &[String]) -> bool {
    if extra.is_empty() {
        return false;
    }
    let joined = words(key).concat();
    extra
        .iter()
        .map(|extra| words(extra).concat())
        .any(|extra| !extra.is_empty() && joined.contains(&extra))
}

/// The lower-cased words of `snake_case`, `kebab-case`, `camelCase` and `dotted.keys`.
fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let mut lower_before = false;
    for c in key.chars() {
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        if !open || (c.is_uppercase() && lower_before) {
            words.push(String::new());
        }
        open = true;
        lower_before = c.is_lowercase();
        if let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sensitive_word_has_a_stem() {
        for word in [&ENDINGS[..], &LAST_WORDS[..], &ANY_WORDS[..]].concat() {
            assert!(has_stem(word), "{word}");
            assert!(is_sensitive(word, &[]), "{word}");
        }
    }
}
