//! A database with a project in it, and verbs to fill it as the write side does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bugsage_domain::analysis::Category;
use bugsage_domain::error::{
    AnalysisResult, Detect, Edit, ErrorCommand, ErrorGroup, Refusal, Spent, TextRef,
};
use bugsage_domain::ids::{ErrorId, EventId, OrganizationId, ProjectId, TextId};
use bugsage_domain::severity::Severity;
use bugsage_event_store::subscription::{Step, prepare, step};
use bugsage_event_store::{
    CommandContext, DatabaseRole, ExecuteError, Executor, Metadata, NewText, Writer, connect,
};
use bugsage_projections::errors::{ErrorDetail, ListQuery};
use bugsage_projections::{Queries, Scope};
use bugsage_test_database::TestDatabase;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

/// Who acts in these tests.
pub(crate) const ACTOR: &str = "user:00000000-0000-0000-0000-00000000000a";

/// Noon of a day of March 2026.
pub(crate) fn day(day: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_512 + day) + TimeDelta::hours(12)
}

/// The database as one project sees it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) queries: Queries,
    pub(crate) scope: Scope,
    pub(crate) owner: PgPool,
    pub(crate) app: PgPool,
    pub(crate) projector: PgPool,
    executor: Executor,
    ids: Arc<AtomicU64>,
    pub(crate) database: Arc<TestDatabase>,
}

/// A new error and its first occurrence.
#[derive(Clone)]
pub(crate) struct Seed {
    pub(crate) title: &'static str,
    pub(crate) culprit: Option<&'static str>,
    pub(crate) severity: Severity,
    pub(crate) source: &'static str,
    pub(crate) category: Option<&'static str>,
    pub(crate) tags: &'static [&'static str],
    pub(crate) report: Report,
}

impl Default for Seed {
    fn default() -> Self {
        Self {
            title: "ValueError: bad value",
            culprit: None,
            severity: Severity::High,
            source: "sentry",
            category: None,
            tags: &[],
            report: Report::default(),
        }
    }
}

/// One occurrence.
#[derive(Clone)]
pub(crate) struct Report {
    pub(crate) at: DateTime<Utc>,
    pub(crate) event: Option<EventId>,
    pub(crate) environment: Option<&'static str>,
    pub(crate) release: Option<&'static str>,
    pub(crate) tags: &'static [&'static str],
    pub(crate) user: Option<&'static str>,
    pub(crate) payload: Value,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            at: day(1),
            event: None,
            environment: None,
            release: None,
            tags: &[],
            user: None,
            payload: json!({"message": "bad value"}),
        }
    }
}

/// The result of an analysis, with texts of these ids.
pub(crate) fn analyzed(number: u32, texts: [&str; 2]) -> AnalysisResult {
    let [context, answer] = texts.map(|text| TextRef {
        id: text_id(text),
        digest: text.to_owned(),
    });
    AnalysisResult {
        number,
        at: day(3),
        provider: "sage".to_owned(),
        model: "sage-1".to_owned(),
        prompt_version: "analysis-1".to_owned(),
        spent: Spent {
            input_tokens: 900,
            output_tokens: 100,
            micros: 250,
            milliseconds: 1_500,
        },
        context,
        answer,
        category: Category::Timeout,
        confidence: 80,
        risk: Severity::High,
        found: true,
        dropped: 1,
        held_back: None,
    }
}

/// The id of a text: made of it.
pub(crate) fn text_id(text: &str) -> TextId {
    TextId(Uuid::from_u128(
        text.bytes().fold(7, |id, byte| id << 8 | u128::from(byte)),
    ))
}

impl World {
    /// A project of an organization, with room for what occurs until the 20th of March 2026.
    pub(crate) async fn new() -> Self {
        let database = TestDatabase::create().await;
        let pool = |role| connect(&database.url(), role, 4).unwrap();
        let app = pool(DatabaseRole::App);
        sqlx::query("select ensure_occurrence_partitions('2026-03-01', 19)")
            .execute(&app)
            .await
            .unwrap();
        let world = Self {
            queries: Queries::new(app.clone()),
            scope: Scope::of(OrganizationId(Uuid::nil()), None),
            owner: database.owner().await,
            projector: pool(DatabaseRole::Projector),
            executor: Executor::new(app.clone(), Writer::start(app.clone()).0),
            app,
            ids: Arc::new(AtomicU64::new(1)),
            database: Arc::new(database),
        };
        for projection in bugsage_projections::all() {
            prepare(&world.projector, projection.as_ref())
                .await
                .unwrap();
        }
        world.other_organization().await
    }

    /// The same database as a project of another organization sees it.
    pub(crate) async fn other_organization(&self) -> Self {
        let organization = OrganizationId(self.id());
        sqlx::query("insert into organizations (organization_id, name) values ($1, 'a name')")
            .bind(organization.0)
            .execute(&self.owner)
            .await
            .unwrap();
        let mut other = self.clone();
        other.scope.organization = organization;
        other.other_project().await
    }

    /// The same database as another project of the organization sees it.
    pub(crate) async fn other_project(&self) -> Self {
        let project = sqlx::query_scalar(
            "insert into projects (organization_id, name) values ($1, $2) returning project_id",
        )
        .bind(self.scope.organization.0)
        .bind(self.id().to_string())
        .fetch_one(&self.owner)
        .await
        .unwrap();
        let mut other = self.clone();
        other.scope.project = Some(ProjectId(project));
        other
    }

    /// The scope of the whole organization.
    pub(crate) fn organization(&self) -> Scope {
        Scope::of(self.scope.organization, None)
    }

