//! Nodes that only work, and one of them killed in the middle.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use sqlx::PgPool;
use uuid::Uuid;

use crate::program::command;
use crate::service::Service;

/// Longer than a lease, and what follows when it has ended.
const PATIENCE: Duration = Duration::from_secs(120);
/// More than one worker takes at once.
const ERRORS: i64 = 40;

/// A process that is killed at the latest with this.
struct Process(Child);

impl Process {
    fn start(arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        let mut command = command(arguments, settings);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        Self(command.spawn().expect("bugsage runs"))
    }

    fn kill(&mut self) {
        self.0.kill().ok(); // it may have ended
        self.0.wait().expect("it ends");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A model server that takes its time, and the settings that lead there.
fn model() -> (Process, Vec<(String, String)>) {
    let mut model = Process::start(&["demo", "model", "--port", "0", "--latency", "3000"], &[]);
    let printed = BufReader::new(model.0.stdout.take().expect("a pipe")).lines();
    let lines = printed.map(|line| line.expect("a line")).take(4);
    let settings = lines.filter(|line| !line.starts_with('#')).map(|line| {
        let (name, value) = line.split_once('=').expect("a setting");
        (name.to_owned(), value.to_owned())
    });
    let many = ("BUGSAGE_LOCAL_CONCURRENCY".to_owned(), "16".to_owned());
    let settings = settings.chain([many]).collect();
    (model, settings)
}

async fn count(owner: &PgPool, what: &str) -> i64 {
    let query = format!("select count(*) from {what}");
    sqlx::query_scalar(&query)
        .fetch_one(owner)
        .await
        .expect("a number")
}

async fn until(owner: &PgPool, what: &str, holds: impl Fn(i64) -> bool) {
    let end = Instant::now() + PATIENCE;
    loop {
        let found = count(owner, what).await;
        if holds(found) {
            return;
        }
        assert!(Instant::now() < end, "{found} of {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn of_two_workers_one_is_killed_and_every_error_has_one_analysis() {
    let (_model, settings) = model();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(n, v)| (&**n, &**v)).collect();
    let roles = [("BUGSAGE_ROLES", "api,projector")];
    let service = Service::start(&[&settings[..], &roles].concat()).await;
    let url = service.database.url();
    let here = [
        ("DATABASE_URL", url.as_str()),
        ("BUGSAGE_NATS", "off"),
        ("BUGSAGE_PORT", "0"),
        ("BUGSAGE_JOB_LEASE_SECONDS", "5"),
    ];
    let here = [&settings[..], &here].concat();
    let mut workers = [(); 2].map(|()| Process::start(&["serve", "--role", "worker"], &here));
    for number in 0..ERRORS {
        // Numbers would be taken for the same.
        let name: String = (0..=number).map(|_| 'x').collect();
        let sent = service.send_event(Uuid::new_v4(), &format!("{name} is not there"));
        assert_eq!(sent.status, 200, "{sent:?}");
    }
    let owner = service.database.owner().await;
    for worker in &workers {
        let held = format!(
            "jobs where kind = 'analysis' and state = 'running' and holder like '% {}'",
            worker.0.id()
        );
        until(&owner, &held, |found| found > 0).await;
    }
    workers[0].kill();
    let done = "jobs where kind = 'analysis' and state = 'done'";
    until(&owner, done, |found| found == ERRORS).await;

    let taken_again = format!("{done} and lease > 1");
    assert!(
        count(&owner, &taken_again).await > 0,
        "it was killed too late"
    );
    for event in ["Requested", "Started", "Completed"] {
        let such = format!("events where event_type = 'ErrorAnalysis{event}'");
        assert_eq!(count(&owner, &such).await, ERRORS, "{event}");
    }
    let by_model = r#"events where event_type = 'ErrorAnalysisCompleted' and payload::text like '%"provider": "local"%'"#;
    assert_eq!(count(&owner, by_model).await, ERRORS, "its answers hold");
    owner.close().await;
}
