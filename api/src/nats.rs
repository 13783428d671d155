//! The message server: checked at start, reported on, never needed to take an occurrence.

use std::time::Duration;

/// The oldest version whose JetStream has what BugSage uses.
const MINIMUM: (u64, u64) = (2, 10);

/// A connection to NATS, or none by choice.
#[derive(Debug, Clone)]
pub enum Nats {
    /// `BUGSAGE_NATS=off`.
    Off,
    /// Connected once; reconnects by itself.
    On(async_nats::Client),
}

/// Why NATS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NatsError {
    /// Nothing answers, or it refuses.
    #[error(
        "NATS does not answer at {address}: {reason}; start it, correct NATS_URL, or set BUGSAGE_NATS=off"
    )]
    Unreachable {
        /// Where, without credentials.
        address: String,
        /// Why.
        reason: String,
    },
    /// Too old.
    #[error("NATS is version {0}: BugSage needs 2.10 or newer")]
    TooOld(String),
    /// JetStream is off.
    #[error("NATS runs without JetStream: start it with a jetstream {{ … }} block (see nats.conf)")]
    NoJetStream,
}

impl Nats {
    /// Connects and checks version and JetStream.
    ///
    /// # Errors
    /// [`NatsError`], each with what to do.
    pub async fn connect(url: Option<&str>) -> Result<Self, NatsError> {
        let Some(url) = url else { return Ok(Self::Off) };
        let address = url
            .rsplit_once('@')
            .map_or(url, |(_, host)| host)
            .to_owned();
        let client = async_nats::ConnectOptions::new()
            .name("bugsage")
            .connection_timeout(Duration::from_secs(5))
            .connect(url)
            .await
            .map_err(|error| NatsError::Unreachable {
                address,
                reason: error.to_string(),
            })?;
        let server = client.server_info();
        let mut numbers = server
            .version
            .split(['.', '-'])
            .map_while(|n| n.parse().ok());
        if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < MINIMUM {
            return Err(NatsError::TooOld(server.version));
        }
        if !server.jetstream {
            return Err(NatsError::NoJetStream);
        }
        Ok(Self::On(client))
    }

    /// `off`, `up` or `down`.
    #[must_use]
    pub fn health(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On(client) => match client.connection_state() {
                async_nats::connection::State::Connected => "up",
                _ => "down",
            },
        }
    }
}
