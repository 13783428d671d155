//! The shape of a message: what varies from one occurrence to the next becomes a placeholder.
//!
//! The patterns run in passes, each over what the one before left. What only looks like a
//! value (`12:31:99`, `Option::unwrap()`) is left to the next pass.

use std::borrow::Cow;
use std::net::Ipv6Addr;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::dates::DATES;
use super::values::{ADDRESSES, MARKED, NUMBERED_WORDS, NUMBERS, TRUTH};

/// Bytes of a message that are looked at; the rest says nothing new.
const LOOKED_AT: usize = 4_096;
/// Bytes of the longest numbered word, with the numbers in it.
const NUMBERED_WORD_MAX: usize = 16;
/// What stands for any value where only the shape counts.
const ANY: &str = "<*>";

/// Patterns that run together: of those that match at one place, the first wins.
struct Pass {
    pattern: Regex,
    names: Vec<&'static str>,
    /// Whether what was found is what it looks like.
    holds: fn(&Found<'_>) -> bool,
}

/// What a pattern found, and what stands around it.
struct Found<'a> {
    name: &'static str,
    text: &'a str,
    before: &'a str,
    after: &'a str,
}

static PASSES: LazyLock<[Pass; 5]> = LazyLock::new(|| {
    [
        Pass::new(&MARKED, |_| true),
        Pass::new(&DATES, is_date),
        Pass::new(&ADDRESSES, is_address),
        Pass::new(&NUMBERS, is_number),
        Pass::new(&TRUTH, |_| true),
    ]
});
static LIST: LazyLock<Regex> = LazyLock::new(|| compiled(r"<\*>(?:,\s?<\*>)+"));

#[expect(
    clippy::expect_used,
    reason = "constant patterns, compiled by the tests"
)]
fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}

/// The text with everything that varies replaced by the name of what it is: `user <int>`.
/// Looks at the first 4,096 bytes, and makes one space of any run of spaces and line ends.
#[must_use]
pub fn parametrize(text: &str) -> String {
    replaced(text, true)
}

/// What counts of a text: as [`parametrize`], but blind to what kind of value stands where,
/// for a hash may be all digits, an amount whole, an address scrubbed. A list of values is as
/// long as chance has it, so it counts as one.
pub(crate) fn shape(text: &str) -> String {
    let shape = replaced(text, false);
    match LIST.replace_all(&shape, ANY) {
        Cow::Borrowed(_) => shape,
        Cow::Owned(shorter) => shorter,
    }
}

fn replaced(text: &str, named: bool) -> String {
    let mut text = Cow::Borrowed(beginning(text));
    let has = |text: &str, bytes: &[u8]| text.bytes().any(|byte| bytes.contains(&byte));
    let digits = has(&text, b"0123456789");
    let [marked, dates, addresses, numbers, truth] = &*PASSES;
    if digits || has(&text, b"@=[(/") {
        marked.run(&mut text, named);
    }
    if digits {
        dates.run(&mut text, named);
    }
    if has(&text, b".:") {
        addresses.run(&mut text, named);
    }
    if digits {
        numbers.run(&mut text, named);
    }
    truth.run(&mut text, named);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Pass {
    /// ASCII classes and word boundaries: they are quick, and right beside a script without spaces.
    fn new(table: &[(&'static str, &str)], holds: fn(&Found<'_>) -> bool) -> Self {
        let alternatives: Vec<_> = table.iter().map(|(_, p)| format!("({p})")).collect();
        Self {
            pattern: compiled(&format!("(?-u){}", alternatives.join("|"))),
            names: table.iter().map(|(name, _)| *name).collect(),
            holds,
        }
    }

    fn run(&self, text: &mut Cow<'_, str>, named: bool) {
        let new = self.pattern.replace_all(text, |captures: &Captures<'_>| {
            match self.found(text, captures) {
                Some(found) if (self.holds)(&found) => found.placeholder(named),
                _ => captures[0].to_owned(),
            }
        });
        if let Cow::Owned(new) = new {
            *text = Cow::Owned(new);
        }
    }

    fn found<'a>(&self, text: &'a str, captures: &Captures<'a>) -> Option<Found<'a>> {
        let all = captures.get(0)?;
        let group = (1..captures.len()).find(|group| captures.get(*group).is_some())?;
        Some(Found {
            name: self.names[group - 1],
            text: all.as_str(),
            before: &text[..all.start()],
            after: &text[all.end()..],
        })
    }
}

impl Found<'_> {
    fn placeholder(&self, named: bool) -> String {
        let name = match self.name {
            "filtered" if named => return "[Filtered]".to_owned(),
            "ipv6" => "ip",
            "part" => "int",
            name => name,
        };
        let value = if named {
            format!("<{name}>")
        } else {
            ANY.to_owned()
        };
        match self.name {
            "part" => format!("_{value}"),
            "quoted" => format!("={value}"),
            // The keyword stays: `IN (<list>)`, `ROLLBACK TO <name>`.
            "list" => {
                let keyword = self.text.split('(').next().unwrap_or_default();
                format!("{} ({value})", keyword.trim_end())
            }
            "name" => {
                let keyword = self.text.rsplit_once(char::is_whitespace);
                format!("{} {value}", keyword.map_or("", |(keyword, _)| keyword))
            }
            _ => value,
        }
    }

    fn byte_after(&self, index: usize) -> Option<u8> {
        self.after.as_bytes().get(index).copied()
    }

    /// The bytes before it, the nearest first.
    fn bytes_before(&self) -> impl Iterator<Item = u8> {
        self.before.bytes().rev()
    }
}

