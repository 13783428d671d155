//! Envelopes: nothing is made up, and what was read can be written and read again.

use bugsage_commands::intake::envelope::{MAX_ITEMS, parse};
use serde_json::json;

pub(crate) fn hold(body: &[u8]) {
    let Ok(envelope) = parse(body) else { return };
    assert!(envelope.items.len() + envelope.broken.len() <= MAX_ITEMS);
    let bytes: usize = envelope.items.iter().map(|item| item.payload.len()).sum();
    assert!(bytes <= body.len(), "payloads do not overlap");

    let mut written = b"{}\n".to_vec();
    for item in &envelope.items {
        let header = json!({"type": item.item_type, "length": item.payload.len()});
        written.extend(format!("{header}\n").bytes());
        written.extend_from_slice(item.payload);
        written.push(b'\n');
    }
    let read = parse(&written).expect("what was written is an envelope");
    assert_eq!(read.items, envelope.items);
    assert!(read.broken.is_empty(), "{:?}", read.broken);
}
