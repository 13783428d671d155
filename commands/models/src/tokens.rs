//! How many tokens a text has at most, roughly: no tokenizer is linked, and each model has its own.

/// An estimate that is rather too high: two letters a token, and every digit, sign and byte outside
/// ASCII one of its own. Prose and code come out at about twice what they are.
#[must_use]
pub fn estimate(text: &str) -> u64 {
    let mut counted = Counted::default();
    text.bytes().for_each(|byte| counted.add(byte));
    counted.tokens
}

/// The longest beginning of `text` that [`estimate`] puts at no more than `tokens`.
#[must_use]
pub fn fitting(text: &str, tokens: u64) -> &str {
    let mut counted = Counted::default();
    for (at, character) in text.char_indices() {
        let mut bytes = [0; 4];
        let bytes = character.encode_utf8(&mut bytes).bytes();
        bytes.for_each(|byte| counted.add(byte));
        if counted.tokens > tokens {
            return &text[..at];
        }
    }
    text
}

#[derive(Default)]
struct Counted {
    tokens: u64,
    before: Option<Class>,
}

#[derive(Clone, Copy, PartialEq)]
enum Class {
    /// A letter that began a token, which the next may join.
    Letter,
    Space,
    Other,
}

impl Counted {
    fn add(&mut self, byte: u8) {
        let class = match byte {
            b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
            b' ' | b'\t' | b'\n' | b'\r' => Class::Space,
            _ => Class::Other,
        };
        let joins = self.before == Some(class) && class != Class::Other;
        self.tokens += u64::from(!joins);
        let is_full = joins && class == Class::Letter;
        self.before = if is_full { None } else { Some(class) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_put_higher_than_it_is_and_noise_at_a_token_each() {
        assert_eq!(estimate(""), 0);
        assert_eq!(estimate("ab"), 1);
        assert_eq!(estimate("abc"), 2);
        assert_eq!(estimate("the quick fox"), 2 + 1 + 3 + 1 + 2);
        assert_eq!(estimate("        return"), 1 + 3);
        assert_eq!(estimate("d41d8cd9"), 7);
        assert_eq!(estimate("日本"), 6);
    }

    #[test]
    fn a_beginning_fits_and_one_character_more_would_not() {
        for text in ["the quick fox", "日本語の文", "a1b2c3 ((x))", ""] {
            for tokens in 0..=estimate(text) {
                let begun = fitting(text, tokens);
                assert!(text.starts_with(begun) && estimate(begun) <= tokens);
                let longer = text[begun.len()..].chars().next();
                let longer = longer.map(|next| format!("{begun}{next}"));
                assert!(longer.is_none_or(|longer| estimate(&longer) > tokens));
            }
        }
    }
}
