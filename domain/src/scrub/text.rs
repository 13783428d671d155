//! Secrets inside a string. Cheap tests keep patterns from running where they cannot match.

use super::seen::{CARD_DIGITS, Seen};
use super::{FILTERED, Rules, assigned};
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::LazyLock;

pub(super) fn pattern(source: &str) -> Regex {
    #[expect(
        clippy::unwrap_used,
        reason = "the patterns are constants that the tests run"
    )]
    Regex::new(source).unwrap()
}

static PEM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\z)")
});
static URL: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(://)[^\s/"'@:]*:[^\s/"']*@"#));
static SCHEME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)(?-u:\b)((?:bearer|basic)\s+)([A-Za-z0-9._~+/=-]{8,})"));
static KNOWN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?-u:eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?|(?:AKIA|ASIA)[0-9A-Z]{16}",
        r"|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|AIza[\w-]{35}",
        r"|bsk_[0-9a-f]{32}|[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|\bsk-[\w-]{20,}|xox[abprs]-[\w-]{10,}|whsec_[\w+/=]{16,}",
        r"|npm_[A-Za-z0-9]{36}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bhvs\.[\w-]{24,}|dop_v1_[0-9a-f]{64})",
    ))
});
static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9](?:[A-Za-z0-9-]*\.)+[A-Za-z]{2,}"));
static IP: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f.:]*|\d{1,3}(?:\.\d{1,3}){3}"));

/// The text without secrets, and how many were in it. Without personal data only if `personal`.
pub(super) fn scrub<'t>(
    text: &'t str,
    seen: &Seen,
    rules: &Rules,
    personal: bool,
) -> (Cow<'t, str>, u32) {
    let mut pass = Pass {
        text: Cow::Borrowed(text),
        found: 0,
    };
    if seen.at && seen.colon {
        pass.replace(&URL, |c| Some(format!("{}{FILTERED}@", &c[1])));
    }
    if seen.word {
        pass.words(seen);
    }
    if seen.may_assign() && !rules.extra_keys.is_empty() {
        pass.cut(assigned::extra(&pass.text, &rules.extra_keys));
    }
    if seen.may_be_card() {
        pass.cards();
    }
    if personal && rules.emails && seen.at {
        pass.replace(&EMAIL, |_| Some(FILTERED.into()));
        if seen.may_be_card() {
            pass.cards(); // right behind an address, digits were taken for a part of its last word
        }
    }
    if personal && rules.ip_addresses && seen.may_be_address() {
        pass.ip_addresses();
    }
    (pass.text, pass.found)
}

struct Pass<'a> {
    text: Cow<'a, str>,
    found: u32,
}

impl Pass<'_> {
    /// The rules that need one of the words of [`Seen::word`].
    fn words(&mut self, seen: &Seen) {
        if seen.dash && self.text.contains("-----BEGIN ") {
            self.replace(&PEM, |_| Some(FILTERED.into()));
        }
        if seen.colon {
            self.cut(assigned::headers(&self.text));
        }
        if seen.space {
            self.replace(&SCHEME, |c| {
                looks_random(&c[2]).then(|| format!("{}{FILTERED}", &c[1]))
            });
        }
        if seen.may_assign() {
            self.cut(assigned::named(&self.text));
        }
        self.replace(&KNOWN, |_| Some(FILTERED.into()));
    }

    fn replace(&mut self, pattern: &Regex, with: impl Fn(&Captures<'_>) -> Option<String>) {
        let mut found = 0;
        let replaced = pattern.replace_all(&self.text, |c: &Captures<'_>| match with(c) {
            Some(text) => {
                found += 1;
                text
            }
            None => c[0].to_owned(),
        });
        if found > 0 {
            self.text = Cow::Owned(replaced.into_owned());
            self.found += found;
        }
    }

    fn cards(&mut self) {
        let ranges = cards(self.text.as_bytes());
        self.cut(ranges);
    }

    fn ip_addresses(&mut self) {
        let text = &self.text;
        let ranges = IP
            .find_iter(text)
            .filter(|m| stands_alone(text, m.start(), m.end()));
        let ranges = ranges
            .filter(|m| is_address(m.as_str()))
            .map(|m| m.range())
            .collect();
        self.cut(ranges);
    }

    fn cut(&mut self, ranges: Vec<Range<usize>>) {
        let mut kept = String::new();
        let mut from = 0;
        for range in ranges {
            kept.push_str(&self.text[from..range.start]);
            kept.push_str(FILTERED);
            from = range.end;
            self.found += 1;
        }
        if from > 0 {
            kept.push_str(&self.text[from..]);
            self.text = Cow::Owned(kept);
        }
    }
}

