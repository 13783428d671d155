//! Settings: read once at start, from the environment; every mistake is told at once.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;

/// Where the service runs; decides what is on by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// One developer's machine. The default.
    Development,
    /// As production, for trying out.
    Staging,
    /// The documentation page is off unless asked for.
    Production,
}

/// All settings of the service.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `BUGSAGE_ENVIRONMENT`: development, staging or production.
    pub environment: Environment,
    /// `BUGSAGE_HOST` and `BUGSAGE_PORT`: where to listen. 127.0.0.1:8000.
    pub listen: SocketAddr,
    /// `BUGSAGE_URL`: how the outside reaches the service, with any path prefix.
    pub public_url: String,
    /// `DATABASE_URL`: the service's login.
    pub database_url: String,
    /// `BUGSAGE_PROJECTOR_DATABASE_URL`: the projector's login; by default the service's.
    pub projector_database_url: String,
    /// `BUGSAGE_MIGRATE_DATABASE_URL`: the owner's login; by default the service's.
    pub migrate_database_url: String,
    /// `BUGSAGE_DATABASE_CONNECTIONS`: connections of the service's pool. 16.
    pub database_connections: NonZeroU32,
    /// `NATS_URL`; `None` with `BUGSAGE_NATS=off`.
    pub nats_url: Option<String>,
    /// `BUGSAGE_DOCS`: on or off; by default off in production.
    pub docs: bool,
    /// `BUGSAGE_INFLIGHT_MB`: bytes of request bodies held at once over all connections. 512.
    pub inflight_megabytes: NonZeroU32,
}

/// The settings that are wrong, one sentence each.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct WrongSettings(pub Vec<String>);

impl Settings {
    /// Reads the settings of this process.
    ///
    /// # Errors
    /// [`WrongSettings`] with every mistake.
    pub fn from_environment() -> Result<Self, WrongSettings> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the environment"
        )]
        Self::read(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    /// Reads settings from any source of named values.
    ///
    /// # Errors
    /// [`WrongSettings`] with every mistake.
    pub fn read(value_of: impl Fn(&str) -> Option<String>) -> Result<Self, WrongSettings> {
        let mut reader = Reader {
            value_of,
            mistakes: Vec::new(),
        };
        let environment = reader.choice(
            "BUGSAGE_ENVIRONMENT",
            &[
                ("development", Environment::Development),
                ("staging", Environment::Staging),
                ("production", Environment::Production),
            ],
            Environment::Development,
        );
        let host = reader.parsed(
            "BUGSAGE_HOST",
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            "an IP address",
        );
        let port = reader.parsed("BUGSAGE_PORT", 8000, "a port number");
        let listen = SocketAddr::new(host, port);
        let database_url = reader.required(
            "DATABASE_URL",
            "the address of PostgreSQL (postgres://user:password@host/database); `make run` starts a private one",
        );
        let nats = reader.choice("BUGSAGE_NATS", &[("on", true), ("off", false)], true);
        let settings = Self {
            environment,
            listen,
            public_url: reader
                .text("BUGSAGE_URL")
                .unwrap_or_else(|| format!("http://{listen}"))
                .trim_end_matches('/')
                .to_owned(),
            projector_database_url: reader
                .text("BUGSAGE_PROJECTOR_DATABASE_URL")
                .unwrap_or_else(|| database_url.clone()),
            migrate_database_url: reader
                .text("BUGSAGE_MIGRATE_DATABASE_URL")
                .unwrap_or_else(|| database_url.clone()),
            database_url,
            database_connections: reader.count("BUGSAGE_DATABASE_CONNECTIONS", 16),
            nats_url: nats.then(|| reader.text("NATS_URL")).flatten(),
            docs: reader.choice(
                "BUGSAGE_DOCS",
                &[("on", true), ("off", false)],
                environment != Environment::Production,
            ),
            inflight_megabytes: reader.count("BUGSAGE_INFLIGHT_MB", 512),
        };
        if nats && settings.nats_url.is_none() {
            reader.mistakes.push(
                "NATS_URL is not set: give the address of NATS (nats://host:4222), or set BUGSAGE_NATS=off to do without"
                    .to_owned(),
            );
        }
        if reader.mistakes.is_empty() {
            Ok(settings)
        } else {
            Err(WrongSettings(reader.mistakes))
        }
    }
}

struct Reader<F> {
    value_of: F,
    mistakes: Vec<String>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    fn text(&self, name: &str) -> Option<String> {
        (self.value_of)(name)
    }

    fn required(&mut self, name: &str, meaning: &str) -> String {
        self.text(name).unwrap_or_else(|| {
            self.mistakes
                .push(format!("{name} is not set: give {meaning}"));
            String::new()
        })
    }

    fn parsed<T: std::str::FromStr>(&mut self, name: &str, default: T, kind: &str) -> T {
        match self.text(name).map(|text| (text.parse(), text)) {
            None => default,
            Some((Ok(value), _)) => value,
            Some((Err(_), text)) => {
                self.mistakes
                    .push(format!("{name} is {text:?}, which is not {kind}"));
                default
            }
        }
    }

    fn count(&mut self, name: &str, default: u32) -> NonZeroU32 {
        let default = NonZeroU32::new(default).unwrap_or(NonZeroU32::MIN);
        self.parsed(name, default, "a number from 1 on")
    }

    fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)], default: T) -> T {
        let Some(text) = self.text(name) else {
            return default;
        };
        if let Some((_, value)) = choices.iter().find(|(word, _)| *word == text) {
            return *value;
        }
        let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
        self.mistakes
            .push(format!("{name} is {text:?}: use {}", words.join(" or ")));
        default
    }
}
