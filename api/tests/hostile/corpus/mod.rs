//! The corpus: each file a kind of malice, each line a request and its documented answer.

mod addresses;
mod api;
mod bombs;
mod chunks;
mod counts;
mod framing;
mod headers;
mod packed;
mod stacked;
mod store;
mod texts;
mod values;

use crate::case::Case;

/// Every case there is.
pub(crate) fn all() -> Vec<Case> {
    [
        bombs::cases(),
        packed::cases(),
        stacked::cases(),
        framing::cases(),
        texts::cases(),
        values::cases(),
        counts::cases(),
        headers::cases(),
        addresses::cases(),
        chunks::cases(),
        store::cases(),
        api::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
