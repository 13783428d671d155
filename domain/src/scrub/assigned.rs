//! Secrets that stand behind their name in a text: `password=…`, `"token": "…"`, `Cookie: …`.

use super::text::{looks_random, pattern};
use super::{FILTERED, keys};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What stands between a name and its value: an optional closing bracket or quote, then a sign.
const SIGN: &str = r#"(?:(?:\]|%5D|\\*["'])?\s*(?:=>|[:=,])\s*|\s+)"#;
/// Words of parsers and protocols too: a mere colon behind them is prose.
const WEAK: [&str; 9] = [
    "token",
    "authorization",
    "cookie",
    "cookies",
    "session",
    "csrf",
    "xsrf",
    "auth",
    "sid",
];

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        concat!(
            "(?i)(?:password|passwd|passphrase|passcode|pwd|secret",
            "|(?:api|private|access|encryption|signing)[ _-]?key",
            "|(?:access|auth|refresh|api|csrf|session|security)[_-]?token|amz-(?:signature|credential)",
            "|token|authorization|cookies?|session|sess(?:ion)?[_-]?id|csrf|xsrf|jwt",
            r"|(?-u:\b)auth|(?-u:\b)sid){}"
        ),
        SIGN
    ))
});
static ANY: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"[\w.-]+{SIGN}")));
/// To the end of the line: a cookie holds several values.
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)(?-u:\b)(?:(?:proxy-)?authorization|(?:set-)?cookie|x-(?:[a-z0-9-]+-)?(?:key|token|secret|auth)[a-z0-9-]*):[ \t]*(?P<value>[^\r\n"'\\]+)"#,
    )
});

/// The values behind names that are sensitive anyway.
pub(super) fn named(text: &str) -> Vec<Range<usize>> {
    values(text, &NAMED, |_| true)
}

/// The values behind the names that a project added.
pub(super) fn extra(text: &str, extra: &[String]) -> Vec<Range<usize>> {
    values(text, &ANY, |name| keys::is_extra(name, extra))
}

/// The values of headers that are written as lines.
pub(super) fn headers(text: &str) -> Vec<Range<usize>> {
    HEADER
        .captures_iter(text)
        .filter_map(|header| header.name("value"))
        .filter(|value| value.as_str().trim_end() != FILTERED)
        .map(|value| value.range())
        .collect()
}

fn values(text: &str, names: &Regex, wanted: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(all) = names.find_at(text, at) {
        at = all.end();
        let word = all
            .as_str()
            .trim_end_matches(|c: char| c.is_whitespace() || "=>:,\"'\\]".contains(c))
            .trim_end_matches("%5D");
        let name = Name {
            before: &text[..all.start()],
            sign: &all.as_str()[word.len()..],
            strong: !WEAK.iter().any(|weak| weak.eq_ignore_ascii_case(word)),
        };
        let opening = Opening::of(&text[at..]);
        if !wanted(word) || !name.goes_with(&opening) {
            continue;
        }
        // Only now, for to look for the end costs what the value is long.
        let value = opening.value(text, at);
        if name.hides(&text[value.clone()], &opening) {
            at = value.end;
            found.push(value);
        }
    }
    found
}

/// How a value begins.
#[derive(PartialEq)]
enum Opening {
    /// With a quote, behind so many bytes, the last ones so many backslashes.
    Quote {
        quote: u8,
        bytes: usize,
        slashes: usize,
    },
    Bracket,
    Bare,
    /// It is none, or was taken out already.
    Nothing,
}

