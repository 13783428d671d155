//! Reads one exception by a language's table and the general one.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::language::Language;
use super::reading::{beginning, call, full_name, is_word, names_setting};
use super::rule::{On, Rule, Strength};
use super::signs;
use crate::analysis::Category;
use crate::occurrence::Exception;

/// Bytes of a message that are read.
const MESSAGE_MAX: usize = 8 * 1024;

/// What one exception tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) category: Category,
    pub(super) strength: Strength,
    /// What told it.
    pub(super) on: On,
    pub(super) pattern: &'static str,
}

/// One pattern of a rule.
#[derive(Clone, Copy)]
struct Sign {
    rule: Rule,
    pattern: &'static str,
}

/// A language's rules, laid out to be asked.
struct Table {
    kinds: HashMap<String, Sign>,
    settings: HashMap<String, Sign>,
    parts: Vec<(String, Sign)>,
    frames: Vec<Sign>,
    messages: Option<AhoCorasick>,
    /// Of the automaton's patterns.
    said: Vec<Sign>,
}

static TABLES: [LazyLock<Table>; Language::ALL.len()] = [
    LazyLock::new(|| Table::of(Language::Python)),
    LazyLock::new(|| Table::of(Language::JavaScript)),
    LazyLock::new(|| Table::of(Language::Java)),
    LazyLock::new(|| Table::of(Language::Go)),
    LazyLock::new(|| Table::of(Language::Rust)),
    LazyLock::new(|| Table::of(Language::Php)),
    LazyLock::new(|| Table::of(Language::Ruby)),
    LazyLock::new(|| Table::of(Language::CSharp)),
    LazyLock::new(|| Table::of(Language::Other)),
];

/// Lays out a language's table, unless that is done.
pub(super) fn prepare(language: Language) {
    LazyLock::force(&TABLES[language as usize]);
}

/// What an exception tells, by its strongest sign. Of equally strong ones the type's name counts
/// before the message, and what ends later in the message before what wraps it.
pub(super) fn verdict(exception: &Exception, language: Language) -> Option<Verdict> {
    let table = &TABLES[language as usize];
    let message = exception.value.as_deref().unwrap_or_default();
    let by_kind = table.by_kind(exception).map(|sign| (sign, usize::MAX));
    let signs = by_kind
        .chain(table.by_frame(exception).map(|sign| (sign, usize::MAX)))
        .chain(table.by_message(beginning(message, MESSAGE_MAX)));
    let rank = |(sign, end): &(Sign, usize)| (sign.rule.strength, *end, sign.pattern.len());
    // Of equals the one that stands first in the table.
    let stronger = |best, next| {
        if rank(&next) > rank(&best) {
            next
        } else {
            best
        }
    };
    let (sign, _) = signs.reduce(stronger)?;
    // What is known to say nothing hides what it quotes.
    (sign.rule.category != Category::Unknown).then_some(Verdict {
        category: sign.rule.category,
        strength: sign.rule.strength,
        on: sign.rule.on,
        pattern: sign.pattern,
    })
}

impl Table {
    fn of(language: Language) -> Self {
        let signs: Vec<Sign> = signs::rules(language).flat_map(each).collect();
        let on = |wanted: &[On]| {
            let wanted = wanted.to_vec();
            signs
                .iter()
                .copied()
                .filter(move |sign| wanted.contains(&sign.rule.on))
        };
        let said: Vec<Sign> = on(&[On::Says, On::Word]).collect();
        let lower = |sign: Sign| (sign.pattern.to_ascii_lowercase(), sign);
        // The language's own word on a type comes first, and the last one stays.
        let by_name = |wanted| {
            on(&[wanted])
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .map(lower)
                .collect()
        };
        Self {
            kinds: by_name(On::Kind),
            settings: by_name(On::Setting),
            parts: on(&[On::KindHas]).map(lower).collect(),
            frames: on(&[On::Frame]).collect(),
            messages: AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(said.iter().map(|sign| sign.pattern))
                .ok(),
            said,
        }
    }

    fn by_kind(&self, exception: &Exception) -> impl Iterator<Item = Sign> {
        let name = full_name(exception);
        let mut parts = name.rmatch_indices('.').map(|(dot, _)| dot + 1);
        let last = parts.next().unwrap_or(0);
        let two = parts.next().unwrap_or(0);
        let named = |kinds: &HashMap<String, Sign>| {
            let sign = kinds.get(&name[two..]).or_else(|| kinds.get(&name[last..]));
            sign.copied()
        };
        let known = named(&self.kinds);
        let setting = named(&self.settings).filter(|_| names_setting(exception));
        let own = name[last..].to_owned();
        let has = move |(part, sign): &(String, Sign)| own.contains(part.as_str()).then_some(*sign);
        // A type that is known by its name is not guessed at by the parts of it.
        let guessed: &[(String, Sign)] = if known.is_some() { &[] } else { &self.parts };
        let certain = known.into_iter().chain(setting);
        certain.chain(guessed.iter().filter_map(has))
    }

    fn by_frame(&self, exception: &Exception) -> impl Iterator<Item = Sign> {
        let newest = exception
            .stacktrace
            .as_ref()
            .and_then(|stack| stack.frames.last());
        let call = newest.map(call).unwrap_or_default();
        let signs = self.frames.iter().copied();
        signs.filter(move |sign| call.contains(sign.pattern))
    }

    fn by_message<'a>(&'a self, message: &'a str) -> impl Iterator<Item = (Sign, usize)> + 'a {
        let automaton = self.messages.iter();
        let found = automaton.flat_map(move |all| all.find_overlapping_iter(message));
        found.filter_map(move |found| {
            let sign = *self.said.get(found.pattern().as_usize())?;
            let holds = sign.rule.on == On::Says || is_word(message, found.start(), found.end());
            holds.then_some((sign, found.end()))
        })
    }
}

fn each(rule: &Rule) -> impl Iterator<Item = Sign> {
    let rule = *rule;
    let patterns = rule.patterns.iter();
    patterns.map(move |pattern| Sign { rule, pattern })
}
