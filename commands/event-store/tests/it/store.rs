//! A fresh store for each test, and what tests put into it.

use std::time::Duration;

use bugsage_domain::error::{Detect, ErrorCommand};
use bugsage_domain::ids::{ErrorId, OrganizationId, ProjectId};
use bugsage_domain::severity::Severity;
use bugsage_event_store::{
    Append, CommandContext, DatabaseRole, Executor, Metadata, NewEvent, Verdict, Writer, append,
    connect,
};
use bugsage_test_database::TestDatabase;
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

/// Longest wait for anything.
const DEADLINE: Duration = Duration::from_secs(20);

pub(crate) struct Store {
    pub(crate) owner: PgPool,
    pub(crate) app: PgPool,
    pub(crate) projector: PgPool,
    pub(crate) organization: OrganizationId,
    // Last, so that the pools go before it.
    pub(crate) database: TestDatabase,
}

impl Store {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::create().await;
        Self {
            owner: database.owner().await,
            app: pool(&database, DatabaseRole::App),
            projector: pool(&database, DatabaseRole::Projector),
            organization: OrganizationId(Uuid::new_v4()),
            database,
        }
    }

    pub(crate) fn executor(&self) -> Executor {
        Executor::new(self.app.clone(), Writer::start(self.app.clone()).0)
    }

    pub(crate) fn context(&self) -> CommandContext {
        context(self.organization)
    }

    /// One event of a stream without meaning.
    pub(crate) fn event(&self, stream: &str, expected: i64) -> Append {
        self.events(stream, expected, 1)
    }

    /// Some events of a stream without meaning.
    pub(crate) fn events(&self, stream: &str, expected: i64, count: usize) -> Append {
        Append {
            aggregate_type: "thing",
            aggregate_id: stream.to_owned(),
            expected,
            events: vec![happened(json!({"stream": stream})); count],
            metadata: self.context().metadata,
            effect: None,
            texts: Vec::new(),
            idempotency: None,
            answer: Value::Null,
        }
    }

    /// Appends and commits.
    pub(crate) async fn append(&self, batch: &[Append]) -> Vec<Verdict> {
        let mut transaction = self.app.begin().await.unwrap();
        let verdicts = append(&mut transaction, batch).await.unwrap();
        transaction.commit().await.unwrap();
        verdicts
    }

    /// Appends so many events, each to a stream of its own.
    pub(crate) async fn append_many(&self, count: usize) {
        let batch: Vec<_> = (0..count)
            .map(|_| self.event(&Uuid::new_v4().to_string(), 0))
            .collect();
        self.append(&batch).await;
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(&self.owner)
            .await
            .unwrap()
    }

    /// Waits until a count is as wanted.
    pub(crate) async fn until(&self, sql: &str, wanted: i64) {
        let reached = async {
            while self.count(sql).await != wanted {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(DEADLINE, reached)
            .await
            .unwrap_or_else(|_| panic!("never {wanted}: {sql}"));
    }

    /// Waits until so many transactions wait for the append lock.
    pub(crate) async fn until_waiting(&self, count: i64) {
        self.until(
            "select count(*) from pg_locks where locktype = 'advisory' and objid = 7201 and not granted
                and database = (select oid from pg_database where datname = current_database())",
            count,
        )
        .await;
    }
}

fn pool(database: &TestDatabase, role: DatabaseRole) -> PgPool {
    connect(&database.url(), role, 14).unwrap()
}

pub(crate) fn context(organization: OrganizationId) -> CommandContext {
    CommandContext {
        metadata: Metadata {
            organization_id: organization,
            actor: "user:somebody".to_owned(),
            request_id: "request".to_owned(),
            correlation_id: "correlation".to_owned(),
            causation_id: None,
        },
        idempotency: None,
        if_match: None,
        texts: Vec::new(),
    }
}

pub(crate) fn happened(payload: Value) -> NewEvent {
    NewEvent {
        event_type: "Happened".to_owned(),
        event_version: "1.0".to_owned(),
        payload,
    }
}

pub(crate) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

pub(crate) fn detect(organization: OrganizationId, error: ErrorId) -> ErrorCommand {
    ErrorCommand::Detect(Box::new(Detect {
        organization_id: organization,
        project_id: ProjectId(1),
        error_id: error,
        title: "ValueError: no such row".to_owned(),
        culprit: Some("orders.find".to_owned()),
        severity: Severity::High,
        source: "sentry".to_owned(),
        source_id: None,
        category: None,
        tags: vec!["web".to_owned()],
        platform: Some("python".to_owned()),
        grouping_version: 1,
        fingerprint: "0123".to_owned(),
        description: None,
        at: noon(),
    }))
}
