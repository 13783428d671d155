//! A load generator that costs little: plain HTTP/1.1 over kept connections, on one thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The longest latency that is told apart, in microseconds: one minute.
const LONGEST: u64 = 60_000_000;

/// Makes the bytes of the next request of a connection.
pub(crate) trait Requests: Send + Sync + 'static {
    /// Appends one whole request, its number counted over all connections.
    fn write(&self, number: u64, to: &mut Vec<u8>);
}

/// How requests are sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Connections kept open.
    pub(crate) connections: usize,
    /// How long.
    pub(crate) duration: Duration,
    /// Requests a second over all connections; `None`: each as soon as the last is answered.
    pub(crate) rate: Option<f64>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Requests answered 200.
    pub(crate) ok: u64,
    /// Other answers, and connections that broke.
    pub(crate) failed: u64,
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// Microseconds from when a request was due to its answer.
    pub(crate) latency: Histogram<u64>,
}

impl Outcome {
    pub(crate) fn per_second(&self) -> f64 {
        self.ok as f64 / self.elapsed.as_secs_f64()
    }

    /// Milliseconds within which this share of requests was answered.
    pub(crate) fn milliseconds(&self, quantile: f64) -> f64 {
        self.latency.value_at_quantile(quantile) as f64 / 1e3
    }
}

/// Sends requests as planned, on a thread of its own.
pub(crate) fn run(address: &str, plan: Plan, requests: Arc<dyn Requests>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(drive(address, plan, requests))
}

async fn drive(address: &str, plan: Plan, requests: Arc<dyn Requests>) -> Outcome {
    let started = Instant::now();
    let number = Arc::new(AtomicU64::new(0));
    let connections: Vec<_> = (0..plan.connections)
        .map(|_| {
            let (address, requests, number) =
                (address.to_owned(), requests.clone(), number.clone());
            tokio::spawn(connection(address, plan, started, requests, number))
        })
        .collect();
    let mut all = Outcome {
        ok: 0,
        failed: 0,
        elapsed: Duration::ZERO,
        latency: histogram(),
    };
    for connection in connections {
        let one = connection.await.expect("a connection's task");
        all.ok += one.ok;
        all.failed += one.failed;
        all.latency.add(one.latency).expect("the same bounds");
    }
    all.elapsed = started.elapsed();
    all
}

async fn connection(
    address: String,
    plan: Plan,
    started: Instant,
    requests: Arc<dyn Requests>,
    number: Arc<AtomicU64>,
) -> Outcome {
    let mut outcome = Outcome {
        ok: 0,
        failed: 0,
        elapsed: Duration::ZERO,
        latency: histogram(),
    };
    let mut stream = None;
    let (mut request, mut answer) = (Vec::with_capacity(64 * 1024), Vec::with_capacity(4096));
    while started.elapsed() < plan.duration {
        let mine = number.fetch_add(1, Ordering::Relaxed);
        // In an open loop a request waits from when it is due, whoever is late.
        let due = match plan.rate {
            Some(rate) => {
                let due = started + Duration::from_secs_f64(mine as f64 / rate);
                tokio::time::sleep_until(due.into()).await;
                due
            }
            // Not even a sleep that is over at once: it would end with the next millisecond.
            None => Instant::now(),
        };
        request.clear();
        requests.write(mine, &mut request);
        match exchange(&address, &mut stream, &request, &mut answer).await {
            Ok(200) => outcome.ok += 1,
            _ => outcome.failed += 1,
        }
        let waited = u64::try_from(due.elapsed().as_micros()).unwrap_or(LONGEST);
        outcome.latency.saturating_record(waited.max(1));
    }
    outcome
}

/// Sends one request and reads its answer; the status.
async fn exchange(
    address: &str,
    stream: &mut Option<TcpStream>,
    request: &[u8],
    answer: &mut Vec<u8>,
) -> std::io::Result<u16> {
    let mut open = match stream.take() {
        Some(open) => open,
        None => {
            let open = TcpStream::connect(address).await?;
            open.set_nodelay(true)?;
            open
        }
    };
    open.write_all(request).await?;
    answer.clear();
    loop {
        if open.read_buf(answer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if let Some((status, length)) = whole(answer)
            && answer.len() >= length
        {
            *stream = Some(open); // kept only after a whole answer
            return Ok(status);
        }
    }
}

/// The status and the length of the whole answer, once its head is there.
fn whole(answer: &[u8]) -> Option<(u16, usize)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let status = head.get(9..12)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    Some((status, end + length.unwrap_or(0)))
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, LONGEST, 3).expect("constant bounds")
}
