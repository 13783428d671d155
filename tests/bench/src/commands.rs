//! Commands a second: the executor and its writer beside stock postgres-es, which has a table of
//! the same columns it needs, on the same server, at the same concurrency and pool size.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bugsage_domain::error::{Detect, ErrorCommand, ErrorGroup};
use bugsage_domain::ids::{ErrorId, OrganizationId, ProjectId};
use bugsage_domain::severity::Severity;
use bugsage_event_store::{
    CommandContext, DatabaseRole, Executor, Metadata, Writer, connect, migrate,
};
use chrono::DateTime;
use cqrs_es::CqrsFramework;
use cqrs_es::persist::PersistedEventStore;
use postgres_es::PostgresEventRepository;
use sqlx::{Executor as _, PgPool};
use uuid::Uuid;

use crate::service::Server;
use crate::table::Table;

type Stock = CqrsFramework<ErrorGroup, PersistedEventStore<PostgresEventRepository, ErrorGroup>>;
pub(crate) type Failure = Box<dyn std::error::Error>;

const CONCURRENCY: [usize; 3] = [8, 32, 64];
const CONNECTIONS: u32 = 32;
pub(crate) const ORGANIZATION: OrganizationId = OrganizationId(Uuid::from_u128(1));
/// Aggregates with a hundred events each.
const AGED: u64 = 2_000;
const HISTORY: u32 = 100;

const STOCK: &str = "
create table stock_events (
    aggregate_type text not null, aggregate_id text not null, sequence bigint check (sequence >= 0) not null,
    event_type text not null, event_version text not null, payload json not null, metadata json not null,
    primary key (aggregate_type, aggregate_id, sequence))";

#[derive(Clone)]
enum Side {
    Ours(Executor),
    Stock(Arc<Stock>),
}

/// On which aggregates.
#[derive(Clone, Copy, PartialEq)]
enum On {
    New,
    /// A hundred events each, and no command on any since the executor started.
    FirstSeen,
    /// A hundred events each, and a command on each before the clock runs.
    SeenBefore,
}

const KINDS: [(&str, On); 3] = [
    ("new aggregates", On::New),
    ("100 events, the first command", On::FirstSeen),
    ("100 events, a later command", On::SeenBefore),
];

/// Runs both sides on new and on aged aggregates, or the rows alone that contain `only`.
pub(crate) async fn run(server: &Server, seconds: u64, only: &str) -> Result<(), Failure> {
    let url = server.database("bench_commands").await?;
    let owner = connect(&url, DatabaseRole::Owner, CONNECTIONS)?;
    migrate(&owner).await?;
    owner.execute(STOCK).await?;
    let app = connect(&url, DatabaseRole::App, CONNECTIONS)?;
    let writer = Writer::start(app.clone()).0;
    let fresh = || Side::Ours(Executor::new(app.clone(), writer.clone()));
    let repository =
        PostgresEventRepository::new(owner.clone()).with_tables("stock_events", "none");
    let stock = Stock::new(PersistedEventStore::new_event_store(repository), vec![], ());
    let stock = Side::Stock(Arc::new(stock));
    age(&owner, &fresh()).await?;

    let mut table = Table::new(&[
        "commands", "at once", "ours/s", "p99 ms", "stock/s", "p99 ms", "ratio",
    ]);
    for (name, on) in KINDS {
        for at_once in CONCURRENCY {
            if !format!("{name}, {at_once}").contains(only) {
                continue;
            }
            let ours = fresh();
            if on == On::SeenBefore {
                drive(&ours, On::FirstSeen, at_once, seconds).await;
            }
            let (mine, my_p99) = drive(&ours, on, at_once, seconds).await;
            let (theirs, their_p99) = drive(&stock, on, at_once, seconds).await;
            table.row(vec![
                name.to_owned(),
                at_once.to_string(),
                format!("{mine:.0}"),
                format!("{my_p99:.1}"),
                format!("{theirs:.0}"),
                format!("{their_p99:.1}"),
                format!("{:.1}", mine / theirs),
            ]);
        }
    }
    table.print();
    Ok(())
}

/// Gives one aggregate its history by commands, and the others copies.
async fn age(owner: &PgPool, ours: &Side) -> Result<(), Failure> {
    let first = Uuid::from_u128(0);
    ours.execute(first, detect(first)).await?;
    for number in 1..HISTORY {
        ours.execute(first, assign(u64::from(number))).await?;
    }
    copy(owner, 1, AGED - 1).await?;
    owner
        .execute(
            "insert into stock_events select aggregate_type, aggregate_id, sequence, event_type,
                    event_version, payload, metadata from events",
        )
        .await?;
    owner.execute("vacuum analyze").await?;
    Ok(())
}

