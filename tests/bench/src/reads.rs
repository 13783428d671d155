//! How long questions take among ever more errors, asked of the service as callers ask.
//!
//! Beside the project that is asked about stand another of its organization and another
//! organization's, each with a tenth as many errors.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sqlx::{Executor, PgPool};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

use crate::generator::{Tenant, fill};
use crate::load::{self, Outcome, Plan, Requests};
use crate::service::{Server, Service};
use crate::table::Table;

const SIZES: [u64; 3] = [10_000, 100_000, 1_000_000];
const SORTS: [&str; 4] = ["last_seen", "first_seen", "count", "users_affected"];
const FILTERS: [(&str, &str); 14] = [
    ("status resolved", "status=resolved"),
    ("status fixing (1 %)", "status=fixing"),
    ("severity high", "severity=high"),
    ("severity critical (1 %)", "severity=critical"),
    ("source webhook (2 %)", "source=webhook"),
    ("category (0.5 %)", "category=database"),
    ("assignee (0.3 %)", "assigned_to=anna@example.com"),
    ("tag, own (1 %)", "tag=payments"),
    ("tag, seen (2.5 %)", "tag=region:7"),
    ("environment production", "environment=production"),
    ("environment staging (3 %)", "environment=staging"),
    ("release (0.3 %)", "release=shop@7"),
    ("two filters", "severity=critical&status=resolved"),
    (
        "three filters, by count",
        "severity=critical&environment=staging&sort=count",
    ),
];

/// Questions of one kind, asked in turn.
struct Question {
    name: String,
    requests: Vec<Vec<u8>>,
}

impl Requests for Question {
    fn write(&self, number: u64, to: &mut Vec<u8>) {
        let at = usize::try_from(number).unwrap_or(0) % self.requests.len();
        to.extend_from_slice(&self.requests[at]);
    }
}

