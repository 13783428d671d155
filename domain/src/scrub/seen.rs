//! What a text holds, read once: decides which rules need to look at it.

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::sync::LazyLock;

/// Words that the rules for names, headers, schemes and known tokens cannot do without, in any
/// case. Each alternative of their patterns contains one of these.
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

static WORD: LazyLock<AhoCorasick> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a few constant words")]
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .kind(Some(AhoCorasickKind::DFA))
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

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut digit = b'0';
    while digit <= b'9' {
        classes[digit as usize] = DIGIT;
        digit += 1;
    }
    classes[b'@' as usize] = AT;
    classes[b':' as usize] = COLON;
    classes[b'=' as usize] = EQUALS;
    classes[b'"' as usize] = QUOTE;
    classes[b'\'' as usize] = QUOTE;
    classes[b' ' as usize] = SPACE;
    classes[b'\t' as usize] = SPACE;
    classes[b'\n' as usize] = SPACE;
    classes[b'\r' as usize] = SPACE;
    classes[b'.' as usize] = DOT;
    classes[b'-' as usize] = DASH;
    classes
};

/// What kinds of bytes and words a text holds.
pub(super) struct Seen {
    pub(super) digits: usize,
    pub(super) at: bool,
    pub(super) colon: bool,
    pub(super) space: bool,
    pub(super) dot: bool,
    pub(super) dash: bool,
    /// One of the words without which most rules have nothing to find.
    pub(super) word: bool,
    sign: bool,
}

impl Seen {
    pub(super) fn of(text: &str) -> Self {
        let (mut seen, mut digits) = (0, 0);
        for byte in text.bytes() {
            let class = CLASSES[usize::from(byte)];
            seen |= class;
            digits += usize::from(class >> 7);
        }
        let has = |class: u8| seen & class != 0;
        Self {
            digits,
            at: has(AT),
            colon: has(COLON),
            space: has(SPACE),
            dot: has(DOT),
            dash: has(DASH),
            word: WORD.is_match(text),
            sign: has(EQUALS | COLON | QUOTE),
        }
    }

    /// A name and its value may stand in it: `name=…`, `name: …`, `--name …`.
    pub(super) fn may_assign(&self) -> bool {
        self.sign || self.dash
    }
}
