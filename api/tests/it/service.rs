//! `bugsage serve` as a process of its own, asked over bare connections.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use bugsage_test_database::TestDatabase;
use serde_json::Value;
use uuid::Uuid;

use crate::program::{Folder, command, on};

/// For the metrics.
const METRICS_TOKEN: &str = "a-token-of-the-settings";
/// The longest wait for something that must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A service over a seeded database; killed when dropped.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    pub(crate) database: TestDatabase,
    pub(crate) project: String,
    pub(crate) dsn_key: String,
    pub(crate) api_key: String,
    pub(crate) folder: Folder,
    child: Child,
}

/// What came back: the status, and everything after it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) rest: String,
}

impl Service {
    /// Starts it with further settings, its log going to the folder.
    pub(crate) async fn start(settings: &[(&str, &str)]) -> Self {
        let database = TestDatabase::create().await;
        let folder = Folder::new();
        let seeded = on(&database, &["demo", "seed", "--env-file", "/dev/null"]);
        let seeded = String::from_utf8_lossy(&seeded.stdout).into_owned();
        let value = |name: &str| {
            let mut lines = seeded.lines();
            let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            value.expect("a seeded value").to_owned()
        };
        let (dsn, api_key) = (value("BUGSAGE_DSN"), value("BUGSAGE_API_KEY"));
        let (_, dsn) = dsn.split_once("://").expect("a DSN");
        let (dsn_key, rest) = dsn.split_once('@').expect("a DSN");
        let (_, project) = rest.rsplit_once('/').expect("a DSN");
        let url = database.url();
        let logs = folder.0.join("logs");
        let usual = [
            ("DATABASE_URL", url.as_str()),
            ("BUGSAGE_NATS", "off"),
            ("BUGSAGE_PORT", "0"),
            ("BUGSAGE_METRICS_TOKEN", METRICS_TOKEN),
            ("BUGSAGE_LOG_FORMAT", "json"),
            ("BUGSAGE_LOG_DIR", logs.to_str().expect("a path")),
        ];
        let child = command(&["serve"], &[&usual[..], settings].concat())
            .stderr(Stdio::piped())
            .spawn()
            .expect("bugsage runs");
        let mut service = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            project: project.to_owned(),
            dsn_key: dsn_key.to_owned(),
            api_key,
            database,
            folder,
            child,
        };
        let serving = service.line(|line| line["message"] == "serving");
        let address = serving["address"].as_str().expect("an address");
        service.address = address.parse().expect("an address");
        service
    }

    /// Everything it has logged so far.
    pub(crate) fn log(&self) -> String {
        let files = std::fs::read_dir(self.folder.0.join("logs"));
        let files = files.into_iter().flatten().flatten();
        files
            .map(|file| std::fs::read_to_string(file.path()).unwrap_or_default())
            .collect()
    }

    /// The first line of its log that is so, once it is there.
    pub(crate) fn line(&mut self, is_meant: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let log = self.log();
            let mut lines = log
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok());
            if let Some(line) = lines.find(|line| is_meant(line)) {
                return line;
            }
            let ended = self.child.try_wait().expect("a process");
            assert!(ended.is_none() && Instant::now() < end, "{ended:?}: {log}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// A bare connection.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket");
        stream
    }

    /// A `GET` with the key to the API and further headers.
    pub(crate) fn get(&self, path: &str, headers: &str) -> Answer {
        let key = &self.api_key;
        self.ask(&format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\n{headers}\r\n"
        ))
    }

    /// Sends one event to ingest.
    pub(crate) fn send_event(&self, event_id: Uuid, message: &str) -> Answer {
        self.ask(&self.event(event_id, message))
    }

    /// The whole request that sends one event and then closes.
    pub(crate) fn event(&self, event_id: Uuid, message: &str) -> String {
        let event_id = event_id.simple();
        let body = format!(r#"{{"event_id":"{event_id}","message":"{message}"}}"#);
        let (project, key, length) = (&self.project, &self.dsn_key, body.len());
        format!(
            "POST /api/{project}/store/?sentry_key={key} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        )
    }

    /// Sends a request that asks to close, and reads to the end.
    pub(crate) fn ask(&self, request: &str) -> Answer {
        try_ask(self.connect(), request).expect("the service answers")
    }

    fn metrics(&self) -> Answer {
        self.ask(&format!(
            "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {METRICS_TOKEN}\r\n\r\n"
        ))
    }

    /// Waits until a metric without labels is so.
    pub(crate) fn until_metric(&self, name: &str, is_meant: impl Fn(f64) -> bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            let page = self.metrics().rest;
            let line = page
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            if line.is_some_and(|value| is_meant(value.parse().expect("a number"))) {
                return;
            }
            assert!(Instant::now() < end, "{name} is {line:?}");
        }
    }

    /// The names of its threads.
    pub(crate) fn threads(&self) -> Vec<String> {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id()));
        let threads = threads.expect("a process").flatten();
        threads
            .map(|thread| std::fs::read_to_string(thread.path().join("comm")).unwrap_or_default())
            .collect()
    }

    /// The most memory it ever held, in MiB.
    pub(crate) fn peak_mb(&self) -> u64 {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).expect("a process");
        let mut lines = status.lines();
        let line = lines.find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: u64 = line
            .map(|line| line.trim_end_matches("kB").trim())
            .and_then(|kib| kib.parse().ok())
            .expect("a peak");
        kib / 1024
    }

    /// Asks it to stop, as a supervisor does.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits for its end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a process") {
                return status;
            }
            assert!(Instant::now() < end, "it does not end: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok(); // it may have ended
        self.child.wait().ok();
    }
}

/// Sends a request that asks to close, and reads to the end.
pub(crate) fn try_ask(mut stream: TcpStream, request: &str) -> std::io::Result<Answer> {
    stream.write_all(request.as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let status = text
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Ok(Answer {
        status: status.ok_or(std::io::ErrorKind::UnexpectedEof)?,
        rest: text,
    })
}
