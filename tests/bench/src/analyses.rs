//! How soon errors are explained, by a model that takes its time and by one that takes none.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::PgPool;

use crate::service::{Server, Service, command, memory_megabytes};
use crate::table::Table;

type Failure = Box<dyn std::error::Error>;

/// Errors that wait for a worker.
const QUEUED: i64 = 1_000;
/// Questions to the model at once, of the 1,000.
const AT_ONCE: u32 = 32;
/// What the model takes for an answer, in milliseconds.
const LATENCY: u32 = 200;
/// Errors one after the other.
const SINGLE: i64 = 100;
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(2);
/// The longest that is waited.
const PATIENCE: Duration = Duration::from_secs(300);

/// A process that ends with this.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// The backlog first, then one error after the other.
pub(crate) async fn run(server: &Server) -> Result<(), Failure> {
    let mut table = Table::new(&[
        "analyses",
        "model ms",
        "seconds",
        "no less than",
        "p50 ms",
        "p99 ms",
        "worker MB",
    ]);
    table.row(backlog(server).await?);
    table.row(one_by_one(server).await?);
    table.print();
    Ok(())
}

/// A worker comes to errors that nobody has looked at.
async fn backlog(server: &Server) -> Result<Vec<String>, Failure> {
    let url = server.database("bench_analyses").await?;
    let (_model, settings) = model(&url, LATENCY)?;
    let roles = ("BUGSAGE_ROLES".to_owned(), "api,projector".to_owned());
    let service = Service::start_with(&url, &[&settings[..], &[roles]].concat()).await?;
    for number in 0..QUEUED {
        send(&service, number)?;
    }
    until_looked_at(&service.owner).await?;
    let mut worker = command(&url, &["serve", "--role", "worker"]);
    worker
        .env("BUGSAGE_PORT", "0")
        .envs(settings)
        .stderr(Stdio::null());
    let (started, worker) = (Instant::now(), Process(worker.spawn()?));
    while explained(&service.owner).await? < QUEUED {
        patience(started)?;
        tokio::time::sleep(10 * PAUSE).await;
    }
    let elapsed = started.elapsed().as_secs_f64();
    let floor = QUEUED as f64 * f64::from(LATENCY) / 1e3 / f64::from(AT_ONCE);
    let (_, most) = memory_megabytes(worker.0.id());
    Ok(vec![
        format!("{QUEUED} that wait, {AT_ONCE} at once, from the worker's start"),
        LATENCY.to_string(),
        format!("{elapsed:.1}"),
        format!("{floor:.2}"),
        String::new(),
        String::new(),
        most.to_string(),
    ])
}

/// From sending an error until its analysis can be read.
async fn one_by_one(server: &Server) -> Result<Vec<String>, Failure> {
    let url = server.database("bench_analyses").await?;
    let (_model, settings) = model(&url, 0)?;
    let service = Service::start_with(&url, &settings).await?;
    let mut waited = Vec::new();
    let begun = Instant::now();
    for number in 0..SINGLE {
        let started = Instant::now();
        send(&service, number)?;
        while explained(&service.owner).await? <= number {
            patience(started)?;
            tokio::time::sleep(PAUSE).await;
        }
        waited.push(started.elapsed());
    }
    waited.sort_unstable();
    let at = |share: usize| waited[(waited.len() - 1) * share / 100].as_secs_f64() * 1e3;
    Ok(vec![
        format!("{SINGLE}, one after the other, from sending to reading"),
        "0".to_owned(),
        format!("{:.1}", begun.elapsed().as_secs_f64()),
        String::new(),
        format!("{:.0}", at(50)),
        format!("{:.0}", at(99)),
        service.memory_megabytes().1.to_string(),
    ])
}

/// A model server of its own, and the settings that lead to it.
fn model(url: &str, latency: u32) -> Result<(Process, Vec<(String, String)>), Failure> {
    let latency = latency.to_string();
    let arguments = ["demo", "model", "--port", "0", "--latency", &latency];
    let mut server: Command = command(url, &arguments);
    let mut server = Process(server.stdout(Stdio::piped()).spawn()?);
    let printed = server.0.stdout.take().ok_or("it prints")?;
    let mut settings = vec![
        ("BUGSAGE_LOCAL_CONCURRENCY".to_owned(), AT_ONCE.to_string()),
        ("BUGSAGE_ANALYZE".to_owned(), "new".to_owned()),
    ];
    for line in BufReader::new(printed).lines().take(4) {
        if let Some((name, value)) = line?
            .split_once('=')
            .filter(|(name, _)| !name.contains(' '))
        {
            settings.push((name.to_owned(), value.to_owned()));
        }
    }
    Ok((server, settings))
}

/// Until each new error was compared with the others, at most a hundred a second: that is no part of an
/// analysis.
async fn until_looked_at(owner: &PgPool) -> Result<(), Failure> {
    let (query, started) = ("select count(*) from error_vectors", Instant::now());
    while sqlx::query_scalar::<_, i64>(query).fetch_one(owner).await? < QUEUED {
        patience(started)?;
        tokio::time::sleep(10 * PAUSE).await;
    }
    Ok(())
}

/// Analyses that can be read, all by the model.
async fn explained(owner: &PgPool) -> Result<i64, Failure> {
    let query = "select count(*) filter (where state = 'completed'),
                        count(*) filter (where provider = 'rules') from projection_analyses.analyses";
    let (completed, by_rules): (i64, i64) = sqlx::query_as(query).fetch_one(owner).await?;
    if by_rules > 0 {
        return Err(format!("{by_rules} analyses were not made by the model").into());
    }
    Ok(completed)
}

fn patience(started: Instant) -> Result<(), Failure> {
    match started.elapsed() > PATIENCE {
        true => Err("waited in vain for analyses".into()),
        false => Ok(()),
    }
}

/// An error like no other: names differ in letters, for numbers would be taken for the same.
fn send(service: &Service, number: i64) -> Result<(), Failure> {
    let digits = format!("{number:04}");
    let name: String = digits
        .bytes()
        .map(|digit| char::from(digit - b'0' + b'k'))
        .collect();
    let body = serde_json::json!({
        "platform": "python",
        "exception": {"values": [{
            "type": format!("{name}Error"),
            "value": format!("{name} is not there"),
            "stacktrace": {"frames": [{
                "function": name, "filename": format!("shop/{name}.py"), "module": format!("shop.{name}"),
                "lineno": 7, "in_app": true, "context_line": format!("    {name}.take()"),
            }]},
        }]},
    });
    let body = body.to_string();
    let mut stream = TcpStream::connect(&service.address)?;
    write!(
        stream,
        "POST /api/{}/store/ HTTP/1.1\r\nHost: bench\r\nConnection: close\r\nContent-Type: application/json\r\n\
         X-Sentry-Auth: Sentry sentry_version=7, sentry_key={}, sentry_client=bench/1\r\n\
         Content-Length: {}\r\n\r\n{body}",
        service.project,
        service.dsn_key,
        body.len()
    )?;
    let mut status = String::new();
    BufReader::new(stream).read_line(&mut status)?;
    match status.starts_with("HTTP/1.1 200") {
        true => Ok(()),
        false => Err(status.into()),
    }
}