/// True if a private key begins in this text and does not end in it.
pub(super) fn opens_private_key(text: &str, seen: &Seen) -> bool {
    seen.word
        && seen.dash
        && text
            .rsplit_once("-----BEGIN ")
            .is_some_and(|(_, rest)| rest.contains("PRIVATE KEY") && !rest.contains("-----END "))
}

/// True for a text that can be a line in the middle of a private key.
pub(super) fn is_key_line(text: &str) -> bool {
    let line = text.trim_matches(|c: char| c.is_whitespace() || "\"',\\".contains(c));
    line.len() >= 40
        && line
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
}

/// Tells a token from a word: "basic authentication" is no secret.
pub(super) fn looks_random(value: &str) -> bool {
    value.bytes().any(|b| b.is_ascii_digit() || b == b'=')
        || value.bytes().skip(1).any(|b| b.is_ascii_uppercase())
            && value.bytes().any(|b| b.is_ascii_lowercase())
}

/// True if no word or number goes on at either end.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let joins = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let bytes = text.as_bytes();
    !(start > 0 && (joins(&bytes[start - 1]) || bytes[start - 1] == b'.'))
        && !bytes.get(end).is_some_and(joins)
}

/// Wants a digit, five bytes and no mere path: `a::b` is a function.
fn is_address(text: &str) -> bool {
    let text = text.trim_end_matches('.');
    text.len() >= 5
        && text.bytes().any(|b| b.is_ascii_digit())
        && text
            .parse::<IpAddr>()
            .is_ok_and(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

/// Where card numbers stand: 13 to 19 digits, single spaces or dashes between.
///
/// Whole groups of digits are tried, for another number may stand right before or after.
fn cards(text: &[u8]) -> Vec<Range<usize>> {
    if longest_row_of_digits(text) < CARD_DIGITS {
        return Vec::new();
    }
    let groups = digit_groups(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < groups.len() {
        match card_from(text, &groups[at..]) {
            Some(count) => {
                found.push(groups[at].0..groups[at + count - 1].1);
                at += count;
            }
            None => at += 1,
        }
    }
    found
}

/// Most digits with nothing but spaces and dashes between them. Addresses of memory have many
/// digits and short rows.
fn longest_row_of_digits(text: &[u8]) -> usize {
    let (mut row, mut longest) = (0, 0);
    for byte in text {
        match byte {
            b'0'..=b'9' => row += 1,
            b' ' | b'-' => {}
            _ => row = 0,
        }
        longest = longest.max(row);
    }
    longest
}

fn digit_groups(text: &[u8]) -> Vec<(usize, usize)> {
    let mut groups = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let start = at;
        while text.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        if at > start {
            groups.push((start, at));
        } else {
            at += 1;
        }
    }
    groups
}

/// How many of the first groups make up a card number.
fn card_from(text: &[u8], groups: &[(usize, usize)]) -> Option<usize> {
    let start = groups.first()?.0;
    if start > 0 && (text[start - 1].is_ascii_alphabetic() || text[start - 1] == b'.') {
        return None;
    }
    let mut digits = Vec::new();
    let mut before = start;
    for (i, (from, to)) in groups.iter().enumerate() {
        if i > 0 && !matches!(text[before..*from], [b' ' | b'-']) {
            return None;
        }
        if digits.len() + (to - from) > 19 {
            return None;
        }
        digits.extend(text[*from..*to].iter().map(|d| d - b'0'));
        before = *to;
        if is_card(&digits) && !text.get(*to).is_some_and(u8::is_ascii_alphabetic) {
            return Some(i + 1);
        }
    }
    None
}

/// True for a number that can be a card's.
pub(super) fn is_card_number(number: u64) -> bool {
    if number < 1_000_000_000_000 {
        return false;
    }
    let digits: Vec<u8> = number
        .to_string()
        .bytes()
        .map(|digit| digit - b'0')
        .collect();
    is_card(&digits)
}

/// Known first digits keep times (which begin with 1) and most counters out.
fn is_card(digits: &[u8]) -> bool {
    (CARD_DIGITS..=19).contains(&digits.len()) && (2..=6).contains(&digits[0]) && luhn(digits)
}

fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| match (i % 2, u32::from(*d) * 2) {
            (0, twice) => twice / 2,
            (_, twice) => twice / 10 + twice % 10,
        })
        .sum();
    sum.is_multiple_of(10)
}
