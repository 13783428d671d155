//! What the rules know. A line of a table says what tells a category, how surely; a language's
//! own lines come before those for all.
//!
//! To teach it something: add a line where it belongs. Write what a runtime, library or driver
//! says of itself, never the words of one application.

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

use super::clue::Clue;
use super::language::Language;
use super::rule::Rule;

/// The tables of all languages.
const LANGUAGES: [(Language, &[Rule], &[Clue]); 8] = [
    (Language::Python, python::RULES, python::CLUES),
    (Language::JavaScript, javascript::RULES, javascript::CLUES),
    (Language::Java, java::RULES, java::CLUES),
    (Language::Go, go::RULES, go::CLUES),
    (Language::Rust, rust::RULES, rust::CLUES),
    (Language::Php, php::RULES, php::CLUES),
    (Language::Ruby, ruby::RULES, ruby::CLUES),
    (Language::CSharp, csharp::RULES, csharp::CLUES),
];

/// What holds in every language.
const RULES: [&[Rule]; 5] = [
    system::RULES,
    network::RULES,
    database::RULES,
    kinds::RULES,
    words::RULES,
];
const CLUES: [&[Clue]; 3] = [system::CLUES, network::CLUES, database::CLUES];

/// The rules for a language: its own, then those for all.
pub(super) fn rules(language: Language) -> impl Iterator<Item = &'static Rule> {
    let own = of(language).flat_map(|(_, rules, _)| *rules);
    own.chain(RULES.into_iter().flatten())
}

/// The clues for a language: its own, then those for all.
pub(super) fn clues(language: Language) -> impl Iterator<Item = &'static Clue> {
    let own = of(language).flat_map(|(_, _, clues)| *clues);
    own.chain(CLUES.into_iter().flatten())
}

/// All languages' tables, if the language is not known.
fn of(
    language: Language,
) -> impl Iterator<Item = &'static (Language, &'static [Rule], &'static [Clue])> {
    let asked =
        move |(one, ..): &&(Language, _, _)| *one == language || language == Language::Other;
    LANGUAGES.iter().filter(asked)
}
