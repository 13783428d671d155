//! How fast read models follow, and how fast they are rebuilt while they are read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bugsage_domain::error::{ErrorCommand, ErrorGroup};
use bugsage_event_store::subscription::{Step, prepare, rebuild, step};
use bugsage_event_store::{DatabaseRole, Executor, Writer, connect, migrate};
use bugsage_projections::errors::ListQuery;
use bugsage_projections::{Queries, Scope};
use chrono::DateTime;
use sqlx::{Executor as _, PgPool};
use uuid::Uuid;

use crate::commands::{Failure, ORGANIZATION, assign, context, copy, detect};
use crate::service::Server;
use crate::table::Table;

/// Events of each error.
const EACH: u64 = 5;
/// Errors to catch up with, and all there are to rebuild.
const ERRORS: (u64, u64) = (20_000, 200_000);

/// Catches up with a part of the log, then rebuilds from all of it.
pub(crate) async fn run(server: &Server) -> Result<(), Failure> {
    let url = server.database("bench_projections").await?;
    let owner = connect(&url, DatabaseRole::Owner, 4)?;
    migrate(&owner).await?;
    let (app, projector) = (
        connect(&url, DatabaseRole::App, 4)?,
        connect(&url, DatabaseRole::Projector, 4)?,
    );
    let projections = bugsage_projections::all();
    for projection in &projections {
        prepare(&projector, projection.as_ref()).await?;
    }
    first(&app).await?;
    copy(&owner, 1, ERRORS.0 - 1).await?;
    owner.execute("vacuum analyze events").await?;
    let mut table = Table::new(&[
        "projection",
        "what",
        "events",
        "events/s",
        "reads meanwhile",
        "read p99 ms",
        "memory MB",
    ]);
    for projection in &projections {
        let started = Instant::now();
        while matches!(
            step(&projector, projection.as_ref()).await?,
            Step::Applied(_)
        ) {}
        row(
            &mut table,
            (projection.name(), "catch-up"),
            ERRORS.0 * EACH,
            started.elapsed(),
            &[],
        );
    }
    copy(&owner, ERRORS.0, ERRORS.1 - 1).await?;
    owner.execute("vacuum analyze events").await?;
    for projection in &projections {
        let (read, stop) = readers(app.clone());
        let started = Instant::now();
        let rebuilt = rebuild(&projector, projection.as_ref()).await?;
        let elapsed = started.elapsed();
        stop.store(true, Ordering::Relaxed);
        row(
            &mut table,
            (projection.name(), "rebuild"),
            rebuilt.events,
            elapsed,
            &read.await?,
        );
    }
    table.print();
    Ok(())
}

/// The history that every error has.
async fn first(app: &PgPool) -> Result<(), Failure> {
    let executor = Executor::new(app.clone(), Writer::start(app.clone()).0);
    let id = Uuid::from_u128(0);
    let tag = ErrorCommand::Tag {
        add: vec!["seen".to_owned()],
        remove: Vec::new(),
    };

    for command in [
        detect(id),
        assign(1),
        tag,
        ErrorCommand::BeginAnalysis,
        ErrorCommand::EndAnalysis,
    ] {
        executor
            .execute::<ErrorGroup, _>(&id.to_string(), command, context(), |_, version| version)
            .await?;
    }
    Ok(())
}

type Read = tokio::task::JoinHandle<Vec<Duration>>;

/// Asks for a list again and again until told to stop; how long each took.
fn readers(app: PgPool) -> (Read, Arc<AtomicBool>) {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let read = tokio::spawn(async move {
        let queries = Queries::new(app);
        #[expect(clippy::disallowed_methods, reason = "nobody has to be proved here")]
        let scope = Scope::of(ORGANIZATION, None);
        let mut waited = Vec::new();
        while !stopped.load(Ordering::Relaxed) {
            let begun = Instant::now();
            let asked = ListQuery::default();
            queries
                .list(&scope, &asked, DateTime::UNIX_EPOCH)
                .await
                .expect("a list");
            waited.push(begun.elapsed());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        waited.sort_unstable();
        waited
    });
    (read, stop)
}

fn row(
    table: &mut Table,
    (name, what): (&str, &str),
    events: u64,
    elapsed: Duration,
    read: &[Duration],
) {
    let p99 = read.get(read.len() * 99 / 100);
    table.row(vec![
        name.to_owned(),
        what.to_owned(),
        events.to_string(),
        format!("{:.0}", events as f64 / elapsed.as_secs_f64()),
        read.len().to_string(),
        p99.map_or(String::new(), |p99| {
            format!("{:.1}", p99.as_secs_f64() * 1e3)
        }),
        crate::service::memory_megabytes(std::process::id())
            .1
            .to_string(),
    ]);
}
