//! Puts a finding into sentences.

use super::chain::Finding;
use super::circumstances::Circumstances;
use super::language::Language;
use super::quote::{plain, quoted};
use super::rule::On;
use super::seen::NAME_MAX;
use super::{advice, place, tools};
use crate::analysis::{Category, Evidence, FIXES_MAX, Pointer};
use crate::occurrence::{Exception, Occurrence};

/// How every explanation by rules begins.
const BY_RULES: &str = "By rules, without a model";
/// Characters of a type.
const KIND_MAX: usize = 80;
/// Characters of a message.
const MESSAGE_MAX: usize = 200;
/// Characters of a message that is told in passing.
const PASSING_MAX: usize = 100;

/// A finding, and what is known around it.
pub(super) struct Telling<'a> {
    pub(super) occurrence: &'a Occurrence,
    pub(super) circumstances: &'a Circumstances,
    pub(super) language: Language,
    pub(super) finding: Option<&'a Finding<'a>>,
}

impl Telling<'_> {
    /// What was seen, what it led to, what it means.
    pub(super) fn whys(&self) -> Option<Vec<String>> {
        let finding = self.finding?;
        let what = name(&finding.exception, MESSAGE_MAX);
        let place = place::of(self.occurrence, Some(finding));
        let mut first = match &place {
            Some(place) => format!("{BY_RULES}: {what} came out of {}", place.name()),
            None => format!("{BY_RULES}: {what} was reported without a stack of calls"),
        };
        if let Some(source) = place.and_then(|place| place.source()) {
            first.push_str(&format!(", at {source}"));
        }
        first.push('.');
        let led_to = self
            .outermost()
            .filter(|(number, _)| Some(*number) != finding.number);
        if let Some((_, outer)) = led_to {
            first = format!("{first} It led to {}.", name(outer, PASSING_MAX));
        }
        let meaning = match &finding.clue {
            Some(clue) => clue.why.clone(),
            None => advice::on(finding.category()).why.to_owned(),
        };
        let suspected = self
            .suspected()
            .map(|(_, told)| format!("{told}: look at it first."));
        let why = [first, meaning].into_iter();
        Some(why.chain(self.changed()).chain(suspected).collect())
    }

    /// Why there is no cause.
    pub(super) fn reason(&self) -> String {
        let what = match self.occurrence.exceptions.last() {
            Some(exception) => name(exception, MESSAGE_MAX),
            None => "a report without an exception".to_owned(),
        };
        let place = place::of(self.occurrence, None);
        let place = place.map_or_else(String::new, |place| {
            format!(" It came out of {}.", place.name())
        });
        format!(
            "{BY_RULES}: neither type nor message of {what} is known to the rules, so its cause \
             cannot be told by them.{place} Ask a model, or read the code from there."
        )
    }

    pub(super) fn evidence(&self) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        let mut claim = |claim: String, points_at: Pointer| {
            if points_at.to_string().chars().count() <= crate::analysis::POINTER_MAX {
                evidence.push(Evidence { claim, points_at });
            }
        };
        if let Some(finding) = self.finding
            && let Some(number) = finding.number
        {
            let told = match finding.verdict.on {
                On::Kind | On::KindHas | On::Setting => "Its type tells the category",
                On::Says | On::Word => "Its message tells the category",
                On::Frame => "Where it was raised tells the category",
            };
            let category = finding.category();
            claim(
                format!(
                    "{told} {category}, by {}.",
                    quoted(finding.verdict.pattern, NAME_MAX)
                ),
                Pointer::Exception(number),
            );
        }
        if let Some(place) = place::of(self.occurrence, self.finding) {
            let name = place.name();
            claim(
                format!("{name} is the topmost call that looks like the application's own code."),
                place.pointer,
            );
        }
        if let Some(release) = self.releases().first() {
            claim(
                format!(
                    "It was first seen with release {}.",
                    plain(release, NAME_MAX)
                ),
                Pointer::Release((*release).to_owned()),
            );
        }
        if let Some(only) = self.only_environment() {
            claim(
                format!(
                    "All that was seen of it is from the environment {}.",
                    plain(only, NAME_MAX)
                ),
                Pointer::Tag("environment".to_owned()),
            );
        }
        if let Some((commit, told)) = self.suspected() {
            claim(format!("{told}."), Pointer::Commit(commit));
        }
        if let Some((error, told)) = self.precedent() {
            claim(told, Pointer::Error(error));
        }
        evidence
    }

    pub(super) fn fixes(&self) -> Vec<String> {
        let category = self.finding.map_or(Category::Unknown, Finding::category);
        let clue = self.finding.and_then(|found| found.clue.as_ref());
        let place = place::of(self.occurrence, self.finding);
        let start = place.map(|place| format!("Begin to read at {}.", place.name()));
        let of_clue = clue.and_then(|clue| clue.fix.clone());
        let advised = advice::on(category)
            .fixes
            .iter()
            .copied()
            .map(str::to_owned);
        let fixes = of_clue.into_iter().chain(advised).chain(start);
        fixes.take(FIXES_MAX).collect()
    }

    pub(super) fn prevention(&self) -> Vec<String> {
        let category = self.finding.map_or(Category::Unknown, Finding::category);
        let general = advice::on(category).prevention.iter().copied();
        let tool = tools::on(category, self.language);
        tool.into_iter().chain(general).map(str::to_owned).collect()
    }

    fn outermost(&self) -> Option<(usize, &Exception)> {
        self.occurrence.exceptions.iter().enumerate().next_back()
    }
}

/// `KeyError: 'price'`
fn name(exception: &Exception, max: usize) -> String {
    let kind = exception.kind.as_deref().unwrap_or_default();
    let message = exception.value.as_deref().unwrap_or_default().trim();
    // What follows an empty line explains: source lines, details.
    let message = message.split("\n\n").next().unwrap_or_default();
    let (kind, message) = (plain(kind, KIND_MAX), plain(message, max));
    match (kind.is_empty(), message.is_empty()) {
        (true, true) => "an error that says nothing".to_owned(),
        (true, false) => format!("`{message}`"),
        (false, true) => format!("`{kind}`"),
        (false, false) => format!("`{kind}: {message}`"),
    }
}
