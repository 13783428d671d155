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

const AT: u8 = 1;
const COLON: u8 = 2;
const EQUALS: u8 = 4;
const QUOTE: u8 = 8;
const SPACE: u8 = 16;
const DOT: u8 = 32;
const DASH: u8 = 64;
const DIGIT: u8 = 128;

/// Bytes that are looked at together.
const LANES: usize = 16;

/// So many bytes, one a lane, and what is to be known of each. The compiler makes of it a few
/// instructions for all.
struct Lanes {
    /// The kinds of each byte.
    kinds: u128,
    /// All bits of what ends a text in JSON, begins an escape, or may not stand there.
    stops: u128,
}

impl Lanes {
    /// The first bytes; those behind the end count as stops of no kind.
    #[inline(always)]
    fn of(bytes: &[u8]) -> Self {
        match bytes.first_chunk() {
            Some(whole) => Self::of_whole(whole),
            None => {
                let mut padded = [0; LANES];
                padded[..bytes.len()].copy_from_slice(bytes);
                Self::of_whole(&padded)
            }
        }
    }

    #[inline(always)]
    fn of_whole(bytes: &[u8; LANES]) -> Self {
        let (mut kinds, mut stops) = ([0; LANES], [0; LANES]);
        for lane in 0..LANES {
            let byte = bytes[lane];
            let kind = |is: bool, kind: u8| if is { kind } else { 0 };
            kinds[lane] = kind(byte == b'@', AT)
                | kind(byte == b':', COLON)
                | kind(byte == b'=', EQUALS)
                | kind(byte == b'"' || byte == b'\'', QUOTE)
                | kind(
                    byte == b' ' || byte == b'\t' || byte == b'\n' || byte == b'\r',
                    SPACE,
                )
                | kind(byte == b'.', DOT)
                | kind(byte == b'-', DASH)
                | kind(byte.wrapping_sub(b'0') < 10, DIGIT);
            stops[lane] = kind(byte < b' ' || byte == b'"' || byte == b'\\', u8::MAX);
        }
        Self {
            kinds: u128::from_le_bytes(kinds),
            stops: u128::from_le_bytes(stops),
        }
    }
}

/// The kinds of bytes met so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Bytes {
    kinds: u8,
    digits: u32,
}

impl Bytes {
    /// The kinds of bytes up to the first that ends a text in JSON, begins an escape or may not
    /// stand there, and how many they are: all, if there is none.
    #[inline(always)]
    pub(super) fn before_stop(bytes: &[u8]) -> (Self, usize) {
        let (mut met, mut length) = (Self::default(), 0);
        while let Some(rest) = bytes.get(length..).filter(|rest| !rest.is_empty()) {
            let lanes = Lanes::of(rest);
            if lanes.stops != 0 {
                let first = lanes.stops & lanes.stops.wrapping_neg();
                met.add(lanes.kinds & (first - 1));
                return (met, length + first.trailing_zeros() as usize / 8);
            }
            met.add(lanes.kinds);
            length += LANES;
        }
        (met, bytes.len())
    }

    fn of(bytes: &[u8]) -> Self {
        let mut met = Self::default();
        for part in bytes.chunks(LANES) {
            met.add(Lanes::of(part).kinds);
        }
        met
    }

    /// Takes note of the kinds of so many bytes more.
    #[inline(always)]
    fn add(&mut self, kinds: u128) {
        let [low, high] = [kinds as u64, (kinds >> 64) as u64];
        let any = low | high;
        let any = any | any >> 32;
        let any = any | any >> 16;
        self.kinds |= (any | any >> 8) as u8;
        // One bit a lane, added up by what a multiplication carries to the last one.
        const EACH: u64 = u64::from_le_bytes([1; 8]);
        let digits = (low >> 7 & EACH) + (high >> 7 & EACH);
        self.digits += (digits.wrapping_mul(EACH) >> 56) as u32;
    }

    const fn has(self, kind: u8) -> bool {
        self.kinds & kind != 0
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
        Self::new(Bytes::of(text.as_bytes()), text.len(), || {
            WORD.is_match(&text.to_ascii_lowercase())
        })
    }

    /// Of a text that stands in the event without escapes.
    pub(super) fn in_event(text: &Text<'_>, words: &mut Words) -> Self {
        let length = text.raw().len();
        Self::new(text.bytes, length, || {
            words.within(text.start..text.start + length)
        })
    }

    fn new(bytes: Bytes, length: usize, has_word: impl FnOnce() -> bool) -> Self {
        let sign = bytes.has(EQUALS | COLON | QUOTE);
        // Short texts hide nothing but what a name says of them.
        let may_hold_word = length >= SHORTEST || sign || bytes.has(DASH);
        Self {
            digits: bytes.digits as usize,
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
