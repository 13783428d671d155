//! Compressed bodies that are broken, each in a way of its own.

use super::bombs::{gzip, raw_deflate, zlib};
use crate::case::{Case, Expected, cases as table, refused, taken};
use crate::wire::{Request, framed};

pub(super) type Line = (&'static str, Vec<u8>, Expected);

pub(super) fn body() -> Vec<u8> {
    framed(&[br#"{"message":"packed"}"#])
}

/// The bytes with one of them changed, counted from the end.
fn flipped(mut bytes: Vec<u8>, from_end: usize) -> Vec<u8> {
    let at = bytes.len() - from_end;
    bytes[at] ^= 0x55;
    bytes
}

pub(super) fn cut(mut bytes: Vec<u8>, length: usize) -> Vec<u8> {
    bytes.truncate(length);
    bytes
}

pub(super) fn with(bytes: Vec<u8>, more: &[u8]) -> Vec<u8> {
    [&bytes, more].concat()
}

/// The lines as bodies that name this encoding.
pub(super) fn in_encoding(encoding: &str, lines: Vec<Line>) -> Vec<Case> {
    let lines = lines.into_iter().map(|(name, bytes, expected)| {
        let request = Request::envelope(bytes).encoded(encoding);
        (name, request, expected)
    });
    table(encoding, lines)
}

pub(super) fn cases() -> Vec<Case> {
    [
        in_encoding("gzip", of_gzip()),
        in_encoding("deflate", of_deflate()),
        in_encoding("br", of_brotli()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn of_gzip() -> Vec<Line> {
    let broken = || refused(400, "not valid gzip");
    let whole = gzip(&body());
    let flagged = |flags: u8, more: &[u8]| {
        let mut bytes = [&whole[..10], more, &whole[10..]].concat();
        bytes[3] = flags;
        bytes
    };
    vec![
        ("nothing at all", Vec::new(), broken()),
        ("two bytes", cut(whole.clone(), 2), broken()),
        ("a head alone", cut(whole.clone(), 10), broken()),
        ("no trailer", cut(whole.clone(), whole.len() - 8), broken()),
        (
            "half a trailer",
            cut(whole.clone(), whole.len() - 4),
            broken(),
        ),
        ("a wrong checksum", flipped(whole.clone(), 8), broken()),
        ("a wrong size", flipped(whole.clone(), 1), broken()),
        ("a wrong byte inside", flipped(whole.clone(), 15), broken()),
        (
            "another method",
            {
                let mut b = whole.clone();
                b[2] = 7;
                b
            },
            broken(),
        ),
        ("reserved flags", flagged(0xe0, b""), broken()),
        (
            "a file name without end",
            flagged(8, &vec![b'n'; 1 << 20]),
            broken(),
        ),
        (
            "a comment of a megabyte",
            flagged(16, &with(vec![b'c'; 1 << 20], b"\0")),
            broken(),
        ),
        (
            "an extra field that lies",
            flagged(4, b"\xff\xff"),
            broken(),
        ),
        (
            "a header checksum that lies",
            flagged(2, b"\x00\x00"),
            broken(),
        ),
        (
            "garbage behind it",
            with(whole.clone(), b"garbage behind it"),
            broken(),
        ),
        ("zeros behind it", with(whole.clone(), &[0; 64]), broken()),
        (
            "a second member cut short",
            with(whole.clone(), &whole[..12]),
            broken(),
        ),
        (
            "10,000 empty members",
            with(whole.clone(), &gzip(b"").repeat(10_000)),
            taken(1),
        ),
        ("plain text", body(), broken()),
        ("zlib", zlib(&body()), broken()),
    ]
}

fn of_deflate() -> Vec<Line> {
    let broken = || refused(400, "not valid deflate");
    let (wrapped, raw) = (zlib(&body()), raw_deflate(&body()));
    let stored_lies = b"\x01\xff\xff\x00\x00{}\n".to_vec();
    vec![
        ("nothing at all", Vec::new(), broken()),
        ("a reserved block type", vec![0x07; 20], broken()),
        ("a stored block that lies", stored_lies, broken()),
        (
            "a wanted dictionary",
            with(vec![0x78, 0xbb], &raw),
            broken(),
        ),
        ("a wrong checksum", flipped(wrapped.clone(), 1), broken()),
        (
            "no checksum",
            cut(wrapped.clone(), wrapped.len() - 4),
            broken(),
        ),
        ("raw, cut short", cut(raw.clone(), raw.len() - 3), broken()),
        (
            "a distance before the start",
            vec![0x4b, 0x04, 0x12, 0x00],
            broken(),
        ),
        ("gzip", gzip(&body()), broken()),
    ]
}

fn of_brotli() -> Vec<Line> {
    let broken = || refused(400, "not valid br");
    vec![
        ("nothing at all", Vec::new(), broken()),
        ("ones", vec![0xff; 64], broken()),
        ("a reserved window", vec![0x11, 0x00, 0x00], broken()),
        ("metadata that lies", vec![0x0c, 0xff, 0xff, 0xff], broken()),
        ("an empty stream", vec![0x06], refused(400, "first line")),
        ("gzip", gzip(&body()), broken()),
    ]
}
