//! What every handler may use.

use std::ops::Deref;
use std::sync::Arc;

use bugsage_commands::clock::Clock;
use bugsage_commands::ingest::Ingest;
use bugsage_commands::people::People;
use bugsage_commands::people::provider::Providers;
use bugsage_commands::repositories::Repositories;
use bugsage_event_store::Executor;
use bugsage_projections::Queries;
use sqlx::PgPool;

use crate::access::Access;
use crate::heavy::Heavy;
use crate::in_flight::InFlight;
use crate::keys::Keys;
use crate::limits::Limits;
use crate::nats::Nats;
use crate::settings::Settings;

/// The running service. Cheap to clone, which every layer does for every request.
#[derive(Clone)]
pub struct App(Arc<Services>);

impl App {
    /// Of all it uses.
    #[must_use]
    pub fn new(services: Services) -> Self {
        Self(Arc::new(services))
    }
}

impl Deref for App {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

/// What handlers use.
pub struct Services {
    /// Its settings.
    pub settings: Settings,
    /// Time and ids.
    pub clock: Clock,
    /// The pool of the app role.
    pub database: PgPool,
    /// Commands.
    pub executor: Executor,
    /// Occurrences.
    pub ingest: Ingest,
    /// Reads.
    pub queries: Queries,
    /// DSN keys and projects.
    pub keys: Keys,
    /// How much each may ask.
    pub limits: Limits,
    /// Who may do what.
    pub access: Access,
    /// Accounts and sessions.
    pub people: People,
    /// Where organizations have people sign in.
    pub providers: Providers,
    /// The source of projects.
    pub repositories: Repositories,
    /// Bytes of bodies held at once.
    pub in_flight: InFlight,
    /// Turns for long work.
    pub heavy: Heavy,
    /// The message server, if there is one.
    pub nats: Nats,
}
