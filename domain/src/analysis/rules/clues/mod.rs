//! What a message names: the key that is missing, the host that is away.

mod csharp;
mod database;
mod go;
mod java;
mod javascript;
mod network;
mod php;
mod python;
mod ruby;
mod rust;
mod system;

use super::language::Language;
use super::quote;
use super::reading::beginning;
use crate::analysis::Category;
use crate::occurrence::Exception;

/// Bytes of a message that are searched.
const SEARCHED_MAX: usize = 2_048;
/// Bytes of a name; what is longer is none.
const NAME_MAX: usize = 160;

/// A form of message, and what it says. `{}` in the sentences stands for the name.
#[derive(Debug, Clone, Copy)]
struct Clue {
    category: Category,
    /// What stands before the name, in `Type: message`.
    before: &'static str,
    /// What stands after it; empty: the end of the line.
    after: &'static str,
    /// What it means.
    why: &'static str,
    /// What to do; may be empty.
    fix: &'static str,
}

const LANGUAGES: [(Language, &[Clue]); 8] = [
    (Language::Python, python::CLUES),
    (Language::JavaScript, javascript::CLUES),
    (Language::Java, java::CLUES),
    (Language::Go, go::CLUES),
    (Language::Rust, rust::CLUES),
    (Language::Php, php::CLUES),
    (Language::Ruby, ruby::CLUES),
    (Language::CSharp, csharp::CLUES),
];

/// What holds in every language.
const FOR_ALL: [&[Clue]; 3] = [system::CLUES, network::CLUES, database::CLUES];

const fn clue(
    category: Category,
    (before, after): (&'static str, &'static str),
    why: &'static str,
    fix: &'static str,
) -> Clue {
    Clue {
        category,
        before,
        after,
        why,
        fix,
    }
}

/// The sentences of a clue, filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) why: String,
    pub(super) fix: Option<String>,
}

/// The first clue of the category that fits the exception.
pub(super) fn of(exception: &Exception, category: Category, language: Language) -> Option<Told> {
    let kind = exception.kind.as_deref().unwrap_or_default();
    let value = exception.value.as_deref().unwrap_or_default();
    let text = format!(
        "{}: {}",
        beginning(kind, NAME_MAX),
        beginning(value, SEARCHED_MAX)
    );
    // Loggers that write JSON leave its escapes.
    let text = text.replace("\\\"", "\"");
    let own = LANGUAGES.iter().filter(|(of, _)| language.is(*of));
    let clues = own.flat_map(|(_, clues)| *clues);
    let clues = clues.chain(FOR_ALL.into_iter().flatten());
    let mut clues = clues.filter(|clue| clue.category == category);
    clues.find_map(|clue| {
        let name = name(&text, clue)?;
        let filled = |sentence: &str| sentence.replace("{}", &name);
        Some(Told {
            why: filled(clue.why),
            fix: Some(filled(clue.fix)).filter(|fix| !fix.is_empty()),
        })
    })
}

/// What stands between the marks; nothing may be between them if the sentences want no name.
fn name(text: &str, clue: &Clue) -> Option<String> {
    let (_, rest) = text.split_once(clue.before)?;
    if !clue.why.contains("{}") && !clue.fix.contains("{}") {
        return rest.contains(clue.after).then(String::new);
    }
    let line = rest.lines().next()?;
    let name = match clue.after {
        "" => line,
        after => line.split_once(after)?.0,
    };
    let name = quote::plain(
        name.trim_matches(['"', '\'', '`', ' ', ':', '$', '.']),
        NAME_MAX,
    );
    (!name.is_empty() && !name.ends_with('…')).then_some(name)
}
