//! Encodings: the first byte chooses them, the rest is the body. Nothing grows beyond the bound,
//! and a larger bound never changes what fits the smaller one.

use bugsage_commands::intake::inflate::{Encoding, InflateError, inflate};
use bugsage_commands::intake::store;

/// The bound, in bytes.
const MAX: usize = 64 * 1024;

const ENCODINGS: [&str; 8] = [
    "gzip",
    "deflate",
    "br",
    "zstd",
    "gzip, br",
    "zstd, deflate",
    "br, zstd, gzip",
    "identity",
];

pub(crate) fn hold(input: &[u8]) {
    let Some((choice, body)) = input.split_first() else {
        return;
    };
    if let Ok(event) = store::event(body, MAX) {
        assert!(event.len() <= MAX);
    }
    let name = ENCODINGS[usize::from(*choice) % ENCODINGS.len()];
    let encoding = Encoding::parse(name).expect("a known encoding");
    match inflate(encoding.clone(), body, MAX) {
        Ok(bytes) => {
            assert!(bytes.len() <= MAX);
            assert_eq!(inflate(encoding, body, 2 * MAX), Ok(bytes));
        }
        Err(InflateError::TooLarge { max }) => assert_eq!(max, MAX),
        Err(InflateError::Corrupt { .. }) => {
            assert!(inflate(encoding, body, 2 * MAX).is_err());
        }
        Err(other) => panic!("the encoding is known: {other}"),
    }
}
