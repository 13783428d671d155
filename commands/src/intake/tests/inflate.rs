use super::super::inflate::{Encoding, InflateError, inflate};
use super::super::store;
use proptest::prelude::*;
use std::io::Write;

fn pack(encoding: &str, data: &[u8]) -> Vec<u8> {
    use flate2::{Compression, write};
    match encoding {
        "gzip" => {
            let mut w = write::GzEncoder::new(Vec::new(), Compression::fast());
            w.write_all(data).unwrap();
            w.finish().unwrap()
        }
        "zlib" => {
            let mut w = write::ZlibEncoder::new(Vec::new(), Compression::fast());
            w.write_all(data).unwrap();
            w.finish().unwrap()
        }
        "raw" => {
            let mut w = write::DeflateEncoder::new(Vec::new(), Compression::fast());
            w.write_all(data).unwrap();
            w.finish().unwrap()
        }
        "br" => {
            let mut w = brotli::CompressorWriter::new(Vec::new(), 4096, 3, 20);
            w.write_all(data).unwrap();
            w.into_inner()
        }
        "zstd" => zstd::stream::encode_all(data, 1).unwrap(),
        _ => data.to_vec(),
    }
}

const ENCODINGS: [(&str, &str); 6] = [
    ("gzip", "gzip"),
    ("zlib", "deflate"),
    ("raw", "deflate"),
    ("br", "br"),
    ("zstd", "zstd"),
    ("", "identity"),
];

#[test]
fn a_bomb_is_stopped_in_every_encoding() {
    let zeros = vec![0; 1 << 20];
    for (how, name) in ENCODINGS {
        let result = inflate(Encoding::parse(name).unwrap(), &pack(how, &zeros), 1000);
        assert_eq!(result, Err(InflateError::TooLarge { max: 1000 }), "{how}");
    }
}

#[test]
fn a_bomb_within_a_bomb_is_stopped() {
    let bomb = pack("gzip", &pack("br", &vec![0; 1 << 20]));
    let result = inflate(Encoding::parse("br, gzip").unwrap(), &bomb, 10_000);
    assert_eq!(result, Err(InflateError::TooLarge { max: 10_000 }));
}

#[test]
fn several_gzip_members_are_one_body() {
    let body = [pack("gzip", b"a"), pack("gzip", b"b")].concat();
    assert_eq!(
        inflate(Encoding::parse("GZIP").unwrap(), &body, 9).unwrap(),
        b"ab"
    );
}

#[test]
fn encodings_are_undone_from_the_last() {
    let body = pack("br", &pack("gzip", b"x"));
    assert_eq!(
        inflate(Encoding::parse("gzip, br").unwrap(), &body, 99).unwrap(),
        b"x"
    );
}

#[test]
fn an_unknown_encoding_is_named() {
    assert_eq!(
        Encoding::parse("lzma"),
        Err(InflateError::UnknownEncoding {
            name: "lzma".into()
        })
    );
}

#[test]
fn a_store_body_may_be_base64_of_zlib() {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(pack("zlib", b"{}"));
    assert_eq!(store::event(body.as_bytes(), 99).unwrap().as_ref(), b"{}");
}

proptest! {
    #[test]
    fn every_encoding_round_trips(data in proptest::collection::vec(any::<u8>(), 0..500)) {
        for (how, name) in ENCODINGS {
            let out = inflate(Encoding::parse(name).unwrap(), &pack(how, &data), 500);
            prop_assert_eq!(out.as_ref(), Ok(&data), "{}", how);
        }
    }

    #[test]
    fn no_bytes_make_a_decoder_panic_or_pass_the_bound(
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        for (_, name) in ENCODINGS {
            let out = inflate(Encoding::parse(name).unwrap(), &body, 100);
            prop_assert!(out.is_err() || out.is_ok_and(|out| out.len() <= 100));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_bound_holds_to_the_byte_in_every_layer(
        data in proptest::collection::vec(0..4_u8, 0..3000), max in 0..3000_usize,
    ) {
        for (inner, first) in ENCODINGS {
            for (outer, second) in ENCODINGS {
                let packed = pack(inner, &data);
                let fits = data.len().max(if outer.is_empty() { 0 } else { packed.len() }) <= max;
                let encoding = Encoding::parse(&format!("{first}, {second}")).unwrap();
                let expected = if fits { Ok(data.clone()) } else { Err(InflateError::TooLarge { max }) };
                prop_assert_eq!(inflate(encoding, &pack(outer, &packed), max), expected);
            }
        }
    }
}
