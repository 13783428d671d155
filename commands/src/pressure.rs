//! What goes on beside ingest steps aside while occurrences queue: the same processors and the same
//! database serve both.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

/// So many that wait when a commit ends are a queue,
const QUEUE: usize = 3;
/// if they came at so many a second at least: a slow disk alone lets fewer gather.
const RATE: f64 = 250.0;
/// Of the last 32 commits so many left a queue where ingest is pressed.
const OFTEN: u32 = 16;
/// How long it counts as pressed after the last of them, or twice what that took.
const LASTS: Duration = Duration::from_millis(250);
/// The time of a turn: ten a second are taken meanwhile, some of which find nothing to do.
const TURN: Duration = Duration::from_millis(100);
/// How soon it is noticed that ingest is pressed no more.
const LOOK: Duration = Duration::from_millis(25);

/// Whether ingest of this process has more to do than it can, and whose turn it is. Cheap to clone; clones
/// share their turns.
#[derive(Debug, Clone)]
pub struct Pressure {
    felt: Arc<Felt>,
    turn: Arc<Mutex<()>>,
    /// Who shares the turns, for operators.
    of: &'static str,
}

#[derive(Debug)]
struct Felt {
    begun: Instant,
    /// Until when it is on, in milliseconds since `begun`.
    until: AtomicU64,
}

/// None.
impl Default for Pressure {
    fn default() -> Self {
        let (begun, until) = (Instant::now(), AtomicU64::new(0));
        Self {
            felt: Arc::new(Felt { begun, until }),
            turn: Arc::default(),
            of: "work",
        }
    }
}

impl Pressure {
    /// The same pressure with turns of their own, for those who are not to wait behind all others.
    #[must_use]
    pub fn apart(&self, of: &'static str) -> Self {
        Self {
            felt: Arc::clone(&self.felt),
            turn: Arc::default(),
            of,
        }
    }

    /// Returns at once, or, while ingest is pressed, after a turn: then there are ten a second for all who
    /// share them.
    pub async fn step_aside(&self) {
        if !self.is_on() {
            return;
        }
        metrics::counter!("bugsage_stepped_aside_total", "of" => self.of).increment(1);
        let _turn = self.turn.lock().await;
        let begun = Instant::now();
        while self.is_on() && begun.elapsed() < TURN {
            sleep(LOOK).await;
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.milliseconds() < self.felt.until.load(Ordering::Relaxed)
    }

    fn milliseconds(&self) -> u64 {
        u64::try_from(self.felt.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Tells whether there is a [`Pressure`], by what waits after each commit.
#[derive(Debug)]
pub(crate) struct Gauge {
    pressure: Pressure,
    /// A bit for each of the last commits, set where it left a queue.
    queued: u32,
}

impl Gauge {
    pub(crate) const fn new(pressure: Pressure) -> Self {
        Self {
            pressure,
            queued: 0,
        }
    }

    /// So many wait now that a commit has ended, which took so long.
    pub(crate) fn note(&mut self, waiting: usize, took: Duration) {
        let is_queue = waiting >= QUEUE && waiting as f64 >= RATE * took.as_secs_f64();
        self.queued = self.queued << 1 | u32::from(is_queue);
        if is_queue && self.queued.count_ones() >= OFTEN {
            let lasts = u64::try_from(LASTS.max(2 * took).as_millis()).unwrap_or(u64::MAX);
            let until = self.pressure.milliseconds().saturating_add(lasts);
            self.pressure.felt.until.store(until, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: Duration = Duration::from_millis(2);

    async fn takes(pressure: &Pressure) -> Duration {
        let begun = Instant::now();
        pressure.step_aside().await;
        begun.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_steps_aside_for_a_few_that_wait_nor_for_a_slow_disk() {
        let pressure = Pressure::default();
        let mut gauge = Gauge::new(pressure.clone());
        for waiting in [0, 2, 1, 2, 90, 0].repeat(20) {
            gauge.note(waiting, COMMIT);
        }
        for _ in 0..40 {
            gauge.note(20, Duration::from_millis(100));
        }
        assert_eq!(takes(&pressure).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn while_occurrences_queue_there_are_ten_turns_a_second() {
        let pressure = Pressure::default();
        let mut gauge = Gauge::new(pressure.clone());
        let press = async {
            loop {
                gauge.note(40, COMMIT);
                sleep(COMMIT).await;
            }
        };
        let work = async {
            sleep(40 * COMMIT).await;
            let begun = Instant::now();
            tokio::join!(pressure.step_aside(), pressure.step_aside());
            for _ in 0..3 {
                let apart = pressure.apart("others");
                tokio::join!(pressure.step_aside(), apart.step_aside());
            }
            begun.elapsed()
        };
        tokio::select! {
            () = press => unreachable!(),
            elapsed = work => {
                assert!(elapsed >= Duration::from_millis(500), "{elapsed:?}");
                assert!(elapsed < Duration::from_millis(600), "{elapsed:?}");
            }
        }
        sleep(LASTS).await;
        gauge.note(0, COMMIT); // it comes after a storm
        assert_eq!(takes(&pressure).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn slow_commits_do_not_end_it() {
        let pressure = Pressure::default();
        let mut gauge = Gauge::new(pressure.clone());
        for _ in 0..OFTEN {
            gauge.note(400, Duration::from_secs(1));
        }
        sleep(Duration::from_secs(1)).await;
        assert!(pressure.is_on());
    }
}
