//! The file of settings: TOML, one table a section.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// A file that was read.
pub(super) struct File {
    /// Where it lies.
    pub(super) path: PathBuf,
    /// Its values under `section.name`. `None`: not of a kind that a setting can be.
    pub(super) values: BTreeMap<String, Option<String>>,
}

impl File {
    /// Reads it whole; what it says is judged later.
    ///
    /// # Errors
    /// One sentence, without the line that is wrong: it may hold a password.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let named = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("the settings file {named} cannot be read: {error}"))?;
        let table: Table = text.parse().map_err(|error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(1, |before| before.matches('\n').count() + 1);
            format!("{named}, line {line}: {}", error.message())
        })?;
        let mut values = BTreeMap::new();
        for (key, value) in table {
            match value {
                Value::Table(section) => {
                    for (name, value) in section {
                        values.insert(format!("{key}.{name}"), scalar(value));
                    }
                }
                value => {
                    values.insert(key, scalar(value));
                }
            }
        }
        Ok(Self {
            path: path.to_owned(),
            values,
        })
    }
}

/// As the same setting would be written in the environment.
fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(on) => Some(if on { "on" } else { "off" }.to_owned()),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    }
}
