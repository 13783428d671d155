//! How long questions take among ever more errors, asked of the service as callers ask.
//!
//! The organization that asks has a second project, and beside it stands another organization,
//! each with a tenth as many errors.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bugsage_event_store::{DatabaseRole, connect};
use bugsage_projections::statistics::fold;
use sqlx::{Executor, PgPool};
use uuid::Uuid;

use crate::generator::{Tenant, fill};
use crate::load::{self, Outcome, Plan};
use crate::questions::{Question, questions};
use crate::scans::Scans;
use crate::service::{Server, Service};
use crate::table::Table;

const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];
/// How long a service is left alone before its memory is read.
const REST: Duration = Duration::from_secs(3);

/// Fills the project up to each size in turn, asks everything, and starts the service again.
pub(crate) async fn run(server: &Server, seconds: u64) -> Result<(), Box<dyn std::error::Error>> {
    let url = server.database("bench_reads").await?;
    let mut service = Service::start(&url).await?;
    let crowd = Crowd::around(&service).await?;
    let mut seen = BTreeMap::new();
    let mut reads = Table::new(&[
        "errors", "question", "p50 ms", "p99 ms", "growth", "scans", "failed",
    ]);
    let mut plans = Table::new(&["question", "indexes read"]);
    let mut starts = Table::new(&["errors", "ready after ms", "at rest MB", "at most MB"]);
    let mut filled = 0;
    for size in SIZES {
        crowd.fill(&service.owner, filled, size).await?;
        filled = size;
        settle(&service.owner, &url).await?;
        for question in questions(&service, crowd.own).await? {
            let name = question.name.clone();
            let before = Scans::so_far(&service.owner).await?;
            let outcome = ask(&service, question, seconds).await;
            let scans = Scans::so_far(&service.owner).await?;
            if Some(&size) == SIZES.last() {
                let indexes = scans.indexes_since(&before).join(", ");
                plans.row(vec![name.clone(), indexes]);
            }
            let p50 = outcome.milliseconds(0.5);
            let growth = seen
                .insert(name.clone(), p50)
                .map_or(String::new(), |before: f64| format!("{:.1}", p50 / before));
            reads.row(vec![
                size.to_string(),
                name,
                format!("{p50:.1}"),
                format!("{:.1}", outcome.milliseconds(0.99)),
                growth,
                (scans.whole - before.whole).to_string(),
                outcome.failed.to_string(),
            ]);
        }
        let most = service.memory_megabytes().1;
        drop(service);
        service = Service::start(&url).await?;
        tokio::time::sleep(REST).await;
        starts.row(vec![
            size.to_string(),
            service.ready_after.as_millis().to_string(),
            service.memory_megabytes().0.to_string(),
            most.to_string(),
        ]);
    }
    reads.print();
    plans.print();
    starts.print();
    Ok(())
}

/// Whose errors there are.
struct Crowd {
    own: Tenant,
    beside: Tenant,
    other: Tenant,
}

impl Crowd {
    async fn around(service: &Service) -> sqlx::Result<Self> {
        let organization =
            sqlx::query_scalar("select organization_id from projects where project_id = $1")
                .bind(service.project)
                .fetch_one(&service.owner)
                .await?;
        Ok(Self {
            own: Tenant {
                organization,
                project: service.project,
            },
            beside: Tenant::new(&service.owner, organization, "another project").await?,
            other: Tenant::new(&service.owner, Uuid::from_u128(1), "another organization").await?,
        })
    }

    /// From so many errors to so many. Each tenant has numbers of its own: an id is unique everywhere.
    async fn fill(&self, owner: &PgPool, from: u64, to: u64) -> sqlx::Result<()> {
        fill(owner, self.own, from + 1, to).await?;
        for (tenant, base) in [(self.beside, 10_000_000), (self.other, 20_000_000)] {
            fill(owner, tenant, base + from / 10 + 1, base + to / 10).await?;
        }
        Ok(())
    }
}

/// What runs behind the service has done its part: statistics are folded, the planner knows.
async fn settle(owner: &PgPool, url: &str) -> Result<(), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let projector = connect(url, DatabaseRole::Projector, 1)?;
    // The service may be folding: behind it there is little left to do.
    owner
        .execute("select pg_advisory_lock(7205), pg_advisory_unlock(7205)")
        .await?;
    let now = sqlx::query_scalar("select now()").fetch_one(owner).await?;
    fold(&projector, now).await?;
    eprintln!("  folded in {:.0} s", started.elapsed().as_secs_f64());
    owner.execute("vacuum analyze").await?;
    Ok(())
}

/// Two callers who ask one question after the other, after a warm-up.
async fn ask(service: &Service, question: Question, seconds: u64) -> Outcome {
    let (address, question) = (service.address.clone(), Arc::new(question));
    let run = move || {
        let plan = |seconds: f64| Plan {
            connections: 2,
            duration: Duration::from_secs_f64(seconds),
            rate: None,
        };
        load::run(&address, plan(0.3), question.clone());
        load::run(&address, plan(seconds as f64 / 5.0), question)
    };
    tokio::task::spawn_blocking(run).await.expect("the load")
}
