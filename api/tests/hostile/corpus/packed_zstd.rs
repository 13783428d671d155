//! zstd that is broken, each time in a way of its own.

use super::bombs::zstd;
use super::packed::{body, cut, in_encoding, with};
use crate::case::{Case, refused, taken};

pub(super) fn cases() -> Vec<Case> {
    let broken = || refused(400, "not valid zstd");
    let whole = zstd(&body());
    let magic = || whole[..4].to_vec();
    let lines = vec![
        ("nothing at all", Vec::new(), broken()),
        ("the magic number alone", magic(), broken()),
        (
            "another magic number",
            with(vec![0x27, 0xb5, 0x2f, 0xfd], &whole[4..]),
            broken(),
        ),
        (
            "a window of 2 GB",
            with(magic(), &[0x00, 0xa8, 0x01, 0x00, 0x00]),
            broken(),
        ),
        (
            "a window of 128 MB",
            with(magic(), &[0x00, 0x88, 0x01, 0x00, 0x00]),
            broken(),
        ),
        (
            "a size of 2^64",
            with(
                magic(),
                &[0xe0, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 0],
            ),
            broken(),
        ),
        (
            "an unknown dictionary",
            with(magic(), &[0x23, 1, 2, 3, 4, 0, 1, 0, 0]),
            broken(),
        ),
        (
            "reserved bits",
            with(magic(), &[0x08, 0x00, 0x01, 0x00, 0x00]),
            broken(),
        ),
        (
            "a reserved block type",
            with(magic(), &[0x00, 0x00, 0x07, 0x00, 0x00]),
            broken(),
        ),
        (
            "no last block",
            cut(whole.clone(), whole.len() - 1),
            broken(),
        ),
        (
            "garbage behind it",
            with(whole.clone(), b"garbage"),
            broken(),
        ),
        (
            "a second frame cut short",
            with(whole.clone(), &whole[..7]),
            broken(),
        ),
        (
            "a skippable frame that lies",
            vec![0x50, 0x2a, 0x4d, 0x18, 255, 255, 255, 255, 1],
            broken(),
        ),
        (
            "10,000 empty frames",
            with(zstd(b"").repeat(10_000), &whole),
            taken(1),
        ),
        ("zeros", vec![0; 100_000], broken()),
    ];
    in_encoding("zstd", lines)
}
