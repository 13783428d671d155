//! An end that is asked for loses nothing that was answered.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use uuid::Uuid;

use crate::service::{Service, try_ask};

/// Clients at once.
const CLIENTS: usize = 8;
/// Answers after which the service is asked to stop.
const ENOUGH: usize = 100;

#[tokio::test]
async fn sigterm_under_load_loses_nothing_that_was_answered() {
    let mut service = Service::start(&[]).await;
    let (answered, count) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                loop {
                    let id = Uuid::new_v4();
                    let Ok(stream) = std::net::TcpStream::connect(service.address) else {
                        break; // it stopped listening
                    };
                    let Ok(answer) = try_ask(stream, &service.event(id, "under load")) else {
                        break;
                    };
                    assert_eq!(answer.status, 200, "{answer:?}");
                    answered.lock().expect("a list").push(id);
                    if count.fetch_add(1, Ordering::Relaxed) + 1 == ENOUGH {
                        service.terminate();
                    }
                }
            });
        }
    });
    let status = service.ended();
    assert!(status.success(), "{status}: {}", service.log());

    let answered = answered.into_inner().expect("a list");
    assert!(answered.len() >= ENOUGH);
    let owner = service.database.owner().await;
    let stored: Vec<Uuid> = sqlx::query_scalar("select event_id from occurrences")
        .fetch_all(&owner)
        .await
        .expect("the occurrences");
    owner.close().await;
    let lost: Vec<_> = answered.iter().filter(|id| !stored.contains(id)).collect();
    assert!(lost.is_empty(), "{} of {}", lost.len(), answered.len());
}

#[tokio::test]
async fn a_body_that_is_still_coming_is_waited_for() {
    let mut service = Service::start(&[]).await;
    let id = Uuid::new_v4();
    let request = service.event(id, "in the middle");
    let (first, last) = request.split_at(request.len() - 5);
    let mut slow = service.connect();
    std::io::Write::write_all(&mut slow, first.as_bytes()).expect("a socket");
    service.until_metric("bugsage_ingest_bytes_in_flight", |bytes| bytes > 0.0);
    service.terminate();
    service.line(|line| {
        line["message"]
            .as_str()
            .is_some_and(|said| said.starts_with("stopping"))
    });
    let answer = try_ask(slow, last).expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(service.ended().success());
}
