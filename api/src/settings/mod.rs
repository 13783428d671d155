//! Settings: read once at start; what the environment says goes over the file, the file over
//! the defaults; every mistake is told at once.
//!
//! One file a section. To add a setting: a field there whose doc says meaning, unit, default and
//! variable, its line in `bugsage.example.toml`, and its row in the README. A test compares the three.

mod address;
mod analysis;
mod database;
mod embeddings;
mod file;
mod ingest;
mod jobs;
mod limits;
mod log;
mod mail;
mod models;
mod nats;
mod network;
mod people;
mod reader;
mod repositories;
mod roles;
mod seal;
mod secret;
mod server;
mod slips;
mod traces;

use std::path::Path;

pub use analysis::Analysis;
pub use database::Database;
pub use embeddings::Embeddings;
pub use ingest::Ingest;
pub use jobs::Jobs;
pub use limits::Limits;
pub use log::{Format, Log};
pub use mail::Mail;
pub use models::Models;
pub use nats::Nats;
pub use network::Network;
pub use people::{People, Registration};
pub use reader::{Origin, Setting};
pub use repositories::Repositories;
pub use roles::Roles;
pub use seal::Seal;
pub use secret::Secret;
pub use server::Server;
pub use traces::Traces;

use file::File;
use reader::{Name, Reader};

/// Where the service runs; decides what is on by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// One developer's machine. The default.
    Development,
    /// As production, with the documentation page.
    Staging,
    /// The documentation page is off unless asked for, and logs are JSON.
    Production,
}

/// All settings of the service.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `BUGSAGE_ENVIRONMENT`: development, staging or production. Development.
    pub environment: Environment,
    /// How it is reached.
    pub server: Server,
    /// Who is believed and reached.
    pub network: Network,
    /// How many requests each may send.
    pub limits: Limits,
    /// What seals secrets.
    pub seal: Seal,
    /// Where everything is kept.
    pub database: Database,
    /// The message server.
    pub nats: Nats,
    /// Taking occurrences.
    pub ingest: Ingest,
    /// Work that follows from events.
    pub jobs: Jobs,
    /// Which errors are analysed.
    pub analysis: Analysis,
    /// The models that are asked.
    pub models: Models,
    /// The source of projects.
    pub repositories: Repositories,
    /// Who may have an account.
    pub people: People,
    /// How mail leaves.
    pub mail: Mail,
    /// What it tells.
    pub log: Log,
    /// Where its traces go.
    pub traces: Traces,
}

/// The settings that are wrong, one sentence each.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct WrongSettings(pub Vec<String>);

impl Settings {
    /// Reads the settings of this process, and where each comes from.
    ///
    /// # Errors
    /// [`WrongSettings`] with every mistake, of the file and the environment alike.
    pub fn load(file: Option<&Path>) -> Result<(Self, Vec<Setting>), WrongSettings> {
        let file = file.map(File::open).transpose();
        let mut unread = Vec::new();
        let file = file.unwrap_or_else(|mistake| {
            unread.push(mistake);
            None
        });
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the environment"
        )]
        let value_of = |name: &str| std::env::var(name).ok();
        Self::resolve(file, &value_of, unread)
    }

    /// Reads settings from any source of named values in place of the environment, and no file.
    ///
    /// # Errors
    /// [`WrongSettings`] with every mistake.
    pub fn read(value_of: impl Fn(&str) -> Option<String>) -> Result<Self, WrongSettings> {
        Self::resolve(None, &value_of, Vec::new()).map(|(settings, _)| settings)
    }

    /// Variables of this process that are no settings and look like a slip of one: name, and what may be
    /// meant. No mistakes, for others may use such names.
    #[must_use]
    pub fn slips(settings: &[Setting]) -> Vec<(String, &'static str)> {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        slips::variables(names, settings)
    }

    fn resolve(
        file: Option<File>,
        value_of: &dyn Fn(&str) -> Option<String>,
        mistakes: Vec<String>,
    ) -> Result<(Self, Vec<Setting>), WrongSettings> {
        let mut reader = Reader::new(file, value_of, mistakes);
        let environment = reader.choice(
            Name::new("environment", "BUGSAGE_ENVIRONMENT"),
            &[
                ("development", Environment::Development),
                ("staging", Environment::Staging),
                ("production", Environment::Production),
            ],
            Environment::Development,
        );
        let settings = Self {
            environment,
            server: Server::read(&mut reader, environment),
            network: Network::read(&mut reader),
            limits: Limits::read(&mut reader),
            seal: Seal::read(&mut reader),
            database: Database::read(&mut reader),
            nats: Nats::read(&mut reader),
            ingest: Ingest::read(&mut reader),
            jobs: Jobs::read(&mut reader),
            analysis: Analysis::read(&mut reader),
            models: Models::read(&mut reader),
            repositories: Repositories::read(&mut reader),
            people: People::read(&mut reader, environment),
            mail: Mail::read(&mut reader, environment),
            log: Log::read(&mut reader, environment),
            traces: Traces::read(&mut reader),
        };
        reader.end().map(|origins| (settings, origins))
    }
}
