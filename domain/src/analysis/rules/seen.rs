//! When, where and how often it was seen, and what that says of the cause.

use super::quote::{plain, quoted};
use super::telling::Telling;
use crate::ids::ErrorId;

/// Characters of a release or an environment.
pub(super) const NAME_MAX: usize = 200;
/// Digits of a commit that are told.
const COMMIT_DIGITS: usize = 10;
/// Environments that are named.
const ENVIRONMENTS_MAX: usize = 5;

impl Telling<'_> {
    /// How often, how many, where, since when.
    pub(super) fn impact(&self) -> String {
        let known = self.circumstances;
        let mut impact = format!("Severity {}.", known.severity);
        match (known.occurrences, known.users) {
            (0, _) => {}
            (1, _) => impact.push_str(" Seen once."),
            (times, 0) => impact.push_str(&format!(" Seen {times} times.")),
            (times, users) => impact.push_str(&format!(" Seen {times} times, by {users} users.")),
        }
        if let Some(first) = known.first_seen {
            impact.push_str(&format!(
                " First seen {}.",
                first.format("%Y-%m-%d %H:%M UTC")
            ));
        }
        let environments = known
            .environments
            .iter()
            .take(ENVIRONMENTS_MAX)
            .map(|name| plain(name, NAME_MAX));
        let environments: Vec<_> = environments.collect();
        if !environments.is_empty() {
            impact.push_str(&format!(" Environments: {}.", environments.join(", ")));
        }
        impact
    }

    /// What differs from when and where it did not happen.
    pub(super) fn changed(&self) -> Option<String> {
        let release = match self.releases().as_slice() {
            [] => None,
            [only] => Some(format!(
                "It was seen with release {} alone, so what changed there comes first.",
                plain(only, NAME_MAX)
            )),
            [first, .., last] => Some(format!(
                "It was first seen with release {}, and is there until {}.",
                plain(first, NAME_MAX),
                plain(last, NAME_MAX)
            )),
        };
        let environment = self.only_environment().map(|only| {
            let only = plain(only, NAME_MAX);
            format!("It was seen in {only} only: settings, data and services may differ there.")
        });
        let told: Vec<_> = release.into_iter().chain(environment).collect();
        (!told.is_empty()).then(|| told.join(" "))
    }

    /// The commit that is to be looked at first, in words.
    pub(super) fn suspected(&self) -> Option<(String, String)> {
        let suspect = self.circumstances.suspect()?;
        let short = suspect.commit.get(..COMMIT_DIGITS)?;
        let told = format!(
            "The commit {short} of {} by {}, {}, changed lines that the failure passed through",
            suspect.at.format("%Y-%m-%d"),
            plain(&suspect.author, NAME_MAX),
            quoted(&suspect.subject, NAME_MAX),
        );
        Some((suspect.commit.clone(), told))
    }

    /// The most alike error of which something is known, and how that one ended.
    pub(super) fn precedent(&self) -> Option<(ErrorId, String)> {
        let mut related = self.circumstances.related.iter();
        let known = related.find(|one| one.category.is_some() || !one.ended.is_empty())?;
        let mut told = format!("It is like {}", quoted(&known.title, NAME_MAX));
        if let Some(category) = known.category {
            told.push_str(&format!(", whose cause is of the category {category}"));
        }
        if let Some(last) = known.ended.last() {
            told.push_str(&format!("; of that one: {}", plain(last, NAME_MAX)));
        }
        Some((known.error, format!("{told}.")))
    }

    /// The one environment, if several occurrences came and all from there.
    pub(super) fn only_environment(&self) -> Option<&str> {
        let own = self.occurrence.environment.as_deref()?;
        match self.circumstances.environments.as_slice() {
            [only] if only == own && self.circumstances.occurrences > 1 => Some(only),
            _ => None,
        }
    }

    /// The releases that have a name.
    pub(super) fn releases(&self) -> Vec<&str> {
        let named = self.circumstances.releases.iter().map(String::as_str);
        named.filter(|name| !name.trim().is_empty()).collect()
    }
}
