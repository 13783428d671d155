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

/// As ARCHITECTURE.md says.
const MORE_THAN: usize = 1_400;
/// What the service may hold beside the bodies that it counts: itself, events on their way to
/// the database, and what the allocator keeps of both.
const BESIDE_MB: u64 = 160;
/// The neighbour is served in the same second, with so many of a hundred requests.
const SAME_SECOND: Duration = Duration::from_secs(1);
const MOST: usize = 99;
/// And with every one in this: the machine is shared with other tests.
const AT_LAST: Duration = Duration::from_secs(5);

fn neighbour() -> Request {
    let body = framed(&[br#"{"message":"from next door"}"#]);
    let path = format!("/api/{NEIGHBOUR}/envelope/?sentry_key={NEIGHBOUR_KEY}");
    Request::new("POST", &path, body)
}

/// What was noted so far.
#[derive(Default)]
struct Notes {
    /// How long the neighbour waited, beside each case.
    waits: Vec<Duration>,
    stored: i64,
    faults: Vec<String>,
}

impl Notes {
    /// Sends one case beside the neighbour's request.
    async fn send(&mut self, service: &Service, case: &Case) {
        let served = async {
            let started = Instant::now();
            let answer = exchange(&service.address, &neighbour()).await;
            (answer.status, started.elapsed())
        };
        let (answer, (status, waited)) =
            tokio::join!(exchange(&service.address, &case.request), served);
        self.waits.push(waited);
        if status != Some(200) || waited > AT_LAST {
            let got = format!("the neighbour got {status:?} after {waited:?}");
            self.fault(case, got);
        }
        let peak = service.peak_mb();
        if peak > INFLIGHT_MB + BESIDE_MB {
            self.fault(case, format!("the service held {peak} MiB"));
        }
        let before = std::mem::replace(&mut self.stored, service.stored(PROJECT).await);
        if let Some(fault) = case.expected.fault(&answer, self.stored - before) {
            self.fault(case, fault);
        }
    }

    fn fault(&mut self, case: &Case, fault: String) {
        self.faults.push(format!("{}: {fault}", case.name));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_hostile_gets_more_than_its_answer() {
    let mut service = Service::start().await;
    let corpus = corpus::all();
    assert!(corpus.len() > MORE_THAN, "{} cases", corpus.len());
    let mut notes = Notes::default();
    for case in &corpus {
        notes.send(&service, case).await;
    }
    assert!(service.lives(), "{:#?}", notes.faults);
    assert!(notes.faults.is_empty(), "{}", notes.faults.join("\n"));
    let neighbours = service.stored(NEIGHBOUR).await;
    assert_eq!(usize::try_from(neighbours), Ok(corpus.len()));
    let mut waits = notes.waits;
    waits.sort_unstable();
    let most = waits[waits.len() * MOST / 100];
    assert!(most <= SAME_SECOND, "{MOST} of 100 waited up to {most:?}");
}
