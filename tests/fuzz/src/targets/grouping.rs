//! Decoding and grouping, as ingest does it: the same each time, and within bounds.

use bugsage_domain::grouping::{CURRENT, fingerprint};
use bugsage_domain::occurrence::decode;
use bugsage_domain::scrub::{Limits, Rules, scrub};

/// Characters of a title.
const TITLE_MAX: usize = 255;

pub(crate) fn hold(json: &[u8]) {
    let limits = Limits::default();
    let Ok(scrubbed) = scrub(json, &Rules::default(), &limits) else {
        return;
    };
    let Ok(occurrence) = decode(&scrubbed.json) else {
        assert_ne!(scrubbed.json.first(), Some(&b'{'), "an object is an event");
        return;
    };
    let stacks = occurrence.exceptions.iter().map(|one| &one.stacktrace);
    let stacks = stacks.chain(occurrence.threads.iter().map(|one| &one.stacktrace));
    let grouping = fingerprint(CURRENT, &occurrence);
    assert_eq!(grouping, fingerprint(CURRENT, &occurrence));
    assert!(grouping.title.chars().count() <= TITLE_MAX);
    assert!(!grouping.title.contains('\0'));
    assert!(!grouping.explanation.is_empty());
    for stack in stacks.flatten() {
        assert!(stack.frames.len() <= limits.frames);
    }
}
