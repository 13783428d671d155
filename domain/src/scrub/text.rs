//! Secrets inside of texts.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{FILTERED, Rules};

/// Each hides its group `keep…` not, the rest is removed.
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?s:.*?)(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
        r"|(?P<scheme>\b(?:[Bb]earer|[Bb]asic|BEARER|BASIC) )[A-Za-z0-9._~+/=-]{8,}",
        r"|(?P<user>\b[a-zA-Z][a-zA-Z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?P<at>@)",
        r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
        r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
        r"|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_[A-Za-z0-9_]{30,}",
        r"|\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,}|\bsk-[A-Za-z0-9_-]{20,}",
        r"|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bglpat-[A-Za-z0-9_-]{20,}|\bAIza[0-9A-Za-z_-]{35}|\bbsk_[0-9a-f]{32}",
        r#"|(?P<name>(?i:\b[\w-]*(?:password|passwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token|refresh[_-]?token)["']?\s*[=:]\s*["']?)|(?i:[?&;]\s?(?:token|auth|sig|signature|sessionid|session_id)=))[^\s"'&;,)}\]]+"#,
    ))
});
static CARD: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b\d(?:[ -]?\d){12,18}\b"));
static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"));
static IP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b",
        r"|\b(?:[0-9a-fA-F]{1,4}:){7}[0-9a-fA-F]{1,4}\b",
        r"|\b(?:[0-9a-fA-F]{1,4}:){1,6}:(?:[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4})*)?",
    ))
});

#[expect(
    clippy::expect_used,
    reason = "constant patterns, compiled by the tests"
)]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// The text without secrets and how many there were; `None` if it holds none.
pub(super) fn clean(text: &str, rules: &Rules) -> Option<(String, usize)> {
    let mut count = 0;
    let mut now = Cow::Borrowed(text);
    if may_hold_secret(text) {
        now = replace(&SECRET, now, &mut count, |found| {
            let keep = |name: &str| found.name(name).map_or("", |part| part.as_str());
            let before = [keep("scheme"), keep("user"), keep("name")].concat();
            Some(format!("{before}{FILTERED}{}", keep("at")))
        });
    }
    if now.bytes().filter(u8::is_ascii_digit).take(13).count() == 13 {
        now = replace(&CARD, now, &mut count, |found| {
            is_card(&found[0]).then(|| FILTERED.to_owned())
        });
    }
    if rules.emails && now.contains('@') {
        now = replace(&EMAIL, now, &mut count, |_| Some(FILTERED.to_owned()));
    }
    if rules.ip_addresses && now.contains(['.', ':']) {
        now = replace(&IP, now, &mut count, |_| Some(FILTERED.to_owned()));
    }
    (count > 0).then(|| (now.into_owned(), count))
}

/// Every pattern of [`SECRET`] needs one of these; most texts have none.
fn may_hold_secret(text: &str) -> bool {
    text.len() >= 8
        && (text.contains(['=', ':', '_'])
            || text.contains("eyJ")
            || text.contains(' ')
            || text.len() >= 20)
}

fn replace<'t>(
    pattern: &Regex,
    text: Cow<'t, str>,
    count: &mut usize,
    instead: impl Fn(&Captures<'_>) -> Option<String>,
) -> Cow<'t, str> {
    let replaced = pattern.replace_all(&text, |found: &Captures<'_>| match instead(found) {
        Some(instead) if instead != found[0] => {
            *count += 1;
            instead
        }
        _ => found[0].to_owned(),
    });
    match replaced {
        Cow::Borrowed(_) => text,
        Cow::Owned(new) => Cow::Owned(new),
    }
}

/// 13 to 19 digits that fulfil Luhn's check sum (ISO/IEC 7812-1) and begin as cards do.
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| {
            if i % 2 == 0 {
                *d
            } else {
                d * 2 / 10 + d * 2 % 10
            }
        })
        .sum();
    (13..=19).contains(&digits.len()) && matches!(digits[0], 2..=6) && sum.is_multiple_of(10)
}
