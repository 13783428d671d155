//! How long things take around jobs.

use std::time::Duration;

/// Periods of the workers; tests have shorter ones.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long a job stays with a worker that gives no sign of life; it gives three in that time.
    pub lease: Duration,
    /// How long no message came before rows are looked at all the same, while NATS serves.
    pub poll: Duration,
    /// The pause after the first failure; each further one is twice as long.
    pub first_pause: Duration,
    /// The longest.
    pub longest_pause: Duration,
    /// How long jobs may go on when the service stops.
    pub grace: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(5),
            first_pause: Duration::from_secs(2),
            longest_pause: Duration::from_secs(600),
            grace: Duration::from_secs(5),
        }
    }
}

impl Pace {
    /// The pause after so many tries.
    pub(crate) fn pause(&self, tries: u32) -> Duration {
        let doubled = 1_u32.checked_shl(tries.saturating_sub(1));
        let pause = doubled.and_then(|times| self.first_pause.checked_mul(times));
        pause.map_or(self.longest_pause, |pause| pause.min(self.longest_pause))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pace;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pace = Pace::default();
        let seconds = [1, 2, 3, 9, 10, 33, u32::MAX].map(|tries| pace.pause(tries));
        let expected = [2, 4, 8, 512, 600, 600, 600].map(Duration::from_secs);
        assert_eq!(seconds, expected);
    }
}