    /// An id nobody had before; later ones are greater.
    pub(crate) fn id(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.ids.fetch_add(1, Ordering::Relaxed)))
    }

    /// An error occurs for the first time.
    pub(crate) async fn error(&self, seed: Seed) -> ErrorId {
        let error = ErrorId(self.id());
        let at = seed.report.at;
        self.occurs(error, seed.report).await;
        let owned = |text: &str| text.to_owned();
        let facts = Detect {
            organization_id: self.scope.organization,
            project_id: self.scope.project.unwrap(),
            error_id: error,
            title: owned(seed.title),
            culprit: seed.culprit.map(owned),
            severity: seed.severity,
            source: owned(seed.source),
            source_id: None,
            category: seed.category.map(owned),
            tags: seed.tags.iter().map(|tag| owned(tag)).collect(),
            platform: None,
            grouping_version: 1,
            fingerprint: error.0.simple().to_string(),
            description: None,
            at,
        };
        self.does(error, ErrorCommand::Detect(Box::new(facts)))
            .await;
        error
    }

    /// An error occurs once more; its fingerprint is its id.
    pub(crate) async fn occurs(&self, error: ErrorId, report: Report) -> EventId {
        let event = report.event.unwrap_or_else(|| EventId(self.id()));
        let payload = zstd::encode_all(report.payload.to_string().as_bytes(), 1).unwrap();
        sqlx::query(
            "select * from ingest_occurrences(array[$1], array[$2], array[$3], array[1::smallint],
                 array[$4], array[$5], array[$6], array[$6], array['a headline'], array['error'],
                 array[$7], array[$8], array[$9], array[0], array[$10])",
        )
        .bind(self.scope.organization.0)
        .bind(self.scope.project.unwrap().0)
        .bind(event.0)
        .bind(error.0.as_bytes().as_slice())
        .bind(error.0)
        .bind(report.at)
        .bind(report.environment)
        .bind(report.release)
        .bind(report.user.map(str::as_bytes))
        .bind(payload)
        .fetch_one(&self.app)
        .await
        .unwrap();
        let environment = report.environment.iter().map(|v| ("environment", *v));
        let release = report.release.iter().map(|v| ("release", *v));
        let tags = report.tags.iter().map(|v| ("tag", *v));
        let facets: Vec<_> = environment.chain(release).chain(tags).collect();
        sqlx::query("select record_facets($1, $2, $3, $4)")
            .bind(vec![self.scope.organization.0; facets.len()])
            .bind(vec![error.0; facets.len()])
            .bind(facets.iter().map(|facet| facet.0).collect::<Vec<_>>())
            .bind(facets.iter().map(|facet| facet.1).collect::<Vec<_>>())
            .execute(&self.app)
            .await
            .unwrap();
        event
    }

    /// A command is carried out.
    pub(crate) async fn does(&self, error: ErrorId, command: ErrorCommand) {
        self.does_with(error, command, Vec::new()).await.unwrap();
    }

    /// A command is carried out, or refused.
    pub(crate) async fn may(&self, error: ErrorId, command: ErrorCommand) {
        match self.does_with(error, command, Vec::new()).await {
            Ok(()) | Err(ExecuteError::Refused(_) | ExecuteError::Contended) => {}
            Err(failure) => panic!("{failure}"),
        }
    }

    /// Somebody writes about an error.
    pub(crate) async fn describes(&self, error: ErrorId, text: &str) -> TextId {
        let id = TextId(self.id());
        let edit = Edit {
            description: Some(TextRef {
                id,
                digest: text.to_owned(),
            }),
            at: day(1),
            ..Edit::default()
        };
        let body = text.to_owned();
        self.does_with(
            error,
            ErrorCommand::Edit(Box::new(edit)),
            vec![NewText { id, body }],
        )
        .await
        .unwrap();
        id
    }

    pub(crate) async fn does_with(
        &self,
        error: ErrorId,
        command: ErrorCommand,
        texts: Vec<NewText>,
    ) -> Result<(), ExecuteError<Refusal>> {
        let context = CommandContext {
            metadata: Metadata {
                organization_id: self.scope.organization,
                actor: ACTOR.to_owned(),
                request_id: "a request".to_owned(),
                correlation_id: "a request".to_owned(),
                causation_id: None,
            },
            idempotency: None,
            if_match: None,
            texts,
        };
        self.executor
            .execute::<ErrorGroup, _>(&error.to_string(), command, context, |_, sequence| sequence)
            .await
            .map(|_| ())
    }

    /// The projections apply everything that was decided.
    pub(crate) async fn catch_up(&self) {
        for projection in bugsage_projections::all() {
            loop {
                match step(&self.projector, projection.as_ref()).await.unwrap() {
                    Step::Applied(_) => {}
                    Step::Idle => break,
                    Step::Stalled { position, reason } => {
                        panic!("{} stalled at {position}: {reason}", projection.name())
                    }
                }
            }
        }
    }

    /// The errors of a list, asked on the 20th.
    pub(crate) async fn listed(&self, query: &ListQuery) -> Vec<ErrorId> {
        let list = self.queries.list(&self.scope, query, day(20)).await;
        list.unwrap()
            .errors
            .iter()
            .map(|error| ErrorId(error.id))
            .collect()
    }

    /// One error, asked on the 20th.
    pub(crate) async fn shown(&self, error: ErrorId) -> Option<ErrorDetail> {
        self.queries
            .detail(&self.scope, error, day(20))
            .await
            .unwrap()
    }
}
