//! What a node does.

use std::fmt;
use std::str::FromStr;

/// The roles of a node; at least one. `--role` and `BUGSAGE_ROLES` name them with commas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles {
    /// Takes occurrences and answers the REST API.
    pub api: bool,
    /// Runs sagas and does their jobs, relays domain events, sends letters.
    pub worker: bool,
    /// Keeps the read models.
    pub projector: bool,
}

impl Roles {
    /// Everything, as on one machine.
    pub const ALL: Self = Self {
        api: true,
        worker: true,
        projector: true,
    };
    const NONE: Self = Self {
        api: false,
        worker: false,
        projector: false,
    };
}

impl FromStr for Roles {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut roles = Self::NONE;
        for word in text.split(',').map(str::trim) {
            match word {
                "api" => roles.api = true,
                "worker" => roles.worker = true,
                "projector" => roles.projector = true,
                _ => return Err(format!("{word:?} is no role: use api, worker or projector")),
            }
        }
        Ok(roles)
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [
            (self.api, "api"),
            (self.worker, "worker"),
            (self.projector, "projector"),
        ];
        let words: Vec<_> = words
            .into_iter()
            .filter_map(|(has, word)| has.then_some(word))
            .collect();
        f.write_str(&words.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::Roles;

    #[test]
    fn roles_are_read_as_they_are_shown_and_an_unknown_one_is_named() {
        for text in ["api", "worker", "api,projector", "api,worker,projector"] {
            assert_eq!(
                text.parse::<Roles>().map(|roles| roles.to_string()),
                Ok(text.to_owned())
            );
        }
        assert_eq!(
            "worker, api".parse(),
            Ok(Roles {
                projector: false,
                ..Roles::ALL
            })
        );
        for text in ["", "api,", "writer"] {
            assert!(text.parse::<Roles>().is_err(), "{text:?}");
        }
    }
}
