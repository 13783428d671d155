//! Clients that stall, stand idle, never read or are too many.

use std::io::{Read, Write};
use std::net::TcpStream;

use uuid::Uuid;

use crate::service::{Service, try_ask};

/// Idle connections of the crowd, and open files of a process beside them.
const CROWD: u64 = 10_000;
const OTHER_FILES: u64 = 500;
/// Connections made at once: fewer than any system lets wait to be accepted.
const FEW: u64 = 50;
/// Connections whose answers nobody reads, and the requests sent on each at once. They ask for 60 MB,
/// more than a system takes for one that nobody reads.
const DEAF: usize = 5;
const PIPELINED: usize = 200;
/// Something large to ask for, and what stands once in the answer.
const LARGE: &str = "/api/v1/openapi.json";
const ONCE: &[u8] = b"\"openapi\":";
/// The last stream of those in HTTP/2, which are the odd ones: many more than may be open.
const LAST: u32 = 199;
/// MiB that they may cost: an answer each, and what 50 events need.
const DEAF_MB: u64 = 40;

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
async fn clients_that_never_read_are_ended_and_cost_an_answer_each() {
    let service = Service::start(&[("BUGSAGE_IDLE_SECONDS", "2")]).await;
    service.get(LARGE, "");
    let before = service.peak_mb();
    let asked = format!("GET {LARGE} HTTP/1.1\r\nhost: x\r\n\r\n").repeat(PIPELINED);
    let deaf: Vec<_> = (0..DEAF)
        .map(|_| deaf(&service, asked.as_bytes()))
        .collect();
    others_are_served_until_these_are_ended(&service);
    let grown = service.peak_mb() - before;
    assert!(grown <= DEAF_MB, "it grew by {grown} MiB");
    for stream in deaf {
        let answers = answers(&rest(stream));
        assert!((1..PIPELINED).contains(&answers), "{answers} answers");
    }
}

#[tokio::test]
async fn clients_of_http_2_that_take_no_byte_of_an_answer_are_ended() {
    let settings = [("BUGSAGE_IDLE_SECONDS", "2"), ("BUGSAGE_INFLIGHT_MB", "8")];
    let service = Service::start(&settings).await;
    service.get(LARGE, "");
    let before = service.peak_mb();
    let deaf: Vec<_> = (0..DEAF)
        .map(|_| deaf(&service, &without_room(LAST)))
        .collect();
    others_are_served_until_these_are_ended(&service);
    let grown = service.peak_mb() - before;
    assert!(grown <= DEAF_MB, "it grew by {grown} MiB");
    let all: Vec<_> = deaf.into_iter().map(rest).collect();
    let head = [1, 4, 0, 0, 0, 1, 0x88]; // of the first stream, with status 200
    let made = all
        .iter()
        .any(|came| came.windows(head.len()).any(|at| at == head));
    assert!(made, "{all:?}");
    assert!(all.iter().all(|came| answers(came) == 0));
}

#[tokio::test]
async fn an_answer_that_is_not_fetched_is_not_waited_for_whatever_else_is_asked() {
    let service = Service::start(&[("BUGSAGE_IDLE_SECONDS", "2")]).await;
    let deaf = deaf(&service, &without_room(1));
    let streams = std::cell::Cell::new(1);
    service.until_metric("bugsage_http_connections", |open| {
        streams.set(streams.get() + 2);
        let asked = request(&[&[0x02, 4], &b"HEAD"[..]].concat(), streams.get());
        (&deaf).write_all(&asked).ok(); // until it is ended
        open < 2.0
    });
    assert_eq!(answers(&rest(deaf)), 0);
}

fn deaf(service: &Service, asked: &[u8]) -> TcpStream {
    let mut stream = service.connect();
    stream.write_all(asked).expect("a socket");
    stream
}

fn others_are_served_until_these_are_ended(service: &Service) {
    let send = || service.send_event(Uuid::new_v4(), "served").status;
    for _ in 0..50 {
        assert_eq!(send(), 200);
    }
    service.until_metric("bugsage_http_connections", |open| {
        assert_eq!(send(), 200);
        open < 2.0 // that of the question itself
    });
}

fn answers(bytes: &[u8]) -> usize {
    bytes.windows(ONCE.len()).filter(|at| *at == ONCE).count()
}

/// Requests in HTTP/2, as many as streams up to the last, by one who has no room for a byte of an answer.
fn without_room(last: u32) -> Vec<u8> {
    let window_of_0 = [0, 4, 0, 0, 0, 0];
    let asked = (1..=last)
        .step_by(2)
        .flat_map(|stream| request(&[0x82], stream)); // GET
    let hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    hello
        .into_iter()
        .chain(frame(4, 0, 0, &window_of_0))
        .chain(asked)
        .collect()
}

/// By this method: http, the path, and `x` as the authority.
fn request(method: &[u8], stream: u32) -> Vec<u8> {
    let path = u8::try_from(LARGE.len()).expect("a short path");
    let headers = [
        method,
        &[0x86, 0x04, path],
        LARGE.as_bytes(),
        &[0x01, 1, b'x'],
    ]
    .concat();
    frame(1, 5, stream, &headers)
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("a short frame");
    [
        &[0, 0, length, kind, flags],
        &stream.to_be_bytes()[..],
        payload,
    ]
    .concat()
}

#[tokio::test]
async fn ten_thousand_idle_and_stalling_connections_do_not_hold_up_ingest() {
    let files = rlimit::increase_nofile_limit(u64::MAX).expect("a limit");
    let needed = CROWD + OTHER_FILES;
    assert!(
        files >= needed,
        "this process may open {files} files, and {needed} are needed: raise the hard limit (`ulimit -Hn`)"
    );
    let service = Service::start(&[("BUGSAGE_IDLE_SECONDS", "600")]).await; // none ends meanwhile
    let begun = "POST /api/1/envelope/ HTTP/1.1\r\nhost: x\r\ncontent-length: 9000\r\n";
    let stalling = (0..CROWD).map(|i| {
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
