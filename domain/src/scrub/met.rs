//! The keys met so far: an event has few of them, and each many times.

use super::keys;
use super::reader::Text;

/// What is to be known of a key, wherever it stands.
#[derive(Clone, Copy)]
pub(super) struct Facts {
    pub(super) role: Role,
    pub(super) is_sensitive: bool,
}

/// What a key makes of its value or says of its neighbours.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Role {
    Breadcrumbs,
    Exception,
    Threads,
    Tags,
    Modules,
    Release,
    Version,
    Values,
    Frames,
    /// Its value may name the secret that a [`Role::Value`] beside it holds.
    Name,
    Value,
    /// The text of a log entry, which is made of the [`Role::Params`] beside it.
    Message,
    Params,
    None,
}

impl Facts {
    pub(super) fn of(key: &str, extra: &[String]) -> Self {
        Self {
            role: Role::of(key),
            is_sensitive: keys::is_sensitive(key, extra),
        }
    }
}

impl Role {
    fn of(key: &str) -> Self {
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        match key {
            "breadcrumbs" => Self::Breadcrumbs,
            "exception" => Self::Exception,
            "threads" => Self::Threads,
            "tags" => Self::Tags,
            "modules" => Self::Modules,
            "release" => Self::Release,
            "version" => Self::Version,
            "values" => Self::Values,
            "frames" => Self::Frames,
            _ if is("key") || is("name") => Self::Name,
            _ if is("value") => Self::Value,
            _ if is("message") || is("formatted") => Self::Message,
            _ if is("params") => Self::Params,
            _ => Self::None,
        }
    }
}

/// How many keys are remembered.
const PLACES: usize = 256;

/// Keys that are written as they came, and what is known of them; of those that share a place the
/// last one.
pub(super) struct Met<'j>([Option<(&'j str, Facts)>; PLACES]);

/// Where a key is remembered; two keys may share it.
#[derive(Clone, Copy)]
pub(super) struct Place(usize);

impl Place {
    pub(super) fn of(key: &str) -> Self {
        let bytes = key.as_bytes();
        let byte = |at: usize| bytes.get(at).map_or(0, |byte| usize::from(*byte));
        let last = byte(bytes.len().wrapping_sub(1));
        Self((byte(0) + 5 * last + 11 * byte(bytes.len() / 2) + 3 * bytes.len()) % PLACES)
    }

    /// One bit, always the same for the same key.
    pub(super) const fn mark(self) -> u64 {
        1 << (self.0 % 64)
    }
}

impl Default for Met<'_> {
    fn default() -> Self {
        Self([None; PLACES])
    }
}

impl<'j> Met<'j> {
    pub(super) fn get(&self, key: &Text<'j>, place: Place) -> Option<Facts> {
        let (known, facts) = self.0[place.0]?;
        (known == key.raw() && !key.is_escaped).then_some(facts)
    }

    pub(super) fn put(&mut self, key: &Text<'j>, place: Place, facts: Facts) {
        self.0[place.0] = Some((key.raw(), facts));
    }
}
