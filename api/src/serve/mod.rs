//! Everything that runs: started in order, stopped in reverse with what was accepted finished.

mod activity;
mod connections;
mod statistics;
mod unfetched;
mod unread;
mod work;

use std::time::Duration;

use axum::Router;
use bugsage_commands::access::letters as access_letters;
use bugsage_commands::clock::Clock;
use bugsage_commands::ingest::{Beside, Ingest, IngestLimits};
use bugsage_commands::outgoing::Outgoing;
use bugsage_commands::people::provider::Providers;
use bugsage_commands::people::{People, PeopleError, letters};
use bugsage_commands::pressure::Pressure;
use bugsage_commands::repositories::Repositories;
use bugsage_commands::similarity::Newcomers;
use bugsage_commands::upkeep;
use bugsage_event_store::subscription::{self, Projection, Wake};
use bugsage_event_store::{DatabaseRole, Executor, Writer, connect};
use bugsage_models::ConfigFault;
use bugsage_projections::Queries;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::heavy::Heavy;
use connections::Bounds;

use crate::in_flight::InFlight;
use crate::keys::Keys;
use crate::limits::Limits;
use crate::metrics;
use crate::nats::{Nats, NatsError};
use crate::routes::router;
use crate::settings::{Embeddings, Roles, Secret, Settings};
use crate::state::{App, Services};
use crate::versions::{self, Unsuitable};

/// How long requests may take to end when the service stops.
const GRACE: Duration = Duration::from_secs(10);
/// Connections of the projector's pool: one a projection and saga, one for the relay, three that listen, one for
/// statistics, one to spare.
const PROJECTOR_CONNECTIONS: u32 = 13;

