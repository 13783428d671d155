//! The words of a message, and how much each says.

use std::collections::BTreeMap;

/// Words that are looked at.
const WORDS_MAX: usize = 64;
/// A name with its namespace (`com.shop.Order`, `std::io::Error`, `src/app.js`) says more than a word.
const QUALIFIED: f32 = 4.0;
/// What is as short as `of` or `x` says next to nothing.
const SHORT: f32 = 0.25;

/// The distinct words of a message's shape, without digits and in small letters.
pub(super) fn of(shape: &str) -> BTreeMap<String, f32> {
    let is_joint = |char: char| matches!(char, '.' | ':' | '/' | '\\');
    shape
        .split(|char: char| {
            !(char.is_alphanumeric() || matches!(char, '_' | '$') || is_joint(char))
        })
        .map(|word| word.trim_matches(|char: char| is_joint(char) || char.is_numeric()))
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .map(|word| {
            let plain: String = word.chars().filter(|char| !char.is_numeric()).collect();
            let weight = match plain.chars().nth(2) {
                _ if plain.contains(is_joint) => QUALIFIED,
                None => SHORT,
                Some(_) => 1.0,
            };
            (plain.to_lowercase(), weight)
        })
        .collect()
}
