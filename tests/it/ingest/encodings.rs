//! Compressed bodies.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::{assert_rejected, message};
use crate::app::{Answer, TestApp, envelope, send};

/// How a body is packed, and what `Content-Encoding` says of it.
pub(super) const ENCODINGS: [(&str, &str); 7] = [
    ("none", "identity"),
    ("gzip", "gzip"),
    ("gzip", "x-gzip"),
    ("zlib", "deflate"),
    ("raw deflate", "deflate"),
    ("br", "br"),
    ("zstd", "zstd"),
];

pub(super) fn pack(how: &str, body: &[u8]) -> Vec<u8> {
    let level = Compression::fast();
    match how {
        "gzip" => {
            let mut encoder = GzEncoder::new(Vec::new(), level);
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        "zlib" => {
            let mut encoder = ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        "raw deflate" => {
            let mut encoder = DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        "br" => {
            let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 1, 20);
            encoder.write_all(body).unwrap();
            encoder.into_inner()
        }
        "zstd" => zstd::encode_all(body, 1).unwrap(),
        _ => body.to_vec(),
    }
}

async fn send_packed(app: &TestApp, encoding: &str, body: Vec<u8>) -> Answer {
    let request = app.to_ingest("envelope/");
    send(request.header("content-encoding", encoding).body(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_encoding_is_read() {
    let app = TestApp::start().await;
    for (how, encoding) in ENCODINGS {
        let body = envelope(&[&message(how)]);
        let answer = send_packed(&app, encoding, pack(how, &body)).await;
        let id = answer.expect(200)["id"].clone();
        let stored = app.occurrence(id.as_str().unwrap()).await;
        assert_eq!(stored["payload"]["message"], how);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn encodings_are_read_in_any_case() {
    let app = TestApp::start().await;
    let body = pack("gzip", &envelope(&[&message("loud")]));
    send_packed(&app, "GZip", body).await.expect(200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stacked_encodings_are_undone_from_the_last() {
    let app = TestApp::start().await;
    let body = pack("br", &pack("gzip", &envelope(&[&message("twice")])));
    send_packed(&app, "gzip, br", body.clone())
        .await
        .expect(200);
    let two_headers = app
        .to_ingest("envelope/")
        .header("content-encoding", "gzip")
        .header("content-encoding", "br");
    send(two_headers.body(body)).await.expect(200);
    assert_eq!(app.stored().await, 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_encoding_is_named_in_the_refusal() {
    let app = TestApp::start().await;
    let answer = send_packed(&app, "lzma", b"x".to_vec()).await;
    assert_rejected(&answer, 415, "lzma");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tower_of_encodings_is_refused() {
    let app = TestApp::start().await;
    let answer = send_packed(&app, "gzip, gzip, gzip, gzip, gzip", b"x".to_vec()).await;
    assert_rejected(&answer, 415, "encodings");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_what_its_encoding_says_is_refused() {
    let app = TestApp::start().await;
    for encoding in ["gzip", "deflate", "br", "zstd"] {
        let answer = send_packed(&app, encoding, vec![0xff; 40]).await;
        assert_rejected(&answer, 400, "not valid");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_cut_short_is_refused() {
    let app = TestApp::start().await;
    for (how, encoding) in ENCODINGS.into_iter().skip(1) {
        let mut body = pack(how, &envelope(&[&message(&"cut ".repeat(99))]));
        body.truncate(body.len() / 2);
        let answer = send_packed(&app, encoding, body).await;
        assert_rejected(&answer, 400, "not valid");
    }
    app.stop().await;
}

/// Inflated to its end it would hold some 200 GB, which no machine that runs tests would survive.
#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_is_stopped_while_it_inflates() {
    let app = TestApp::start().await;
    let frame = pack("zstd", &vec![0; 100 * 1024 * 1024]);
    let bomb = frame.repeat(20 * 1000 * 1000 / frame.len());
    let answer = send_packed(&app, "zstd", bomb).await;
    assert_rejected(&answer, 413, "once decompressed");
    app.stop().await;
}