/// Why the service does not start or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The port.
    #[error("cannot listen on {address}: {reason}; stop what uses it or set BUGSAGE_PORT")]
    Listen {
        /// Where.
        address: std::net::SocketAddr,
        /// Why.
        reason: std::io::Error,
    },
    /// The database is away.
    #[error("the database cannot be used: {0}")]
    Database(#[from] sqlx::Error),
    /// The system's certificates.
    #[error("no address outside can be reached: {0}; check the certificates of this system")]
    Outgoing(#[from] reqwest::Error),
    /// The database is too old, or not migrated.
    #[error(transparent)]
    Unsuitable(#[from] Unsuitable),
    /// The message server.
    #[error(transparent)]
    Nats(#[from] NatsError),
    /// The keys of access tokens.
    #[error("people cannot sign in: {0}")]
    People(#[from] PeopleError),
    /// What sagas and jobs need.
    #[error("jobs cannot be done: {0}")]
    Work(#[from] bugsage_sagas::StartError),
    /// The models are set up wrongly.
    #[error("the models cannot be asked: {0}")]
    Models(#[from] ConfigFault),
    /// A projection cannot be built.
    #[error("a projection cannot be built: {0}")]
    Projection(#[from] subscription::RebuildError),
    /// The server broke.
    #[error("the server ended: {0}")]
    Io(#[from] std::io::Error),
}

/// A service that is up.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: std::net::SocketAddr,
    stop: CancellationToken,
    tasks: JoinSet<()>,
    writers: Vec<tokio::task::JoinHandle<()>>,
}

/// Starts the service and answers once it listens.
///
/// # Errors
/// See [`ServeError`]; each says what to do.
pub async fn start(settings: Settings, clock: Clock) -> Result<Running, ServeError> {
    start_with(settings, clock, |router| router).await
}

/// [`start`], with `around` put around all addresses; for tests that watch every answer.
///
/// # Errors
/// See [`ServeError`].
pub async fn start_with(
    settings: Settings,
    clock: Clock,
    around: impl FnOnce(Router) -> Router,
) -> Result<Running, ServeError> {
    metrics::start();
    let app_pool = connect(
        settings.database.url.expose(),
        DatabaseRole::App,
        settings.database.connections.get(),
    )?;
    let projector = connect(
        settings.database.projector_url.expose(),
        DatabaseRole::Projector,
        PROJECTOR_CONNECTIONS,
    )?;
    versions::check(&app_pool).await?;
    let nats = Nats::connect(settings.nats.url.as_ref().map(Secret::expose)).await?;
    let stop = CancellationToken::new();
    let mut tasks = JoinSet::new();
    tasks.spawn(metrics::run(projector.clone(), stop.clone()));
    let roles = settings.server.roles;
    start_projections(roles, &projector, &stop, &mut tasks).await?;
    if roles.projector {
        let (projector, clock) = (projector.clone(), clock.clone());
        tasks.spawn(statistics::run(projector, clock, stop.clone()));
    }

    upkeep::round(&app_pool, &clock).await?;
    tasks.spawn(upkeep::run(app_pool.clone(), clock.clone(), stop.clone()));

    let url = settings.server.public_url.clone();
    let algorithm = settings.people.token_algorithm;
    let sealer = settings.seal.sealer.clone();
    let outgoing = Outgoing::new(settings.network.outgoing_allow.clone())?;
    let pressure = Pressure::default();
    let people = People::open(
        app_pool.clone(),
        clock.clone(),
        sealer.clone(),
        &url,
        algorithm,
    )
    .await?
    .beside(&pressure);
    let repositories = Repositories::new(settings.repositories.bounds.clone(), outgoing.clone());
    let providers = Providers::new(people.clone(), sealer, outgoing, &url);
    if roles.worker {
        let mailer = settings.mail.mailer();
        let invitations = access_letters::run(
            app_pool.clone(),
            clock.clone(),
            mailer.clone(),
            url.clone(),
            stop.clone(),
        );
        tasks.spawn(invitations);
        tasks.spawn(letters::run(people.clone(), mailer, url, stop.clone()));
    }

    let (writer, writing) = Writer::start(app_pool.clone());
    let executor = Executor::new(app_pool.clone(), writer);
    let pools = (&app_pool, &projector);
    let run = (&stop, &mut tasks);
    let embeddings = settings.models.embeddings.as_ref();
    let queries = Queries::new(app_pool.clone()).comparing_by(embeddings.map(Embeddings::name));
    let keys = Keys::open(app_pool.clone()).await?;
    let analyst = work::analyst(&settings, &queries, &repositories, (&clock, keys.secret()))?;
    let embedder = work::embedder(&settings, keys.secret())?;
    let register = work::register(analyst, embedder);
    let outside = (&nats, clock.clone(), &pressure);
    work::start(register, &settings, pools, &executor, outside, run).await?;
    let (newcomers, looking) = Newcomers::start(
        app_pool.clone(),
        executor.clone(),
        pressure.clone(),
        stop.clone(),
    );
    let beside = Beside {
        newcomers: Some(newcomers),
        pressure,
    };
    let limits = IngestLimits::default();
    let (ingest, ingesting) = Ingest::start(app_pool.clone(), clock.clone(), limits, beside);
    let listener = TcpListener::bind(settings.server.listen)
        .await
        .map_err(|reason| ServeError::Listen {
            address: settings.server.listen,
            reason,
        })?;
    let address = listener.local_addr()?;
    let in_flight = || InFlight::new(settings.ingest.inflight_megabytes);
    let server = &settings.server;
    let bounds = Bounds::new(server.max_connections, server.idle, in_flight());
    let access = Access::new(app_pool.clone());
    let uses = access.uses().clone();
    tasks.spawn(uses.run(app_pool.clone(), stop.clone()));
    let app = App::new(Services {
        clock,
        executor,
        ingest,
        queries,
        keys,
        limits: Limits::new(&settings.limits),
        access,
        people,
        providers,
        repositories,
        heavy: Heavy::default(),
        in_flight: in_flight(),
        nats,
        database: app_pool,
        settings,
    });
    let router = around(router(app));
    tasks.spawn(connections::serve(listener, router, bounds, stop.clone()));
    Ok(Running {
        address,
        stop,
        tasks,
        writers: vec![writing, ingesting, looking],
    })
}

/// Makes the tables of the read models where they are read or kept, and keeps them.
async fn start_projections(
    roles: Roles,
    projector: &PgPool,
    stop: &CancellationToken,
    tasks: &mut JoinSet<()>,
) -> Result<(), ServeError> {
    if !roles.api && !roles.projector {
        return Ok(());
    }
    let wake = Wake::listen(projector.clone(), stop.clone());
    for projection in bugsage_projections::all() {
        match subscription::prepare(projector, projection.as_ref()).await {
            // Another node builds it; this one follows when it is done.
            Ok(()) | Err(subscription::RebuildError::Busy) => {}
            Err(error) => return Err(error.into()),
        }
        if !roles.projector {
            continue;
        }
        let (projector, wake, stop) = (projector.clone(), wake.clone(), stop.clone());
        tasks.spawn(async move {
            let projection: &dyn Projection = projection.as_ref();
            subscription::run(projector, projection, wake, stop).await;
        });
    }
    Ok(())
}

impl Running {
    /// Stops taking requests, finishes those under way and everything accepted, then ends.
    pub async fn stop(mut self) {
        self.stop.cancel();
        let ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, ended).await.is_err() {
            tracing::warn!("some connections did not end in time");
            self.tasks.abort_all();
            while self.tasks.join_next().await.is_some() {}
        }
        // The writers end when nobody can hand them anything any more.
        for writer in self.writers {
            if tokio::time::timeout(GRACE, writer).await.is_err() {
                tracing::error!("a writer did not end in time");
            }
        }
    }
}
