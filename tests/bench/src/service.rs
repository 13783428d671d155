//! The service under measure: a process of its own over a fresh database on a server whose
//! settings are PostgreSQL's defaults, fsync on.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor, PgPool, Row};

/// The longest start that is waited for.
const PATIENCE: Duration = Duration::from_secs(600);

/// Where the bench's own PostgreSQL is; `scripts/dev bench` starts it.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    options: PgConnectOptions,
}

/// A running service, ended with this.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) address: String,
    pub(crate) project: i64,
    pub(crate) dsn_key: String,
    pub(crate) api_key: String,
    pub(crate) owner: PgPool,
    /// From process start to the first answer that it is ready.
    pub(crate) ready_after: Duration,
    child: Child,
}

/// What has been used since the start of the processes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) service_cpu: Duration,
    pub(crate) database_cpu: Duration,
    pub(crate) wal_bytes: i64,
    pub(crate) stored_bytes: i64,
}

impl Server {
    pub(crate) fn new(url: &str) -> Result<Self, sqlx::Error> {
        Ok(Self {
            options: url.parse()?,
        })
    }

    /// An empty database; the address of its owner.
    pub(crate) async fn database(&self, name: &str) -> Result<String, sqlx::Error> {
        let admin = PgPoolOptions::new()
            .max_connections(1)
            .connect_with(self.options.clone())
            .await?;
        admin
            .execute(format!("drop database if exists {name} with (force)").as_str())
            .await?;
        admin
            .execute(format!("create database {name}").as_str())
            .await?;
        let mut url = sqlx::ConnectOptions::to_url_lossy(&self.options);
        url.set_path(name);
        Ok(url.to_string())
    }
}

fn bugsage() -> PathBuf {
    let mut path = std::env::current_exe().expect("this program has a path");
    path.set_file_name("bugsage");
    path
}

pub(crate) fn command(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(bugsage());
    command
        .args(arguments)
        .env_clear()
        .envs([
            ("DATABASE_URL", url),
            ("BUGSAGE_NATS", "off"),
            (
                "BUGSAGE_SEAL_KEYS",
                "bench=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            ),
            // One client sends everything.
            ("BUGSAGE_LIMIT_ADDRESS", "0"),
            ("BUGSAGE_LIMIT_KEY", "0"),
            ("BUGSAGE_LIMIT_ORGANIZATION", "0"),
            // Wrong passwords come from as many addresses as the bench says.
            ("BUGSAGE_TRUSTED_PROXIES", "127.0.0.1"),
            ("BUGSAGE_LOG", "warn"),
        ])
        .stdin(Stdio::null());
    command
}

/// What a step prints, once it has ended well.
fn finished(mut step: Command) -> Result<String, Box<dyn std::error::Error>> {
    let output = step.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

impl Service {
    /// Migrates the database, seeds it and serves on a free port.
    pub(crate) async fn start(url: &str) -> Result<Self, Box<dyn std::error::Error>> {
        Self::start_with(url, &[]).await
    }

    /// The same, with further settings.
    pub(crate) async fn start_with(
        url: &str,
        settings: &[(String, String)],
    ) -> Result<Self, Box<dyn std::error::Error>> {
        finished(command(url, &["migrate"]))?;
        let seeded = finished(command(url, &["demo", "seed", "--env-file", "/dev/null"]))?;
        let api_key = seeded
            .lines()
            .find_map(|line| line.strip_prefix("BUGSAGE_API_KEY="))
            .ok_or("the seed names its key")?;
        let owner = PgPoolOptions::new().max_connections(4).connect(url).await?;
        let row = owner
            .fetch_one("select project_id, public_key from dsn_keys limit 1")
            .await?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .port();
        let started = Instant::now();
        let child = command(url, &["serve"])
            .env("BUGSAGE_PORT", port.to_string())
            .envs(settings.iter().cloned())
            .spawn()?;
        let mut service = Self {
            address: format!("127.0.0.1:{port}"),
            project: row.try_get(0)?,
            dsn_key: row.try_get(1)?,
            api_key: api_key.to_owned(),
            owner,
            ready_after: Duration::ZERO,
            child,
        };
        service.wait_ready(started)?;
        Ok(service)
    }

    fn wait_ready(&mut self, started: Instant) -> Result<(), Box<dyn std::error::Error>> {
        while !self.is_ready() {
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("the service ended: {status}").into());
            }
            if started.elapsed() > PATIENCE {
                return Err("the service did not come up".into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        self.ready_after = started.elapsed();
        Ok(())
    }

    fn is_ready(&self) -> bool {
        let ask = || -> std::io::Result<String> {
            let mut stream = std::net::TcpStream::connect(&self.address)?;
            stream
                .write_all(b"GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }

    /// Resident memory of the service, in megabytes: now, and the most it ever had.
    pub(crate) fn memory_megabytes(&self) -> (u64, u64) {
        memory_megabytes(self.child.id())
    }

    pub(crate) async fn usage(&self) -> Result<Usage, sqlx::Error> {
        let row = self
            .owner
            .fetch_one(
                "select pg_backend_pid(), (pg_current_wal_lsn() - '0/0')::bigint,
                        pg_database_size(current_database())",
            )
            .await?;
        Ok(Usage {
            service_cpu: cpu(self.child.id()),
            database_cpu: database_cpu(row.try_get::<i32, _>(0)?.unsigned_abs()),
            wal_bytes: row.try_get(1)?,
            stored_bytes: row.try_get(2)?,
        })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Resident memory of a process, in megabytes: now, and the most it ever had.
pub(crate) fn memory_megabytes(pid: u32) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok()
    };
    (
        field("VmRSS:").unwrap_or(0) / 1024,
        field("VmHWM:").unwrap_or(0) / 1024,
    )
}

/// The fields of `/proc/<pid>/stat` after the name, which may hold anything.
fn stat(pid: u32) -> Vec<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields);
    fields.split_whitespace().map(str::to_owned).collect()
}

/// Time on a processor so far. The kernel counts in hundredths of a second.
fn cpu(pid: u32) -> Duration {
    let fields = stat(pid);
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|text| text.parse::<u64>().ok())
            .unwrap_or(0)
    };
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

/// Of the server that a backend belongs to and of all its processes that still run.
fn database_cpu(backend: u32) -> Duration {
    let parent = |pid: u32| stat(pid).get(1).and_then(|text| text.parse::<u32>().ok());
    let server = parent(backend).unwrap_or(0);
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| *pid == server || parent(*pid) == Some(server))
        .map(cpu)
        .sum()
}
