//! The corpus: each file a kind of malice, each line a request and its documented answer.

mod addresses;
mod api;
mod bombs;
mod chunks;
mod counts;
mod first_lines;
mod framing;
mod headers;
mod ids;
mod json;
mod keys;
mod kinds;
mod lengths;
mod nul;
mod packed;
mod packed_zstd;
mod reports;
mod request_lines;
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
        packed_zstd::cases(),
        stacked::cases(),
        first_lines::cases(),
        framing::cases(),
        json::cases(),
        texts::cases(),
        nul::cases(),
        kinds::cases(),
        values::cases(),
        ids::cases(),
        counts::cases(),
        request_lines::cases(),
        headers::cases(),
        keys::cases(),
        addresses::cases(),
        chunks::cases(),
        lengths::cases(),
        store::cases(),
        reports::cases(),
        api::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
