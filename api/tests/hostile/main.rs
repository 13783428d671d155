//! What nobody means well with, over the real port: every answer is the documented one, memory
//! stays bounded, and the neighbour is served meanwhile.

#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps says where it failed"
)]

mod case;
mod corpus;
mod service;
mod wire;

use std::time::{Duration, Instant};

use case::Case;
use service::{INFLIGHT_MB, NEIGHBOUR, NEIGHBOUR_KEY, PROJECT, Service};
use wire::{Request, exchange, framed};

/// What the service may hold beside the bodies that it counts: itself, events on their way to
/// the database, and what the allocator keeps of both.
const BESIDE_MB: u64 = 160;
/// The neighbour is served in the same second; the rest is for the machine the tests share.
const SAME_SECOND: Duration = Duration::from_secs(5);

fn neighbour() -> Request {
    let body = framed(&[br#"{"message":"from next door"}"#]);
    let path = format!("/api/{NEIGHBOUR}/envelope/?sentry_key={NEIGHBOUR_KEY}");
    Request::new("POST", &path, body)
}

/// Sends one case beside the neighbour's request, with so many stored before; what was wrong.
async fn fault(service: &Service, case: &Case, stored: &mut i64) -> Option<String> {
    let before = *stored;
    let served = async {
        let started = Instant::now();
        let answer = exchange(&service.address, &neighbour()).await;
        (answer.status, started.elapsed())
    };
    let (answer, (status, waited)) =
        tokio::join!(exchange(&service.address, &case.request), served);
    if status != Some(200) || waited > SAME_SECOND {
        return Some(format!("the neighbour got {status:?} after {waited:?}"));
    }
    let peak = service.peak_mb();
    if peak > INFLIGHT_MB + BESIDE_MB {
        return Some(format!("the service held {peak} MiB"));
    }
    *stored = service.stored(PROJECT).await;
    case.expected.fault(&answer, *stored - before)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hostile_gets_more_than_its_answer() {
    let mut service = Service::start().await;
    let corpus = corpus::all();
    assert!(corpus.len() >= 200, "{} cases", corpus.len());
    let (mut faults, mut stored) = (Vec::new(), 0);
    for case in &corpus {
        if let Some(fault) = fault(&service, case, &mut stored).await {
            faults.push(format!("{}: {fault}", case.name));
        }
    }
    assert!(service.lives(), "{faults:#?}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let neighbours = service.stored(NEIGHBOUR).await;
    assert_eq!(usize::try_from(neighbours), Ok(corpus.len()));
}
