use super::auth::{AuthError, Places, sender};
use super::envelope::{BrokenItem, parse};
use super::inflate::{Encoding, InflateError, inflate};
use super::kinds::Kind;
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
fn a_broken_item_header_costs_only_that_item() {
    let envelope = parse(b"{}\nnot json\nx\n{\"type\":\"event\"}\n{}\r\n").unwrap();
    assert_eq!(envelope.broken, [BrokenItem::Header { number: 1 }]);
    assert_eq!(envelope.items[0].payload, b"{}\r");
    assert_eq!(envelope.items[0].kind(), Kind::Event);
}

#[test]
fn a_length_beyond_the_end_is_malformed() {
    let envelope = parse(b"{}\n{\"type\":\"event\",\"length\":9}\n{}").unwrap();
    assert_eq!(
        envelope.broken,
        [BrokenItem::Short {
            number: 1,
            length: 9,
            left: 2
        }]
    );
}

#[test]
fn event_ids_come_with_and_without_dashes() {
    for id in [
        "fc6d8c0c43fc4630ad850ee518f1b9d0",
        "fc6d8c0c-43fc-4630-ad85-0ee518f1b9d0",
    ] {
        let body = format!("{{\"event_id\":\"{id}\",\"sent_at\":7}}");
        assert!(parse(body.as_bytes()).unwrap().header.event_id.is_some());
    }
}

#[test]
fn the_key_is_found_in_each_place() {
    let all = [
        Places {
            sentry_auth: Some("sentry  sentry_key = k ,sentry_client=c/1"),
            ..Places::default()
        },
        Places {
            authorization: Some("Sentry sentry_key=k"),
            ..Places::default()
        },
        Places {
            query: Some("sentry_version=7&sentry_key=k"),
            ..Places::default()
        },
        Places {
            dsn: Some("https://k:secret@host/prefix/1"),
            ..Places::default()
        },
    ];
    for places in all {
        assert_eq!(sender(&places).unwrap().key, "k");
    }
    assert_eq!(sender(&all[0]).unwrap().client.as_deref(), Some("c/1"));
}

#[test]
fn keys_that_differ_are_refused() {
    let places = Places {
        query: Some("sentry_key=a"),
        dsn: Some("https://b@h/1"),
        ..Places::default()
    };
    assert!(matches!(sender(&places), Err(AuthError::Disagree { .. })));
}

#[test]
fn no_key_is_an_error() {
    let places = Places {
        authorization: Some("Bearer x"),
        ..Places::default()
    };
    assert_eq!(sender(&places), Err(AuthError::Missing));
}

#[test]
fn a_store_body_may_be_base64_of_zlib() {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(pack("zlib", b"{}"));
    assert_eq!(
        super::store::event(body.as_bytes(), 99).unwrap().as_ref(),
        b"{}"
    );
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
    fn no_bytes_make_the_parser_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&body);
        let _ = parse(&[b"{}\n", body.as_slice()].concat());
        for (_, name) in ENCODINGS {
            let out = inflate(Encoding::parse(name).unwrap(), &body, 100);
            prop_assert!(out.is_err() || out.is_ok_and(|o| o.len() <= 100));
        }
    }

    #[test]
    fn envelopes_round_trip_in_both_framings(
        items in proptest::collection::vec(("[a-z_]{1,9}", any::<bool>(), proptest::collection::vec(any::<u8>(), 0..50)), 0..9)
    ) {
        let mut body = b"{}\n".to_vec();
        let mut sent = Vec::new();
        for (name, with_length, mut payload) in items {
            let length = match with_length {
                true => format!(",\"length\":{}", payload.len()),
                false => String::new(),
            };
            if !with_length {
                payload.retain(|b| *b != b'\n');
            }
            body.extend(format!("{{\"type\":\"{name}\"{length}}}\n").bytes());
            body.extend(&payload);
            body.push(b'\n');
            sent.push((name, payload));
        }
        let read = parse(&body).unwrap();
        let read: Vec<_> = read.items.iter().map(|i| (i.item_type.to_string(), i.payload.to_vec())).collect();
        prop_assert_eq!(read, sent);
    }
}
