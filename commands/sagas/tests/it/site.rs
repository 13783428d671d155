//! A database, its jobs, and nodes that work on them.

use std::time::Duration;

use async_nats::Client;
use bugsage_commands::pressure::Pressure;
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::{
    Append, DatabaseRole, Executor, Metadata, NewEvent, Writer, append, connect,
};
use bugsage_sagas::{Pace, Priority, Register, StartError, Surroundings, job_id};
use bugsage_test_database::TestDatabase;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The longest wait for anything.
const PATIENCE: Duration = Duration::from_secs(40);

pub(crate) const PACE: Pace = Pace {
    lease: Duration::from_secs(3),
    poll: Duration::from_millis(500),
    first_pause: Duration::from_millis(20),
    longest_pause: Duration::from_secs(1),
    grace: Duration::from_millis(100),
};

pub(crate) struct Site {
    pub(crate) owner: PgPool,
    pub(crate) app: PgPool,
    pub(crate) projector: PgPool,
    pub(crate) organization: OrganizationId,
    // Last, so that the pools go before it.
    _database: TestDatabase,
}

impl Site {
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::create().await;
        let owner = database.owner().await;
        sqlx::raw_sql(
            "create table effects (number bigint generated always as identity, job uuid, node text);
             grant insert on effects to bugsage_app",
        )
        .execute(&owner)
        .await
        .unwrap();
        let organization = OrganizationId(Uuid::new_v4());
        sqlx::query("insert into organizations (organization_id, name) values ($1, 'it')")
            .bind(organization.0)
            .execute(&owner)
            .await
            .unwrap();
        Self {
            owner,
            app: connect(&database.url(), DatabaseRole::App, 12).unwrap(),
            projector: connect(&database.url(), DatabaseRole::Projector, 12).unwrap(),
            organization,
            _database: database,
        }
    }

    pub(crate) fn surroundings(&self, nats: Option<Client>) -> Surroundings {
        Surroundings {
            app: self.app.clone(),
            projector: self.projector.clone(),
            executor: Executor::new(self.app.clone(), Writer::start(self.app.clone()).0),
            nats,
            node: "a node".to_owned(),
            pace: PACE,
            pressure: Pressure::default(),
        }
    }

    pub(crate) async fn node(&self, register: Register, nats: Option<&Client>) -> Node {
        self.try_node(register, nats).await.unwrap()
    }

    pub(crate) async fn try_node(
        &self,
        register: Register,
        nats: Option<&Client>,
    ) -> Result<Node, StartError> {
        let around = self.surroundings(nats.cloned());
        let mut node = Node {
            stop: CancellationToken::new(),
            tasks: JoinSet::new(),
        };
        let prepared = register.prepare(&around).await?;
        prepared.start(&around, &node.stop, &mut node.tasks).await?;
        Ok(node)
    }

    /// Asks for jobs, as a saga would on events from `first` on.
    pub(crate) async fn ask(&self, priority: Priority, first: i64, count: i64) -> Vec<Uuid> {
        self.ask_for(self.organization.0, priority, first, count)
            .await
    }

    /// The same, for another organization.
    pub(crate) async fn ask_for(
        &self,
        organization: Uuid,
        priority: Priority,
        first: i64,
        count: i64,
    ) -> Vec<Uuid> {
        let mut ids = Vec::new();
        for position in first..first + count {
            let id = job_id("test", position, 0);
            sqlx::query("select enqueue_job($1, $2, 'test', $3, 'test', $4, 0, 'c', $5, 0)")
                .bind(id)
                .bind(organization)
                .bind(priority as i16)
                .bind(position)
                .bind(json!({"position": position}))
                .execute(&self.projector)
                .await
                .unwrap();
            ids.push(id);
        }
        ids
    }

    /// Appends events of a stream without meaning.
    pub(crate) async fn append(&self, count: usize) {
        let id = Uuid::new_v4().to_string();
        let event = NewEvent {
            event_type: "Happened".to_owned(),
            event_version: "1.0".to_owned(),
            payload: json!({}),
        };
        let batch = Append {
            aggregate_type: "thing",
            aggregate_id: id,
            expected: 0,
            events: vec![event; count],
            metadata: Metadata {
                organization_id: self.organization,
                actor: "system".to_owned(),
                request_id: "request".to_owned(),
                correlation_id: "correlation".to_owned(),
                causation_id: None,
            },
            effect: None,
            texts: Vec::new(),
            idempotency: None,
            answer: Value::Null,
        };
        let mut transaction = self.app.begin().await.unwrap();
        append(&mut transaction, &[batch]).await.unwrap();
        transaction.commit().await.unwrap();
    }

    pub(crate) async fn count(&self, what: &str) -> i64 {
        sqlx::query_scalar(&format!("select count(*) from {what}"))
            .fetch_one(&self.owner)
            .await
            .unwrap()
    }

    pub(crate) async fn until(&self, what: &str, wanted: i64) {
        soon(&format!("{wanted} {what}"), async || {
            self.count(what).await == wanted
        })
        .await;
    }

    pub(crate) async fn run(&self, statement: &str) {
        sqlx::raw_sql(statement).execute(&self.owner).await.unwrap();
    }

    /// One column of one row, as text.
    pub(crate) async fn text(&self, query: &str) -> String {
        let text: Option<String> = sqlx::query_scalar(query)
            .fetch_one(&self.owner)
            .await
            .unwrap();
        text.unwrap_or_default()
    }

    /// Each of so many jobs was done and had its effect, and that once.
    pub(crate) async fn each_had_its_effect_once(&self, jobs: i64) {
        self.until("jobs where state = 'done'", jobs).await;
        assert_eq!(self.count("jobs").await, jobs);
        let effects = self.count("effects").await;
        let different = self.count("(select distinct job from effects) d").await;
        assert_eq!((effects, different), (jobs, jobs));
    }
}

/// What runs in one process.
pub(crate) struct Node {
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Node {
    /// As at SIGTERM.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
    }

    /// As at SIGKILL: nothing of it runs on, and nothing is given back.
    pub(crate) async fn kill(mut self) {
        self.tasks.shutdown().await;
    }
}

pub(crate) async fn soon(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let asked = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, asked).await;
    assert!(in_time.is_ok(), "waited in vain until: {what}");
}
