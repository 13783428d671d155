//! One setting after the other, from where it is given; mistakes are gathered, not thrown.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;

use super::file::File;
use super::slips;
use super::{Secret, WrongSettings};

/// What a setting is called.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    key: &'static str,
    variable: &'static str,
}

impl Name {
    /// `key` is its place in the file, `variable` its name in the environment.
    pub(super) const fn new(key: &'static str, variable: &'static str) -> Self {
        Self { key, variable }
    }
}

/// Who decided a setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody did.
    Default,
    /// This file.
    File(PathBuf),
    /// The variable.
    Environment,
}

/// A setting in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its place in the file: `section.name`.
    pub key: &'static str,
    /// Its name in the environment.
    pub variable: &'static str,
    /// Its value, or a word in its place if it is secret.
    pub shown: String,
    /// Who decided it.
    pub origin: Origin,
}

/// Reads settings from the environment, then the file.
pub(super) struct Reader<'a> {
    value_of: &'a dyn Fn(&str) -> Option<String>,
    file: Option<File>,
    settings: Vec<Setting>,
    mistakes: Vec<String>,
}

impl<'a> Reader<'a> {
    /// `mistakes` are those that were made before.
    pub(super) fn new(
        file: Option<File>,
        value_of: &'a dyn Fn(&str) -> Option<String>,
        mistakes: Vec<String>,
    ) -> Self {
        Self {
            value_of,
            file,
            settings: Vec::new(),
            mistakes,
        }
    }

    /// What is given, and by whom; an empty text is as none.
    fn given(&mut self, name: Name) -> Option<(String, Origin)> {
        let full = |text: &String| !text.is_empty();
        if let Some(text) = (self.value_of)(name.variable).filter(full) {
            return Some((text, Origin::Environment));
        }
        let file = self.file.as_ref()?;
        let origin = Origin::File(file.path.clone());
        match file.values.get(name.key)? {
            Some(text) => Some(text.clone()).filter(full).map(|text| (text, origin)),
            None => {
                let what = "must be a text, a number, true or false";
                self.mistakes.push(told(name, &origin, what));
                None
            }
        }
    }

    fn keep(&mut self, name: Name, shown: impl Display, origin: Origin) {
        self.settings.push(Setting {
            key: name.key,
            variable: name.variable,
            shown: shown.to_string(),
            origin,
        });
    }

    /// A text, or the default.
    pub(super) fn text(&mut self, name: Name, default: &str) -> String {
        let (text, origin) = self
            .given(name)
            .unwrap_or_else(|| (default.to_owned(), Origin::Default));
        self.keep(name, &text, origin);
        text
    }

    /// A text that is never shown.
    pub(super) fn secret(&mut self, name: Name) -> Option<Secret> {
        let given = self.given(name);
        match &given {
            Some((_, origin)) => self.keep(name, "(hidden)", origin.clone()),
            None => self.keep(name, "(not set)", Origin::Default),
        }
        given.map(|(text, _)| text.into())
    }

    /// What parses as `kind`.
    pub(super) fn parsed<T: FromStr + Display>(&mut self, name: Name, default: T, kind: &str) -> T {
        let (value, origin) = match self.given(name) {
            None => (default, Origin::Default),
            Some((text, origin)) => {
                let value = text.parse().unwrap_or_else(|_| {
                    let what = format!("is {text:?}, which is not {kind}");
                    self.mistakes.push(told(name, &origin, &what));
                    default
                });
                (value, origin)
            }
        };
        self.keep(name, &value, origin);
        value
    }

    /// A list with commas, each of which parses as one of `kind`; empty by default.
    pub(super) fn list<T: FromStr + Display>(&mut self, name: Name, kind: &str) -> Vec<T> {
        let Some((text, origin)) = self.given(name) else {
            self.keep(name, "", Origin::Default);
            return Vec::new();
        };
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let list: Result<Vec<T>, _> = parts.map(str::parse).collect();
        let list = list.unwrap_or_else(|_| {
            let what = format!("is {text:?}, which is not {kind}");
            self.mistakes.push(told(name, &origin, &what));
            Vec::new()
        });
        let shown: Vec<_> = list.iter().map(T::to_string).collect();
        self.keep(name, shown.join(","), origin);
        list
    }

    /// A number from 1 on.
    pub(super) fn count(&mut self, name: Name, default: u32) -> NonZeroU32 {
        let default = NonZeroU32::new(default).unwrap_or(NonZeroU32::MIN);
        self.parsed(name, default, "a number from 1 on")
    }

    /// One of these words.
    pub(super) fn choice<T: Copy + PartialEq>(
        &mut self,
        name: Name,
        choices: &[(&str, T)],
        default: T,
    ) -> T {
        let (value, origin) = match self.given(name) {
            None => (default, Origin::Default),
            Some((text, origin)) => {
                let chosen = choices.iter().find(|(word, _)| *word == text);
                let value = chosen.map_or_else(
                    || {
                        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
                        let what = format!("is {text:?}: use {}", words.join(" or "));
                        self.mistakes.push(told(name, &origin, &what));
                        default
                    },
                    |(_, value)| *value,
                );
                (value, origin)
            }
        };
        let word = choices.iter().find(|(_, meant)| *meant == value);
        self.keep(name, word.map_or("", |(word, _)| *word), origin);
        value
    }

    /// On or off; in the file also true or false.
    pub(super) fn switch(&mut self, name: Name, default: bool) -> bool {
        self.choice(name, &[("on", true), ("off", false)], default)
    }

    /// Says that a setting that was read is wrong.
    pub(super) fn wrong(&mut self, name: Name, what: &str) {
        let setting = self.settings.iter().rfind(|read| read.key == name.key);
        let origin = setting.map_or(Origin::Default, |read| read.origin.clone());
        self.mistakes.push(told(name, &origin, what));
    }

    /// Says that a setting is needed, with what to give; an empty one stands in for it.
    pub(super) fn missing(&mut self, name: Name, give: &str) -> Secret {
        self.mistakes
            .push(format!("{} is not set: give {give}", name.variable));
        Secret::from(String::new())
    }

    /// Everything that was read, once nothing was wrong.
    ///
    /// # Errors
    /// [`WrongSettings`], with the names in the file that no setting has.
    pub(super) fn end(mut self) -> Result<Vec<Setting>, WrongSettings> {
        if let Some(file) = &self.file {
            let known: BTreeSet<_> = self.settings.iter().map(|setting| setting.key).collect();
            for key in file.values.keys().filter(|key| !known.contains(&***key)) {
                let path = file.path.display();
                let meant = slips::meant(key, &self.settings)
                    .map(|name| format!("; did you mean {name}?"))
                    .unwrap_or_default();
                self.mistakes
                    .push(format!("{path}: there is no setting {key}{meant}"));
            }
        }
        if self.mistakes.is_empty() {
            Ok(self.settings)
        } else {
            Err(WrongSettings(self.mistakes))
        }
    }
}

/// A mistake, by the name that whoever made it used.
fn told(name: Name, origin: &Origin, what: &str) -> String {
    match origin {
        Origin::File(path) => format!("{}: {} {what}", path.display(), name.key),
        Origin::Environment | Origin::Default => format!("{} {what}", name.variable),
    }
}