impl Opening {
    fn of(rest: &str) -> Self {
        // Python's b'…' and u'…'.
        let prefix = rest.len()
            - rest
                .trim_start_matches(['b', 'B', 'r', 'R', 'u', 'U'])
                .len();
        for skipped in [0, prefix.min(2)] {
            let quoted = &rest[skipped..];
            let slashes = quoted.len() - quoted.trim_start_matches('\\').len();
            if let Some(quote @ (b'"' | b'\'')) = quoted.as_bytes().get(slashes) {
                let bytes = skipped + slashes;
                return match quoted[slashes + 1..].starts_with(FILTERED) {
                    true => Self::Nothing,
                    false => Self::Quote {
                        quote: *quote,
                        bytes,
                        slashes,
                    },
                };
            }
        }
        match rest.as_bytes().first() {
            None | Some(b'=') => Self::Nothing,
            Some(_) if rest.starts_with(FILTERED) => Self::Nothing,
            Some(b'[' | b'{') => Self::Bracket,
            Some(_) => Self::Bare,
        }
    }

    /// The value that begins so at this place.
    fn value(&self, text: &str, start: usize) -> Range<usize> {
        let bytes = text.as_bytes();
        match *self {
            Self::Quote {
                quote,
                bytes: before,
                slashes,
            } => {
                let first = start + before + 1;
                first..first + quoted_length(&bytes[first..], quote, slashes)
            }
            Self::Bracket => start..start + bracketed_length(&bytes[start..]),
            Self::Bare => start..start + bare_length(&text[start..]),
            Self::Nothing => start..start,
        }
    }
}

/// A name that may stand before a secret.
struct Name<'t> {
    before: &'t str,
    sign: &'t str,
    strong: bool,
}

impl Name<'_> {
    /// Whether the sign makes what follows its value.
    fn goes_with(&self, opening: &Opening) -> bool {
        let quoted = matches!(opening, Opening::Quote { .. });
        match self.sign.trim() {
            _ if *opening == Opening::Nothing => false,
            "=" | "=>" => self.sign == "=" || self.sign == "=>" || quoted || self.strong,
            ":" => self.strong,
            // `--password hush`
            "" => word_before(self.before).starts_with("--"),
            "," => false,
            // `('password', 'hush')`
            closed if closed.ends_with(',') => {
                let open = &self.before[..self.before.len() - word_before(self.before).len()];
                quoted && (open.ends_with("('") || open.ends_with("(\""))
            }
            _ => true,
        }
    }

    /// Whether the value is a secret at all.
    fn hides(&self, value: &str, opening: &Opening) -> bool {
        let bare = *opening == Opening::Bare;
        if value.is_empty() || (bare && is_literal(value)) {
            return false;
        }
        let counted = !self.strong && value.bytes().all(|b| b.is_ascii_digit());
        match self.sign {
            sign if !sign.contains(':') => true,
            ":" => true,
            // A name in prose: "password: this field is required".
            sign if sign.trim() == ":" && bare => looks_random(value),
            _ => !counted,
        }
    }
}

fn is_literal(word: &str) -> bool {
    matches!(word, "null" | "true" | "false" | "None" | "True" | "False")
}

/// The end of the word that a name may begin in the middle of.
fn word_before(before: &str) -> &str {
    let start = before
        .trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-')
        .len();
    &before[start..]
}

/// Up to the quote that closes, where the opening one has so many backslashes before it.
fn quoted_length(text: &[u8], quote: u8, slashes: usize) -> usize {
    let mut run = 0;
    for (at, byte) in text.iter().enumerate() {
        let closes = match slashes {
            0 => run % 2 == 0,
            _ => run <= slashes,
        };
        match *byte {
            b'\\' => run += 1,
            byte if byte == quote && closes => return at - run,
            _ => run = 0,
        }
    }
    text.len()
}

/// Up to the bracket that closes the first.
fn bracketed_length(text: &[u8]) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

fn bare_length(text: &str) -> usize {
    let end = |text: &str| {
        text.find(|c: char| c.is_whitespace() || "&;,\"'\\)}".contains(c))
            .unwrap_or(text.len())
    };
    let first = end(text);
    let scheme = ["bearer", "basic", "token"]
        .iter()
        .any(|scheme| scheme.eq_ignore_ascii_case(&text[..first]));
    match text[first..].strip_prefix(' ') {
        Some(credentials) if scheme => first + 1 + end(credentials),
        _ => first,
    }
}
