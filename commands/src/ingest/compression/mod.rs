//! Events compressed with what the events of their project have in common.
//!
//! A dictionary a project, trained once from its first occurrences ([`training`]) and then kept
//! for ever: it takes more than half off what the log holds of each event.

mod registry;
pub(super) mod training;

pub use registry::Dictionaries;

use std::cell::RefCell;
use std::io;

use zstd::zstd_safe::{CCtx, CDict, compress_bound, get_error_name};

/// zstd level: 1 costs a quarter of 3 and gives nine tenths of its gain on events.
const LEVEL: i32 = 1;
/// The encoding of what was compressed without a dictionary.
const PLAIN: i32 = 0;

/// A dictionary ready to compress with.
pub struct Dictionary {
    id: i32,
    prepared: CDict<'static>,
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dictionary({})", self.id)
    }
}

impl Dictionary {
    fn new(id: i32, bytes: &[u8]) -> Self {
        Self {
            id,
            prepared: CDict::create(bytes, LEVEL),
        }
    }
}

thread_local! {
    /// To make one costs more than to compress an event with it.
    static CONTEXT: RefCell<CCtx<'static>> = RefCell::new(CCtx::create());
}

/// Compresses with the dictionary, if there is one; and the encoding that says so.
pub(super) fn compress(
    json: &[u8],
    dictionary: Option<&Dictionary>,
) -> Result<(Vec<u8>, i32), io::Error> {
    let mut out = Vec::with_capacity(compress_bound(json.len()));
    let done = CONTEXT.with_borrow_mut(|context| match dictionary {
        Some(dictionary) => context.compress_using_cdict(&mut out, json, &dictionary.prepared),
        None => context.compress(&mut out, json, LEVEL),
    });
    done.map_err(|code| io::Error::other(get_error_name(code)))?;
    out.shrink_to_fit();
    Ok((out, dictionary.map_or(PLAIN, |dictionary| dictionary.id)))
}
