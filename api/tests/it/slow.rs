//! Clients that stall, stand idle or are too many.

use std::io::{Read, Write};
use std::net::TcpStream;

use uuid::Uuid;

use crate::service::{Service, try_ask};

/// Idle connections of the crowd, if this process may open so many files.
const CROWD: u64 = 10_000;
/// Connections made at once: fewer than any system lets wait to be accepted.
const FEW: u64 = 50;

/// Everything up to the end that the service makes; a reset is an end too.
fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => bytes,
        Err(error) => panic!("the connection was not ended: {error}"),
    }
}

#[tokio::test]
async fn connections_without_a_whole_request_are_ended() {
    let service = Service::start(&[("BUGSAGE_IDLE_SECONDS", "1")]).await;
    for begun in [
        "",
        "P",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "POST /api/1/store/ HTTP/1.1\r\nhost:",
    ] {
        let mut stream = service.connect();
        stream.write_all(begun.as_bytes()).expect("a socket");
        assert!(!rest(stream).starts_with(b"HTTP/1.1 200"), "{begun:?}");
    }
    let mut kept = service.connect();
    kept.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")
        .expect("a socket");
    assert!(rest(kept).starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn a_request_whose_body_is_still_coming_is_not_idle() {
    let service = Service::start(&[("BUGSAGE_IDLE_SECONDS", "1")]).await;
    let request = service.event(Uuid::new_v4(), "slow");
    let (first, last) = request.split_at(request.len() - 5);
    let mut slow = service.connect();
    slow.write_all(first.as_bytes()).expect("a socket");
    let idle = service.connect(); // began later, so its second ends later
    rest(idle);
    let answer = try_ask(slow, last).expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test]
async fn too_many_connections_wait_until_others_have_stood_idle() {
    let settings = [
        ("BUGSAGE_IDLE_SECONDS", "1"),
        ("BUGSAGE_MAX_CONNECTIONS", "2"),
    ];
    let service = Service::start(&settings).await;
    let _idle = [service.connect(), service.connect()];
    assert_eq!(service.send_event(Uuid::new_v4(), "waited").status, 200);
}

#[tokio::test]
async fn ten_thousand_idle_and_stalling_connections_do_not_hold_up_ingest() {
    let files = rlimit::increase_nofile_limit(u64::MAX).expect("a limit");
    let crowd = CROWD.min(files.saturating_sub(500));
    let service = Service::start(&[("BUGSAGE_IDLE_SECONDS", "600")]).await; // none ends meanwhile
    let begun = "POST /api/1/envelope/ HTTP/1.1\r\nhost: x\r\ncontent-length: 9000\r\n";
    let stalling = (0..crowd).map(|i| {
        let mut stream = service.connect();
        match i % 10 {
            0 => stream.write_all(begun.as_bytes()).expect("a socket"),
            1 => write!(stream, "{begun}\r\nhalf a body").expect("a socket"),
            _ => {} // idle
        }
        if i % FEW == 0 {
            service.get("/health/live", ""); // those before it have been accepted
        }
        stream
    });
    let held: Vec<_> = stalling.collect();
    for _ in 0..50 {
        assert_eq!(service.send_event(Uuid::new_v4(), "served").status, 200);
    }
    let held = held.len() as f64;
    service.until_metric("bugsage_http_connections", |open| open > held);
}
