//! Which keys name a secret.

use super::text;

/// Keys that name a secret wherever these stand in them; compared without case, `-`, `_`, `.` and spaces.
const WITHIN: [&str; 18] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "apikey",
    "accesstoken",
    "authtoken",
    "refreshtoken",
    "idtoken",
    "sessiontoken",
    "bearertoken",
    "privatekey",
    "credential",
    "authorization",
    "setcookie",
    "csrf",
    "xsrf",
    "creditcard",
];
/// Keys that are a secret if they are just this.
const WHOLE: [&str; 16] = [
    "token",
    "auth",
    "cookie",
    "cookies",
    "sessionid",
    "phpsessid",
    "jsessionid",
    "pwd",
    "pin",
    "cvc",
    "cvv",
    "ssn",
    "cardnumber",
    "xapitoken",
    "xauthtoken",
    "signature",
];
/// Keys whose values group and find an error: never touched by patterns.
const EXEMPT: [&str; 24] = [
    "event_id",
    "timestamp",
    "release",
    "function",
    "module",
    "filename",
    "abs_path",
    "platform",
    "version",
    "trace_id",
    "span_id",
    "parent_span_id",
    "instruction_addr",
    "image_addr",
    "symbol_addr",
    "debug_id",
    "code_id",
    "debug_file",
    "code_file",
    "dist",
    "level",
    "type",
    "context_line",
    "package",
];

/// What a project wants scrubbed beyond secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// E-mail addresses.
    pub emails: bool,
    /// IP addresses.
    pub ip_addresses: bool,
    keys: Vec<String>,
}

impl Rules {
    /// Rules of a project; `keys` are more words that name a secret wherever they stand in a key.
    #[must_use]
    pub fn new(emails: bool, ip_addresses: bool, keys: Vec<String>) -> Self {
        let keys = keys
            .iter()
            .map(|key| plain(key))
            .filter(|key| !key.is_empty())
            .collect();
        Self {
            emails,
            ip_addresses,
            keys,
        }
    }

    /// A text without secrets, by the same patterns as events.
    #[must_use]
    pub fn scrub(&self, text: &str) -> String {
        text::clean(text, self).map_or_else(|| text.to_owned(), |(text, _)| text)
    }

    /// Whether the value of this key is a secret whatever it is.
    pub(super) fn is_secret(&self, key: &str) -> bool {
        let key = plain(key);
        WHOLE.contains(&key.as_str())
            || WITHIN.iter().any(|word| key.contains(word))
            || self.keys.iter().any(|word| key.contains(word.as_str()))
            || (self.emails && key == "email")
            || (self.ip_addresses && (key == "ipaddress" || key == "remoteaddr"))
    }
}

/// Whether patterns leave the value of this key alone.
pub(super) fn is_exempt(key: &str) -> bool {
    EXEMPT.contains(&key)
}

fn plain(key: &str) -> String {
    key.chars()
        .filter(|c| !matches!(c, '-' | '_' | '.' | ' '))
        .map(|c| c.to_ascii_lowercase())
        .collect()
}
