//! Occurrences as they are stored: compressed, most with the dictionary of their project.

use std::io::Read;

use bugsage_domain::occurrence::{self, Occurrence};

/// Reads a stored payload; `dictionary` is empty where it was compressed without one. `None` if it cannot
/// be read.
pub(crate) fn read(payload: &[u8], dictionary: &[u8]) -> Option<Occurrence> {
    let mut reader = zstd::stream::read::Decoder::with_dictionary(payload, dictionary).ok()?;
    let mut json = Vec::new();
    reader.read_to_end(&mut json).ok()?;
    occurrence::decode(&json).ok()
}
