//! A flood of sign-ins takes neither the memory nor the service.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};

use uuid::Uuid;

use crate::service::{PATIENCE, Service};

/// Wrong passwords in all, and how many are under way at once.
const PASSWORDS: usize = 10_000;
const CLIENTS: usize = 50;
/// MiB that a run of Argon2id takes, of which two may run, and what else 50 requests may need.
const HASHES: u64 = 2 * 19;
const REST: u64 = 40;

#[tokio::test]
async fn ten_thousand_wrong_passwords_are_bounded_and_an_event_is_taken_meanwhile() {
    let service = Service::start(&[]).await;
    service.send_event(Uuid::new_v4(), "before");
    let before = service.peak_mb();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (refused, sent_away) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut stream = service.connect();
                loop {
                    let one = next.fetch_add(1, Ordering::Relaxed);
                    if one >= PASSWORDS {
                        break;
                    }
                    let (status, ends) = wrong_password(&mut stream, one);
                    match status {
                        401 => refused.fetch_add(1, Ordering::Relaxed),
                        429 => sent_away.fetch_add(1, Ordering::Relaxed),
                        other => panic!("{other}"),
                    };
                    if ends {
                        stream = service.connect();
                    }
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        scope.spawn(|| {
            while done.load(Ordering::Relaxed) < PASSWORDS / 2 {
                let answer = service.send_event(Uuid::new_v4(), "meanwhile");
                assert_eq!(answer.status, 200, "{answer:?}");
            }
        });
    });
    let (refused, sent_away) = (refused.into_inner(), sent_away.into_inner());
    assert_eq!(refused + sent_away, PASSWORDS);
    assert!(
        refused > 0 && sent_away > refused,
        "{refused} were compared, {sent_away} were not"
    );
    let grown = service.peak_mb() - before;
    assert!(grown <= HASHES + REST, "it grew by {grown} MiB");
}

/// Tries one, each of an account of its own so that none is slowed, and answers the status and whether
/// the connection ends: who is sent away is so before the password is read.
fn wrong_password(stream: &mut TcpStream, one: usize) -> (u16, bool) {
    let body = format!(r#"{{"email":"{one}@example.com","password":"not the password at all"}}"#);
    let request = format!(
        "POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer).expect("it answers");
        assert!(read > 0, "it hung up");
        answer.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&answer);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let header = |name| head.lines().find_map(|line| line.strip_prefix(name));
            let length = header("content-length: ");
            if length.and_then(|length| length.parse().ok()) == Some(body.len()) {
                let ends = header("connection: ") == Some("close");
                return (text[9..12].parse().expect("a status"), ends);
            }
        }
    }
}
