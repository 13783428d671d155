//! A line of the tables: what, where, tells which category, and how surely.

use crate::analysis::Category;

/// How surely a sign tells. The order counts: a stronger sign beats a weaker one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// A type that says no more than that the program gave up.
    Faint,
    /// A word that may stand in any message.
    Weak,
    /// A broad type (`ValueError`), a part of a type's name, a phrase.
    Fair,
    /// A type or a phrase that means little else.
    Clear,
    /// Words of a runtime or driver that mean one thing, whatever the type.
    Certain,
}

impl Strength {
    /// The confidence of what it tells. Never more: no rule has seen the code.
    pub(super) const fn confidence(self) -> f64 {
        match self {
            Self::Faint => 0.05,
            Self::Weak => 0.1,
            Self::Fair => 0.2,
            Self::Clear => 0.3,
            Self::Certain => 0.4,
        }
    }
}

/// Where a pattern is looked for. Case never counts, save in frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    /// The whole name of the type, or its last two parts: `KeyError`, `Timeout.Error`.
    Kind,
    /// A part of the type's name.
    KindHas,
    /// Anywhere in the message.
    Says,
    /// In the message, as words of their own.
    Word,
    /// The type as for `Kind`, if the message ends in a name written like a setting's:
    /// `KeyError: 'DATABASE_URL'`.
    Setting,
    /// The newest frame, as `module function`.
    Frame,
}

/// Signs that tell one category equally surely.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub(super) on: On,
    pub(super) category: Category,
    pub(super) strength: Strength,
    pub(super) patterns: &'static [&'static str],
}

type Patterns = &'static [&'static str];

const fn rule(on: On, category: Category, strength: Strength, patterns: Patterns) -> Rule {
    Rule {
        on,
        category,
        strength,
        patterns,
    }
}

pub(super) const fn kind(category: Category, strength: Strength, patterns: Patterns) -> Rule {
    rule(On::Kind, category, strength, patterns)
}

pub(super) const fn setting(category: Category, strength: Strength, patterns: Patterns) -> Rule {
    rule(On::Setting, category, strength, patterns)
}

pub(super) const fn kind_has(category: Category, strength: Strength, patterns: Patterns) -> Rule {
    rule(On::KindHas, category, strength, patterns)
}

pub(super) const fn says(category: Category, strength: Strength, patterns: Patterns) -> Rule {
    rule(On::Says, category, strength, patterns)
}

pub(super) const fn word(category: Category, strength: Strength, patterns: Patterns) -> Rule {
    rule(On::Word, category, strength, patterns)
}

pub(super) const fn frame(category: Category, strength: Strength, patterns: Patterns) -> Rule {
    rule(On::Frame, category, strength, patterns)
}
