//! How fast read models follow, and how fast they are rebuilt while they are read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bugsage_domain::actor::Actor;
use bugsage_domain::error::{AnalysisFailure, Because, ErrorCommand, ErrorGroup};
use bugsage_domain::ids::ErrorId;
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
const EACH: u64 = 7;
/// Errors to catch up with, and all there are to rebuild.
const ERRORS: (u64, u64) = (20_000, 150_000);
/// Who read while it is rebuilt, and how long each waits between two turns.
const READERS: u64 = 4;
const PAUSE: Duration = Duration::from_millis(20);
/// What ingest would keep of each error, for lists.
const STATES: &str = "
insert into error_state (error_id, organization_id, project_id, root_id, own_count, own_first_seen, own_last_seen,
                         count, users, first_seen, last_seen, status)
    select e.id, e.organization_id, 1, e.id, 1, e.at, e.at, 1, 1, e.at, e.at, 'detected'
      from (select aggregate_id::uuid as id, organization_id, to_timestamp(position) as at
              from events where event_type = 'ErrorDetected') e";

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
    owner.execute(STATES).await?;
    owner.execute("vacuum analyze").await?;
    for projection in &projections {
        rebuild(&projector, projection.as_ref()).await?; // so that readers have all to read
    }
    for projection in &projections {
        let (read, stop) = readers(&app);
        let started = Instant::now();
        let rebuilt = rebuild(&projector, projection.as_ref()).await?;
        let elapsed = started.elapsed();
        stop.store(true, Ordering::Relaxed);
        row(
            &mut table,
            (projection.name(), "rebuild"),
            rebuilt.events,
            elapsed,
            &reads(read).await?,
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
        ErrorCommand::RequestAnalysis {
            by: Actor::System,
            because: Because::New,
            provider: None,
            prompt_version: None,
            at: DateTime::UNIX_EPOCH,
        },
        ErrorCommand::FailAnalysis {
            number: 1,
            why: AnalysisFailure::GaveUp,
            at: DateTime::UNIX_EPOCH,
        },
    ] {
        executor
            .execute::<ErrorGroup, _>(&id.to_string(), command, context(), |_, version| version)
            .await?;
    }
    Ok(())
}

type Reads = tokio::task::JoinSet<Vec<Duration>>;

/// Ask again and again until told to stop.
fn readers(app: &PgPool) -> (Reads, Arc<AtomicBool>) {
    let stop = Arc::new(AtomicBool::new(false));
    let mut reads = Reads::new();
    for number in 0..READERS {
        reads.spawn(reader(Queries::new(app.clone()), number, stop.clone()));
    }
    (reads, stop)
}

/// Asks for a list, for what was decided on an error and for its analyses; how long each took.
async fn reader(queries: Queries, number: u64, stop: Arc<AtomicBool>) -> Vec<Duration> {
    #[expect(clippy::disallowed_methods, reason = "nobody has to be proved here")]
    let scope = Scope::of(ORGANIZATION, None);
    let (list, now) = (ListQuery::default(), DateTime::UNIX_EPOCH);
    let mut waited = Vec::new();
    for turn in (number..).step_by(7_919) {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let error = ErrorId(Uuid::from_u128(u128::from(turn % ERRORS.1)));
        let begun = Instant::now();
        let found = queries.list(&scope, &list, now).await.expect("a list");
        assert_eq!(
            found.errors.len(),
            100,
            "the old rows stand until the new ones do"
        );
        waited.push(begun.elapsed());
        let begun = Instant::now();
        let decided = queries.activity(&scope, error, 100).await.expect("entries");
        assert!(decided.is_some_and(|entries| entries.len() > 1));
        waited.push(begun.elapsed());
        let begun = Instant::now();
        let analyses = queries
            .analyses(&scope, error, 100)
            .await
            .expect("analyses");
        assert_eq!(analyses.map(|analyses| analyses.len()), Some(1));
        waited.push(begun.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    waited
}

/// How long all of them took, in order.
async fn reads(mut reads: Reads) -> Result<Vec<Duration>, Failure> {
    let mut waited = Vec::new();
    while let Some(reader) = reads.join_next().await {
        waited.extend(reader?);
    }
    waited.sort_unstable();
    Ok(waited)
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
