//! Small bodies that grow beyond every bound.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use crate::case::{Case, cases as table, refused, taken};
use crate::wire::{Request, framed};

const MB: usize = 1024 * 1024;
/// More than a body may grow to.
const TOO_MUCH: usize = 101 * MB;
const TOO_LARGE: &str = "larger than 104857600 bytes once decompressed";
/// 101 MiB of zeros; brotli's streams cannot be put one behind the other, and its encoder is slow.
const BROTLI: [u8; 89] = [
    0xcf, 0xff, 0xff, 0x7f, 0x00, 0x24, 0x00, 0xe2, 0xb1, 0x40, 0x72, 0xef, 0xff, 0xf9, 0xff, 0xff,
    0x0f, 0x80, 0x04, 0x40, 0x1c, 0x16, 0x80, 0xee, 0xfd, 0x3f, 0xff, 0xff, 0xff, 0x01, 0x90, 0x00,
    0x88, 0xc3, 0x02, 0xd0, 0xbd, 0xff, 0xe7, 0xff, 0xff, 0x3f, 0x00, 0x12, 0x00, 0x71, 0x58, 0x00,
    0xba, 0xf7, 0xff, 0xfc, 0xff, 0xff, 0x07, 0x40, 0x02, 0x20, 0x0e, 0x0b, 0x40, 0xf7, 0xfe, 0x9f,
    0xff, 0xff, 0xff, 0x00, 0x48, 0x00, 0xc4, 0x61, 0x01, 0xe8, 0xde, 0xff, 0xe7, 0xff, 0xff, 0x13,
    0x00, 0x09, 0x80, 0x38, 0x2c, 0x00, 0xdd, 0xfb, 0x27,
];

pub(super) fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn raw_deflate(body: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zstd(body: &[u8]) -> Vec<u8> {
    zstd::encode_all(body, 1).unwrap()
}

fn packed(encoding: &str, body: impl Into<Vec<u8>>) -> Request {
    Request::envelope(body).encoded(encoding)
}

pub(super) fn cases() -> Vec<Case> {
    let zeros = vec![0; TOO_MUCH];
    let brotli = &BROTLI[..];
    // A skippable frame tells a reader to pass over four bytes.
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4];
    let too_large = || refused(413, TOO_LARGE);
    let mut bombs = table(
        "bomb",
        [
            ("gzip", packed("gzip", gzip(&zeros)), too_large()),
            ("x-gzip", packed("x-gzip", gzip(&zeros)), too_large()),
            ("zlib", packed("deflate", zlib(&zeros)), too_large()),
            (
                "raw deflate",
                packed("deflate", raw_deflate(&zeros)),
                too_large(),
            ),
            ("brotli", packed("br", brotli), too_large()),
            ("zstd", packed("zstd", zstd(&zeros)), too_large()),
            (
                "gzip of members",
                packed("gzip", gzip(&zeros[..MB]).repeat(101)),
                too_large(),
            ),
            (
                "zstd of frames",
                packed("zstd", zstd(&zeros[..MB]).repeat(101)),
                too_large(),
            ),
            (
                "zstd behind 10,000 skippable frames",
                packed("zstd", [skippable.repeat(10_000), zstd(&zeros)].concat()),
                too_large(),
            ),
            (
                "gzip in gzip",
                packed("gzip, gzip", gzip(&gzip(&zeros))),
                too_large(),
            ),
            (
                "brotli in gzip",
                packed("br, gzip", gzip(brotli)),
                too_large(),
            ),
            (
                "zstd in deflate",
                packed("zstd, deflate", zlib(&zstd(&zeros))),
                too_large(),
            ),
            (
                "brotli in four layers",
                packed("br, gzip, zstd, deflate", zlib(&zstd(&gzip(brotli)))),
                too_large(),
            ),
        ],
    );
    bombs.extend(table("bomb", of_json()));
    bombs
}

/// An object of lists, which take ten times their room when they are read.
fn lists(before: &[u8], size: usize) -> Vec<u8> {
    [before, b"{\"a\":[", &b"[],".repeat(size / 3), b"0]}\n"].concat()
}

/// Bodies within the bound that are much work to read.
fn of_json() -> Vec<(&'static str, Request, crate::case::Expected)> {
    let blank = |bytes: &[u8]| gzip(&[b"{}\n", bytes].concat());
    let spaces = vec![b' '; MB - 2];
    let event = [b"{", &spaces[..], b"}"].concat();
    let large = [b"{  ", &spaces[..], b"}"].concat();
    vec![
        (
            "90 MB of blank lines",
            packed("gzip", blank(&vec![b'\n'; 90 * MB])),
            taken(0),
        ),
        (
            "90 MB of lines of a space",
            packed("gzip", blank(&b" \n".repeat(45 * MB))),
            taken(0),
        ),
        (
            "a first line of 90 MB",
            packed("gzip", gzip(&vec![b' '; 90 * MB])),
            refused(400, "first line"),
        ),
        (
            "an item header of 90 MB",
            packed("gzip", blank(&[&b"{"[..], &vec![b' '; 90 * MB]].concat())),
            refused(400, "item 1: its header"),
        ),
        (
            "a first line of 30 million lists",
            packed("gzip", gzip(&lists(b"", 90 * MB))),
            refused(400, "first line"),
        ),
        (
            "an item header of 30 million lists",
            packed("gzip", gzip(&lists(b"{}\n", 90 * MB))),
            refused(400, "item 1: its header"),
        ),
        (
            "60 events of a megabyte of spaces",
            packed("gzip", gzip(&framed(&vec![&event[..]; 60]))),
            taken(60),
        ),
        (
            "60 events a little too large",
            packed("gzip", gzip(&framed(&vec![&large[..]; 60]))),
            refused(413, "at most 1048576"),
        ),
    ]
}