/// Fills the project up to each size in turn and asks everything.
pub(crate) async fn run(server: &Server, seconds: u64) -> Result<(), Box<dyn std::error::Error>> {
    let service = Service::start(&server.database("bench_reads").await?).await?;
    let organization =
        sqlx::query_scalar("select organization_id from projects where project_id = $1")
            .bind(service.project)
            .fetch_one(&service.owner)
            .await?;
    let own = Tenant {
        organization,
        project: service.project,
    };
    let beside = Tenant::new(&service.owner, organization, "another project").await?;
    let other = Tenant::new(&service.owner, Uuid::from_u128(1), "another organization").await?;
    let mut seen = BTreeMap::new();
    let mut table = Table::new(&[
        "errors", "question", "p50 ms", "p99 ms", "growth", "scans", "failed",
    ]);
    let mut filled = 0;
    for size in SIZES {
        fill(&service.owner, own, filled + 1, size).await?;
        // Numbers of their own: an id is unique everywhere.
        fill(
            &service.owner,
            beside,
            10_000_000 + filled / 10 + 1,
            10_000_000 + size / 10,
        )
        .await?;
        fill(
            &service.owner,
            other,
            20_000_000 + filled / 10 + 1,
            20_000_000 + size / 10,
        )
        .await?;
        filled = size;
        service.owner.execute("vacuum analyze").await?;
        for question in questions(&service, own).await? {
            let name = question.name.clone();
            let before = scans(&service.owner).await?;
            let outcome = ask(&service, question, seconds).await;
            let scans = scans(&service.owner).await? - before;
            let p50 = outcome.milliseconds(0.5);
            let growth = seen
                .insert(name.clone(), p50)
                .map_or(String::new(), |before: f64| format!("{:.1}", p50 / before));
            table.row(vec![
                size.to_string(),
                name,
                format!("{p50:.1}"),
                format!("{:.1}", outcome.milliseconds(0.99)),
                growth,
                scans.to_string(),
                outcome.failed.to_string(),
            ]);
        }
    }
    table.print();
    println!(
        "Memory of the service at most {} MB.\n",
        service.memory_megabytes().1
    );
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

/// How often tables of many rows were read from end to end so far. A connection reports what it
/// read at the latest when it ends, so those of the service are ended; it opens new ones.
async fn scans(owner: &PgPool) -> sqlx::Result<i64> {
    owner
        .execute(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity
              where datname = current_database() and application_name = 'bugsage'",
        )
        .await?;
    sqlx::query_scalar(
        "select sum(s.seq_scan)::bigint from pg_stat_user_tables s join pg_class c on c.oid = s.relid
          where c.reltuples > 1000",
    )
    .fetch_one(owner)
    .await
}

async fn questions(
    service: &Service,
    own: Tenant,
) -> Result<Vec<Question>, Box<dyn std::error::Error>> {
    let question = |name: &str, paths: Vec<String>| Question {
        name: name.to_owned(),
        requests: paths.iter().map(|path| request(service, path)).collect(),
    };
    let list = |name: &str, query: &str| question(name, vec![format!("errors?{query}")]);
    let mut all = Vec::new();
    for sort in SORTS {
        for order in ["desc", "asc"] {
            all.push(list(
                &format!("list by {sort} {order}"),
                &format!("sort={sort}&order={order}"),
            ));
        }
        let cursor = deep(service, &format!("sort={sort}&limit=1000")).await?;
        all.push(list(
            &format!("list by {sort}, page 10 by cursor"),
            &format!("sort={sort}&cursor={cursor}"),
        ));
    }
    all.extend(FILTERS.map(|(name, query)| list(name, query)));
    all.push(list(
        "a day",
        &format!(
            "date_from={0}T00:00:00Z&date_to={0}T23:59:59Z",
            day(&service.owner).await?
        ),
    ));
    all.push(list("search, one hit", "search=c4ca4238"));
    all.push(list("search, miss", "search=nothing-has-this"));
    all.push(list("search, common word", "search=timeout"));
    let some = "from error_state where project_id = $1 order by md5(error_id::text) limit 50";
    let errors = texts(
        &service.owner,
        &format!("select error_id::text {some}"),
        own,
    )
    .await?;
    let events = "select event_id::text from occurrence_ids where project_id = $1 limit 50";
    let events = texts(&service.owner, events, own).await?;
    let many = texts(
        &service.owner,
        "select min(error_id::text) from error_state where project_id = $1",
        own,
    )
    .await?;
    all.push(question(
        "detail",
        errors.iter().map(|id| format!("errors/{id}")).collect(),
    ));
    all.push(question(
        "activity",
        errors
            .iter()
            .map(|id| format!("errors/{id}/activity"))
            .collect(),
    ));
    all.push(question(
        "occurrences",
        errors
            .iter()
            .chain(&many)
            .map(|id| format!("errors/{id}/occurrences"))
            .collect(),
    ));
    all.push(question(
        "one occurrence",
        events
            .iter()
            .map(|id| format!("occurrences/{id}"))
            .collect(),
    ));
    for days in [1, 30, 90] {
        let path = format!("errors/statistics/summary?days={days}");
        all.push(question(&format!("statistics of {days} days"), vec![path]));
    }
    Ok(all)
}

async fn texts(owner: &PgPool, sql: &str, own: Tenant) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(sql)
        .bind(own.project)
        .fetch_all(owner)
        .await
}

async fn day(owner: &PgPool) -> sqlx::Result<String> {
    sqlx::query_scalar("select ((now() - interval '20 days')::date)::text")
        .fetch_one(owner)
        .await
}

fn request(service: &Service, path: &str) -> Vec<u8> {
    let (address, key) = (&service.address, &service.api_key);
    format!("GET /api/v1/{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\r\n")
        .into_bytes()
}

/// Where the page after nine thousand rows begins.
async fn deep(service: &Service, query: &str) -> Result<String, Box<dyn std::error::Error>> {
    let mut cursor = String::new();
    for _ in 0..9 {
        let path = format!(
            "errors?{query}{}",
            if cursor.is_empty() {
                String::new()
            } else {
                format!("&cursor={cursor}")
            }
        );
        let mut stream = tokio::net::TcpStream::connect(&service.address).await?;
        let request = String::from_utf8(request(service, &path))?;
        stream
            .write_all(
                request
                    .replace("Host:", "Connection: close\r\nHost:")
                    .as_bytes(),
            )
            .await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let body = answer.split_once("\r\n\r\n").ok_or("no answer")?.1;
        let answer: serde_json::Value = serde_json::from_str(body)?;
        cursor = answer["next_cursor"]
            .as_str()
            .ok_or("the list has an end")?
            .to_owned();
    }
    Ok(cursor)
}
