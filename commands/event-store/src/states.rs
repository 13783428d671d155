//! Where aggregates stand, as far as this process knows.

use std::any::Any;
use std::sync::Arc;

use bugsage_domain::ids::OrganizationId;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use serde::Serialize;

use crate::sourced::{EventSourced, Loaded};

/// What all states together may weigh, in bytes.
const MOST: u64 = 16 << 20;
/// What a state weighs beside its own fields, in bytes: the key, the entry, allocations. So there
/// are at most 16,384 of them.
const EACH: u32 = 1024;

type Key = (OrganizationId, &'static str, String);

/// The states of the aggregates that commands were lately decided on, least lately used ones
/// forgotten first: at most 16 MiB and 16,384 of them. Cheap to clone.
///
/// One may be older than the history, for others write too: whoever decides from it must append,
/// with its sequence expected, or load.
#[derive(Debug, Clone)]
pub(crate) struct States(Cache<Key, Known>);

#[derive(Debug, Clone)]
struct Known {
    loaded: Arc<dyn Any + Send + Sync>,
    weight: u32,
}

impl States {
    pub(crate) fn new() -> Self {
        let cache = Cache::builder()
            .max_capacity(MOST)
            .weigher(|_, known: &Known| known.weight)
            .eviction_policy(EvictionPolicy::lru());
        Self(cache.build())
    }

    pub(crate) fn get<A: EventSourced>(
        &self,
        organization: OrganizationId,
        id: &str,
    ) -> Option<Arc<Loaded<A>>> {
        let known = self.0.get(&(organization, A::TYPE, id.to_owned()))?;
        known.loaded.downcast().ok()
    }

    /// Remembers a state; one without a history costs nothing to find out, and is not.
    pub(crate) fn put<A: EventSourced>(
        &self,
        organization: OrganizationId,
        id: &str,
        loaded: &Arc<Loaded<A>>,
    ) {
        if loaded.sequence == 0 {
            return;
        }
        let known = Known {
            loaded: loaded.clone(),
            weight: EACH.saturating_add(written_length(&loaded.state)),
        };
        self.0.insert((organization, A::TYPE, id.to_owned()), known);
    }

    pub(crate) fn forget<A: EventSourced>(&self, organization: OrganizationId, id: &str) {
        self.0.invalidate(&(organization, A::TYPE, id.to_owned()));
    }
}

/// How long a state is as JSON, which is about what it holds of memory.
fn written_length(state: &impl Serialize) -> u32 {
    struct Length(u32);
    impl std::io::Write for Length {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            self.0 = self.0.saturating_add(length);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut length = Length(0);
    // What cannot be written weighs too much to be kept.
    serde_json::to_writer(&mut length, state).map_or(u32::MAX, |()| length.0)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bugsage_domain::error::ErrorGroup;
    use bugsage_domain::ids::OrganizationId;

    use super::{EACH, MOST, States};
    use crate::sourced::Loaded;

    const NOBODY: OrganizationId = OrganizationId(uuid::Uuid::nil());

    fn put_many(states: &States, count: u64) {
        let deleted = Arc::new(Loaded {
            state: ErrorGroup::Deleted,
            sequence: 2,
        });
        for number in 0..count {
            states.put(NOBODY, &number.to_string(), &deleted);
        }
        states.0.run_pending_tasks();
    }

    #[test]
    fn however_many_are_put_they_weigh_no_more_than_they_may() {
        let states = States::new();
        let most = MOST / u64::from(EACH);
        put_many(&states, 3 * most);
        assert!(states.0.weighted_size() <= MOST);
        assert!((most / 2..=most).contains(&states.0.entry_count()));
    }

    #[test]
    fn the_least_lately_used_is_forgotten_first() {
        let states = States::new();
        let most = MOST / u64::from(EACH);
        put_many(&states, 2 * most);
        let is_known = |number: u64| {
            states
                .get::<ErrorGroup>(NOBODY, &number.to_string())
                .is_some()
        };
        assert!(!is_known(0));
        assert!(is_known(2 * most - 1));
    }

    #[test]
    fn what_has_no_history_is_not_kept() {
        let states = States::new();
        let unborn: Arc<Loaded<ErrorGroup>> = Arc::default();
        states.put(NOBODY, "1", &unborn);
        assert!(states.get::<ErrorGroup>(NOBODY, "1").is_none());
    }
}
