//! What the rules know: a line says what tells a category, and how surely. A language's own lines
//! come before those for all.
//!
//! To teach them something, add a line where it belongs and an example to `tests/known`. Write
//! what a runtime, library or driver says of itself, never the words of one application.

mod csharp;
mod database;
mod go;
mod java;
mod javascript;
mod kinds;
mod network;
mod php;
mod python;
mod ruby;
mod rust;
mod system;
mod words;

use super::language::Language;
use super::rule::Rule;

const LANGUAGES: [(Language, &[Rule]); 8] = [
    (Language::Python, python::RULES),
    (Language::JavaScript, javascript::RULES),
    (Language::Java, java::RULES),
    (Language::Go, go::RULES),
    (Language::Rust, rust::RULES),
    (Language::Php, php::RULES),
    (Language::Ruby, ruby::RULES),
    (Language::CSharp, csharp::RULES),
];

/// What holds in every language.
const FOR_ALL: [&[Rule]; 5] = [
    system::RULES,
    network::RULES,
    database::RULES,
    kinds::RULES,
    words::RULES,
];

/// The rules for a language: its own, then those for all. Where the language is not known, every
/// language's.
pub(super) fn rules(language: Language) -> impl Iterator<Item = &'static Rule> {
    let own = LANGUAGES.iter().filter(move |(of, _)| language.is(*of));
    own.flat_map(|(_, rules)| *rules)
        .chain(FOR_ALL.into_iter().flatten())
}
