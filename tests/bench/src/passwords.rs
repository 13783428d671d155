//! Wrong passwords, while something else is measured.

use std::time::Duration;

use crate::load::{self, Outcome, Plan, Requests};
use crate::service::Service;

/// How many come.
pub(crate) const WRONG: u32 = 10_000;

/// Each for another account and from another network, or most would be sent away at once.
struct Wrong;

impl Requests for Wrong {
    fn write(&self, number: u64, to: &mut Vec<u8>) {
        let body = format!(
            r#"{{"email":"nobody-{number}@bench.example","password":"wrong battery {number} staple"}}"#
        );
        let head = format!(
            "POST /api/v1/auth/login HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n\
             X-Forwarded-For: 10.{}.{}.{}\r\nContent-Length: {}\r\n\r\n",
            number >> 16 & 255,
            number >> 8 & 255,
            number & 255,
            body.len()
        );
        to.extend(head.bytes());
        to.extend(body.bytes());
    }
}

/// Sends [`WRONG`] of them over so long a time.
pub(crate) async fn flood(service: &Service, duration: Duration) -> Outcome {
    let plan = Plan {
        connections: 64,
        duration,
        rate: Some(f64::from(WRONG) / duration.as_secs_f64()),
    };
    let address = service.address.clone();
    let run = move || load::run(&address, plan, std::sync::Arc::new(Wrong));
    tokio::task::spawn_blocking(run).await.expect("the flood")
}
