//! What a text holds, read once: decides which rules need to look at it.

use super::Rules;
use super::reader::Text;
use aho_corasick::{AhoCorasick, Input, MatchKind};
use std::ops::Range;
use std::sync::LazyLock;

/// Words that the rules for names, headers, schemes and known tokens cannot do without, in any
/// case, here in small letters. Each alternative of their patterns contains one of these.
const WORDS: [&str; 38] = [
    // names and headers
    "auth",
    "cookie",
    "csrf",
    "jwt",
    "key",
    "pass",
    "pwd",
    "secret",
    "sess",
    "sid",
    "token",
    "xsrf",
    "amz-signature",
    "amz-credential",
    // schemes
    "bearer",
    "basic",
    // private keys
    "-----begin ",
    // tokens known by how they begin
    "eyj",
    "akia",
    "asia",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "aiza",
    "bsk_",
    "k_live_",
    "k_test_",
    "sk-",
    "xox",
    "whsec_",
    "npm_",
    "sg.",
    "hvs.",
    "dop_v1_",
];

/// Bytes of the shortest secret that is known without a name: `Basic ` and eight more.
const SHORTEST: usize = 14;
/// Digits of the shortest card number.
pub(super) const CARD_DIGITS: usize = 13;

static WORD: LazyLock<AhoCorasick> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a few constant words")]
    AhoCorasick::builder()
        // Of all kinds only this one looks at many bytes at once.
        .match_kind(MatchKind::LeftmostFirst)
        .build(WORDS)
        .expect("few words")
});

const AT: u16 = 1;
const COLON: u16 = 2;
const EQUALS: u16 = 4;
const QUOTE: u16 = 8;
const SPACE: u16 = 16;
const DOT: u16 = 32;
const DASH: u16 = 64;
const DIGIT: u16 = 128;
/// Ends a text in JSON, or begins an escape, or may not stand there.
pub(super) const STOP: u16 = 256;

const CLASSES: [u16; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < b' ' {
        classes[byte as usize] = STOP;
        byte += 1;
    }
    let mut digit = b'0';
    while digit <= b'9' {
        classes[digit as usize] = DIGIT;
        digit += 1;
    }
    classes[b'@' as usize] = AT;
    classes[b':' as usize] = COLON;
    classes[b'=' as usize] = EQUALS;
    classes[b'"' as usize] = QUOTE | STOP;
    classes[b'\\' as usize] = STOP;
    classes[b'\'' as usize] = QUOTE;
    classes[b' ' as usize] = SPACE;
    classes[b'\t' as usize] = SPACE | STOP;
    classes[b'\n' as usize] = SPACE | STOP;
    classes[b'\r' as usize] = SPACE | STOP;
    classes[b'.' as usize] = DOT;
    classes[b'-' as usize] = DASH;
    classes
};

/// Which kinds of bytes this one is of.
pub(super) const fn class(byte: u8) -> u16 {
    CLASSES[byte as usize]
}

/// The kinds of bytes met so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Bytes {
    classes: u16,
    digits: usize,
}

impl Bytes {
    /// Takes note of one more, by its class.
    pub(super) fn add(&mut self, class: u16) {
        self.classes |= class;
        self.digits += usize::from(class & DIGIT != 0);
    }

    fn has(self, class: u16) -> bool {
        self.classes & class != 0
    }
}

/// Where the words stand in a whole event, looked up as far as it has been read.
pub(super) struct Words {
    lower: String,
    /// Where the next one begins behind what was asked for last.
    next: usize,
}

impl Words {
    pub(super) fn of(json: &str) -> Self {
        Self {
            lower: json.to_ascii_lowercase(),
            next: 0,
        }
    }

    /// Whether one begins within this range, which begins behind all that were asked for before.
    fn within(&mut self, range: Range<usize>) -> bool {
        if self.next < range.start {
            let found = WORD.find(Input::new(&self.lower).range(range.start..));
            self.next = found.map_or(usize::MAX, |word| word.start());
        }
        self.next < range.end
    }
}

/// What kinds of bytes and words a text holds.
pub(super) struct Seen {
    digits: usize,
    pub(super) at: bool,
    pub(super) colon: bool,
    pub(super) space: bool,
    dot: bool,
    pub(super) dash: bool,
    /// One of the words without which most rules have nothing to find.
    pub(super) word: bool,
    sign: bool,
}

impl Seen {
    pub(super) fn of(text: &str) -> Self {
        let mut bytes = Bytes::default();
        text.bytes().for_each(|byte| bytes.add(class(byte)));
        Self::new(bytes, text.len(), || {
            WORD.is_match(&text.to_ascii_lowercase())
        })
    }

    /// Of a text that stands in the event without escapes.
    pub(super) fn in_event(text: &Text<'_>, words: &mut Words) -> Self {
        let length = text.raw.len();
        Self::new(text.bytes, length, || {
            words.within(text.start..text.start + length)
        })
    }

    fn new(bytes: Bytes, length: usize, has_word: impl FnOnce() -> bool) -> Self {
        let sign = bytes.has(EQUALS | COLON | QUOTE);
        // Short texts hide nothing but what a name says of them.
        let may_hold_word = length >= SHORTEST || sign || bytes.has(DASH);
        Self {
            digits: bytes.digits,
            at: bytes.has(AT),
            colon: bytes.has(COLON),
            space: bytes.has(SPACE),
            dot: bytes.has(DOT),
            dash: bytes.has(DASH),
            word: may_hold_word && has_word(),
            sign,
        }
    }

    /// No rule for texts can find anything.
    pub(super) fn is_harmless(&self, rules: &Rules) -> bool {
        let may_be_named = self.may_assign() && !rules.extra_keys.is_empty();
        let may_be_address = rules.ip_addresses && self.may_be_address();
        !self.word && !self.at && self.digits < CARD_DIGITS && !may_be_named && !may_be_address
    }

    /// A card number may stand in it.
    pub(super) fn may_be_card(&self) -> bool {
        self.digits >= CARD_DIGITS
    }

    /// An IP address may stand in it.
    pub(super) fn may_be_address(&self) -> bool {
        (self.digits >= 4 && self.dot) || (self.digits > 0 && self.colon)
    }

    /// A name and its value may stand in it: `name=…`, `name: …`, `--name …`.
    pub(super) fn may_assign(&self) -> bool {
        self.sign || self.dash
    }
}