/// Gives errors `first` to `last` the history of error 0, each with a title of its own.
pub(crate) async fn copy(owner: &PgPool, first: u64, last: u64) -> Result<(), Failure> {
    sqlx::query(
        "insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
                             metadata, position, organization_id)
         select e.aggregate_type, lpad(to_hex(i), 32, '0')::uuid::text, e.sequence, e.event_type, e.event_version,
                replace(e.payload::text, 'an order', 'order ' || md5(i::text))::jsonb, e.metadata,
                nextval('events_position'), e.organization_id
           from generate_series($1::bigint, $2) i,
                (select * from events where aggregate_id = (uuid '00000000-0000-0000-0000-000000000000')::text
                  order by sequence) e",
    )
    .bind(i64::try_from(first)?)
    .bind(i64::try_from(last)?)
    .execute(owner)
    .await?;
    Ok(())
}

/// Commands a second, and their 99th percentile in milliseconds.
async fn drive(side: &Side, on: On, at_once: usize, seconds: u64) -> (f64, f64) {
    static UNIQUE: AtomicU64 = AtomicU64::new(0);
    let turn = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let tasks: Vec<_> = (0..at_once)
        .map(|_| {
            let (side, turn) = (side.clone(), turn.clone());
            tokio::spawn(async move {
                let mut waited = Vec::new();
                while started.elapsed() < Duration::from_secs(seconds) {
                    let number = turn.fetch_add(1, Ordering::Relaxed);
                    // None is detected twice, or assigned to whom it is assigned already.
                    let unique = UNIQUE.fetch_add(1, Ordering::Relaxed);
                    let (id, command) = match on {
                        On::New => {
                            let id = Uuid::from_u128((1 << 64) + u128::from(unique));
                            (id, detect(id))
                        }
                        On::FirstSeen if number >= AGED => break,
                        _ => (Uuid::from_u128(u128::from(number % AGED)), assign(unique)),
                    };
                    let begun = Instant::now();
                    side.execute(id, command).await.expect("a command");
                    waited.push(begun.elapsed());
                }
                waited
            })
        })
        .collect();
    let mut waited = Vec::new();
    for task in tasks {
        waited.extend(task.await.expect("a sender"));
    }
    let rate = waited.len() as f64 / started.elapsed().as_secs_f64();
    waited.sort_unstable();
    (rate, waited[waited.len() * 99 / 100].as_secs_f64() * 1e3)
}

impl Side {
    async fn execute(&self, id: Uuid, command: ErrorCommand) -> Result<(), String> {
        let context = context();
        match self {
            Self::Ours(executor) => executor
                .execute::<ErrorGroup, _>(&id.to_string(), command, context, |_, version| version)
                .await
                .map(|_| ())
                .map_err(|error| error.to_string()),
            Self::Stock(framework) => {
                let metadata = context.metadata.to_json();
                let metadata = serde_json::from_value(metadata).expect("texts");
                framework
                    .execute_with_metadata(&id.to_string(), command, metadata)
                    .await
                    .map_err(|error| error.to_string())
            }
        }
    }
}

pub(crate) fn context() -> CommandContext {
    CommandContext {
        metadata: Metadata {
            organization_id: ORGANIZATION,
            actor: "system".to_owned(),
            request_id: "bench".to_owned(),
            correlation_id: "bench".to_owned(),
            causation_id: None,
        },
        idempotency: None,
        if_match: None,
        texts: Vec::new(),
    }
}

pub(crate) fn assign(number: u64) -> ErrorCommand {
    ErrorCommand::Assign {
        to: Some(format!("person-{number}")),
    }
}

pub(crate) fn detect(id: Uuid) -> ErrorCommand {
    ErrorCommand::Detect(Box::new(Detect {
        organization_id: ORGANIZATION,
        project_id: ProjectId(1),
        error_id: ErrorId(id),
        title: "ValueError: an order was refused".to_owned(),
        culprit: Some("shop.orders.total".to_owned()),
        severity: Severity::High,
        source: "sentry".to_owned(),
        source_id: None,
        category: None,
        tags: vec!["payments".to_owned()],
        platform: Some("python".to_owned()),
        grouping_version: 1,
        fingerprint: id.simple().to_string(),
        description: None,
        at: DateTime::UNIX_EPOCH,
    }))
}
