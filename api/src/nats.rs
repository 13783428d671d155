//! The message server: checked at start if it is there, reported on, never needed to take an occurrence.

use std::time::Duration;

use async_nats::{ConnectErrorKind, ConnectOptions, ServerAddr};
use percent_encoding::percent_decode_str;

/// The oldest version whose JetStream has what BugSage uses.
const MINIMUM: (u64, u64) = (2, 10);

/// A connection to NATS, or none by choice.
#[derive(Debug, Clone)]
pub enum Nats {
    /// `BUGSAGE_NATS=off`.
    Off,
    /// Connects by itself, again and again.
    On(async_nats::Client),
}

/// Why NATS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NatsError {
    /// No address.
    #[error("NATS_URL is no address such as nats://user:password@host:4222: {0}")]
    Address(String),
    /// It refuses.
    #[error(
        "NATS cannot be used at {addresses}: {reason}; correct NATS_URL, or set BUGSAGE_NATS=off"
    )]
    Refused {
        /// Where, without credentials.
        addresses: String,
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
    /// Connects and checks version and JetStream. Where nothing answers, neither is checked, and it
    /// is connected once something does: a service must come back without it.
    ///
    /// # Errors
    /// [`NatsError`], each with what to do.
    pub async fn connect(url: Option<&str>) -> Result<Self, NatsError> {
        let Some(url) = url else { return Ok(Self::Off) };
        let servers = servers(url).map_err(|error| NatsError::Address(error.to_string()))?;
        let options = ConnectOptions::new()
            .name("bugsage")
            .connection_timeout(Duration::from_secs(5));
        let options = signed_in(options, &servers);
        let client = match options.clone().connect(servers.as_slice()).await {
            Ok(client) => client,
            Err(error) if is_away(error.kind()) => {
                let addresses = hosts(&servers);
                tracing::error!(addresses, %error, "NATS is away: work goes on without until it answers");
                let client = options.retry_on_initial_connect().connect(servers).await;
                return client
                    .map(Self::On)
                    .map_err(|error| refused(addresses, &error));
            }
            Err(error) => return Err(refused(hosts(&servers), &error)),
        };
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

    /// The connection, where there is one.
    #[must_use]
    pub fn client(&self) -> Option<async_nats::Client> {
        match self {
            Self::Off => None,
            Self::On(client) => Some(client.clone()),
        }
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

/// The addresses in a list with commas.
pub(crate) fn servers(list: &str) -> std::io::Result<Vec<ServerAddr>> {
    list.split(',')
        .map(|server| server.trim().parse())
        .collect()
}

fn is_away(kind: ConnectErrorKind) -> bool {
    use ConnectErrorKind::{Dns, Io, TimedOut};
    matches!(kind, Dns | Io | TimedOut)
}

fn refused(addresses: String, error: &async_nats::ConnectError) -> NatsError {
    let reason = error.to_string();
    NatsError::Refused { addresses, reason }
}

/// The client leaves what an address says of user, password or token to its caller.
fn signed_in(options: ConnectOptions, servers: &[ServerAddr]) -> ConnectOptions {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let named = servers
        .iter()
        .find_map(|server| Some((server.username()?, server.password())));
    match named {
        Some((user, Some(password))) => options.user_and_password(plain(user), plain(password)),
        Some((token, None)) => options.token(plain(token)),
        None => options,
    }
}

fn hosts(servers: &[ServerAddr]) -> String {
    let hosts: Vec<_> = servers
        .iter()
        .map(|server| format!("{}:{}", server.host(), server.port()))
        .collect();
    hosts.join(", ")
}
