//! An organization with a project, its nodes, and the ledgers that must agree.

use std::sync::Arc;

use bugsage_commands::clock::Clock;
use bugsage_commands::ingest::{
    Beside, Ingest, IngestError, IngestLimits, Outcome, Reporter, Stored, Submission, prepare,
};
use bugsage_domain::actor::Actor;
use bugsage_domain::error::{ErrorCommand, ErrorGroup, IgnoredUntil, Refusal, ResolvedHow};
use bugsage_domain::ids::{ErrorId, EventId, OrganizationId, ProjectId};
use bugsage_event_store::{
    CommandContext, DatabaseRole, ExecuteError, Executed, Executor, Metadata, Writer, connect,
    load, tenant,
};
use bugsage_test_database::TestDatabase;
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

pub(crate) struct Site {
    pub(crate) owner: PgPool,
    pub(crate) app: PgPool,
    pub(crate) clock: Clock,
    pub(crate) reporter: Reporter,
    pub(crate) ingest: Ingest,
    executor: Executor,
    // Last, so that the pools go before it.
    _database: TestDatabase,
}

impl Site {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::create().await;
        let owner = database.owner().await;
        let app = connect(&database.url(), DatabaseRole::App, 16).unwrap();
        let clock = Clock::default();
        let reporter = new_reporter(&owner).await;
        Self {
            ingest: Ingest::start(
                app.clone(),
                clock.clone(),
                IngestLimits::default(),
                Beside::default(),
            )
            .0,
            executor: Executor::new(app.clone(), Writer::start(app.clone()).0),
            owner,
            app,
            clock,
            reporter,
            _database: database,
        }
    }

    /// The ingest of another process.
    pub(crate) fn another_node(&self) -> Ingest {
        Ingest::start(
            self.app.clone(),
            self.clock.clone(),
            IngestLimits::default(),
            Beside::default(),
        )
        .0
    }

    /// The executor of another process.
    pub(crate) fn another_executor(&self) -> Executor {
        Executor::new(self.app.clone(), Writer::start(self.app.clone()).0)
    }

    pub(crate) fn organization(&self) -> OrganizationId {
        self.reporter.organization_id
    }

    /// An occurrence of the group `group`, with whatever else the event says.
    pub(crate) fn occurrence(&self, group: &str, more: &Value) -> Submission {
        self.occurrence_of(&self.reporter, group, more)
    }

    pub(crate) fn occurrence_of(
        &self,
        reporter: &Reporter,
        group: &str,
        more: &Value,
    ) -> Submission {
        let mut event = json!({"message": format!("{group} failed"), "fingerprint": [group]});
        for (key, value) in more.as_object().into_iter().flatten() {
            event[key] = value.clone();
        }
        let fallback = EventId(Uuid::new_v4());
        let now = self.clock.now();
        Submission {
            occurrence: prepare(reporter, event.to_string().as_bytes(), None, fallback, now)
                .unwrap(),
            idempotency: None,
            request_id: "request".to_owned(),
        }
    }

    /// Stores occurrences as one request.
    pub(crate) async fn store(&self, submissions: Vec<Submission>) -> Vec<Stored> {
        store(&self.ingest, submissions).await
    }

    /// Stores one more occurrence of a group.
    pub(crate) async fn occurs(&self, group: &str) -> Stored {
        let occurrence = self.occurrence(group, &Value::Null);
        self.store(vec![occurrence]).await.remove(0)
    }

    /// Stores one more occurrence of a group, which a person sees.
    pub(crate) async fn occurs_to(&self, person: &str, group: &str) -> Stored {
        let occurrence = self.occurrence(group, &json!({"user": {"id": person}}));
        self.store(vec![occurrence]).await.remove(0)
    }

    pub(crate) async fn ask(
        &self,
        error: ErrorId,
        command: ErrorCommand,
    ) -> Result<Executed, ExecuteError<Refusal>> {
        ask(&self.executor, self.organization(), error, command).await
    }

    pub(crate) async fn resolve(&self, error: ErrorId) {
        self.ask(error, resolve(&self.clock)).await.unwrap();
    }

    pub(crate) async fn ignore(&self, error: ErrorId, until: IgnoredUntil) {
        let command = ErrorCommand::Ignore {
            by: Actor::System,
            at: self.clock.now(),
            until,
        };
        self.ask(error, command).await.unwrap();
    }

    pub(crate) async fn merge(&self, error: ErrorId, into: ErrorId) {
        self.ask(error, ErrorCommand::Merge { into }).await.unwrap();
    }

    pub(crate) async fn delete(&self, error: ErrorId) {
        let command = ErrorCommand::Delete { by: Actor::System };
        self.ask(error, command).await.unwrap();
    }

    /// The error as its history says.
    pub(crate) async fn group(&self, error: ErrorId) -> ErrorGroup {
        let mut transaction = tenant(&self.app, self.organization()).await.unwrap();
        load(&mut transaction, self.organization(), &error.to_string())
            .await
            .unwrap()
            .unwrap()
            .state
    }

    /// The types of an error's events.
    pub(crate) async fn history(&self, error: ErrorId) -> Vec<String> {
        sqlx::query_scalar(
            "select event_type from events where aggregate_id = $1 order by sequence",
        )
        .bind(error.to_string())
        .fetch_all(&self.owner)
        .await
        .unwrap()
    }

    /// Count and people of an error, those merged into it included.
    pub(crate) async fn totals(&self, error: ErrorId) -> (i64, i64) {
        sqlx::query_as("select count, users from error_state where error_id = $1")
            .bind(error.0)
            .fetch_one(&self.owner)
            .await
            .unwrap()
    }

    pub(crate) async fn status(&self, error: ErrorId) -> String {
        sqlx::query_scalar("select status from error_state where error_id = $1")
            .bind(error.0)
            .fetch_one(&self.owner)
            .await
            .unwrap()
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(&self.owner)
            .await
            .unwrap()
    }

    /// Everything that says how often an error occurred says the same.
    pub(crate) async fn assert_ledgers_agree(&self) {
        for (rule, breach) in LEDGERS {
            let broken = self
                .count(&format!("select count(*) from ({breach}) b"))
                .await;
            assert_eq!(broken, 0, "{rule}");
        }
    }
}