/// No part of a longer row of numbers: `12:31:99`, `1.2.2026.4`.
fn is_date(found: &Found<'_>) -> bool {
    let joint = |byte: u8| matches!(byte, b':' | b'.' | b'/' | b'-');
    let is_digit = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_digit());
    let mut before = found.bytes_before();
    let goes_on = found.byte_after(0).is_some_and(joint) && is_digit(found.byte_after(1));
    let came_from = before.next().is_some_and(joint) && is_digit(before.next());
    let in_word = found
        .byte_after(0)
        .is_some_and(|byte| byte.is_ascii_alphanumeric());
    !goes_on && !came_from && !in_word
}

fn is_address(found: &Found<'_>) -> bool {
    let before = found.bytes_before().next();
    let (after, then) = (found.byte_after(0), found.byte_after(1));
    let in_word = |byte: Option<u8>, marks: &[u8]| {
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || marks.contains(&byte))
    };
    let has_tail = after == Some(b'.') && in_word(then, b"<_");
    match found.name {
        "ip" => before != Some(b'.') && !has_tail,
        "ipv6" => !in_word(before, b"_:") && !in_word(after, b"_:") && is_ipv6(found.text),
        // `java.io.IOException` and `/etc/app.de` are none.
        _ => !in_word(before, b"_./\\$") && !in_word(after, b"_($-") && !has_tail,
    }
}

/// Begins with a number, like no path of modules does: `abc::def1` may be either.
fn is_ipv6(text: &str) -> bool {
    let text = text.strip_prefix('[').unwrap_or(text);
    let address = text.split([']', '%', '/']).next().unwrap_or(text);
    let first = address.split(':').next().unwrap_or_default();
    let begins = first.bytes().any(|byte| byte.is_ascii_digit())
        || (first.is_empty() && address.bytes().any(|byte| byte.is_ascii_digit()))
        || first.to_ascii_lowercase().starts_with("fe");
    begins && address.parse::<Ipv6Addr>().is_ok()
}

/// Not `C++11`, `utf-8`, `deadbeef` and `internationalization`.
fn is_number(found: &Found<'_>) -> bool {
    match found.name {
        "int" if found.text.starts_with('+') => found.bytes_before().next() != Some(b'+'),
        "int" | "part" => !belongs_to_word(found),
        "hash" => found.text.bytes().any(|byte| byte.is_ascii_digit()),
        "id" => is_random(found.text),
        _ => true,
    }
}

/// `utf-8`, `sha_256`, `iso-8859-1`
fn belongs_to_word(found: &Found<'_>) -> bool {
    let joint = |byte: u8| matches!(byte, b'-' | b'_');
    if !(found.name == "part" || found.bytes_before().next().is_some_and(joint)) {
        return false;
    }
    let length = found
        .bytes_before()
        .take(NUMBERED_WORD_MAX)
        .take_while(|byte| byte.is_ascii_alphanumeric() || joint(*byte))
        .count();
    let word = found.before[found.before.len() - length..].to_ascii_lowercase();
    NUMBERED_WORDS.iter().any(|known| {
        word.strip_prefix(known).is_some_and(|rest| {
            rest.bytes()
                .all(|byte| byte.is_ascii_digit() || joint(byte))
        })
    })
}

/// Digits and letters in turns, as no word has them.
fn is_random(text: &str) -> bool {
    let changes = text
        .as_bytes()
        .windows(2)
        .filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit())
        .count();
    changes >= 5
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(LOOKED_AT)]
}