/// Rules, each with the rows that break it.
const LEDGERS: [(&str, &str); 7] = [
    (
        "an error's own count is that of its occurrences",
        "select 1 from error_state s where own_count <> (
             select count(*) from occurrences o where o.error_id = s.error_id)",
    ),
    (
        "the counters by hour add up to the own count",
        "select 1 from error_state s where own_count <> (
             select coalesce(sum(c.count), 0) from error_counters c where c.error_id = s.error_id)",
    ),
    (
        "every occurrence is known by its id",
        "select 1 from occurrences o full join occurrence_ids i using (organization_id, project_id, event_id)
          where o.error_id is distinct from i.error_id or o.received_at is distinct from i.received_at",
    ),
    (
        "the totals of a root are those of its family",
        "select 1 from error_state s where root_id = error_id and (count, first_seen, last_seen) is distinct from (
             select (sum(m.own_count)::bigint, min(m.own_first_seen), max(m.own_last_seen))
               from error_state m where m.root_id = s.error_id)",
    ),
    (
        "a person counts once in a family",
        "select 1 from error_state s where root_id = error_id and users <> (
             select count(distinct u.user_hash) from error_users u
               join error_state m on m.error_id = u.error_id where m.root_id = s.error_id)",
    ),
    (
        "a root is its own root, and what is not merged is a root",
        "select 1 from error_state s join error_state r on r.error_id = s.root_id
          where r.root_id <> r.error_id or (s.merged_into is null) <> (s.root_id = s.error_id) and s.status <> 'deleted'",
    ),
    (
        "no fingerprint leads to a deleted error",
        "select 1 from fingerprints f join error_state s using (error_id) where s.status = 'deleted'",
    ),
];

pub(crate) async fn new_reporter(owner: &PgPool) -> Reporter {
    let organization = Uuid::new_v4();
    sqlx::query("insert into organizations (organization_id, name) values ($1, 'it')")
        .bind(organization)
        .execute(owner)
        .await
        .unwrap();
    new_project(owner, OrganizationId(organization), 90).await
}

pub(crate) async fn new_project(
    owner: &PgPool,
    organization: OrganizationId,
    retention_days: i32,
) -> Reporter {
    let project = sqlx::query_scalar(
        "insert into projects (organization_id, name, retention_days)
         values ($1, gen_random_uuid(), $2) returning project_id",
    )
    .bind(organization.0)
    .bind(retention_days)
    .fetch_one(owner)
    .await
    .unwrap();
    Reporter {
        organization_id: organization,
        project_id: ProjectId(project),
        rules: Arc::default(),
        secret: Arc::from(*b"secret"),
        dictionary: None,
    }
}

pub(crate) async fn store(ingest: &Ingest, submissions: Vec<Submission>) -> Vec<Stored> {
    let answers: Vec<Result<Stored, IngestError>> = ingest.store(submissions).await.unwrap();
    answers.into_iter().map(Result::unwrap).collect()
}

pub(crate) async fn ask(
    executor: &Executor,
    organization: OrganizationId,
    error: ErrorId,
    command: ErrorCommand,
) -> Result<Executed, ExecuteError<Refusal>> {
    let context = CommandContext {
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
    };
    executor
        .execute::<ErrorGroup, _>(&error.to_string(), command, context, |_, sequence| sequence)
        .await
}

pub(crate) fn resolve(clock: &Clock) -> ErrorCommand {
    ErrorCommand::Resolve {
        by: Actor::System,
        at: clock.now(),
        how: ResolvedHow::Manually,
        in_release: None,
    }
}

pub(crate) fn outcomes(stored: &[Stored]) -> Vec<Outcome> {
    stored.iter().map(|one| one.outcome).collect()
}
