//! Keys: who calls, and for which project. Looked up once, remembered for a few seconds.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use bugsage_commands::ingest::{Dictionaries, Reporter};
use bugsage_domain::actor::Actor;
use bugsage_domain::ids::{OrganizationId, ProjectId};
use bugsage_domain::scrub::Rules;
use bugsage_event_store::{CommandContext, Metadata, in_time};
use bugsage_projections::Scope;
use moka::future::Cache;
use sha2::{Digest, Sha256};
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::limits;
use crate::problem::Problem;
use crate::request_id;
use crate::state::App;

/// How long a key is remembered: so long a revoked one may still work.
const REMEMBERED: Duration = Duration::from_secs(5);
/// Keys remembered at once, wrong ones included.
const KEYS: u64 = 10_000;
/// Characters of a DSN's public key.
const DSN_KEY_MAX: usize = 64;
/// What an API key begins with, so that secret scanners find it.
pub const API_KEY_PREFIX: &str = "bsk_";

/// The keys of all organizations. Cheap to clone.
#[derive(Clone)]
pub struct Keys {
    database: PgPool,
    dsn: Cache<String, Option<DsnKey>>,
    api: Cache<[u8; 32], Option<Caller>>,
    secret: Arc<[u8]>,
    dictionaries: Dictionaries,
}

/// A DSN's key: may send occurrences, nothing else.
#[derive(Debug, Clone)]
pub struct DsnKey {
    /// For whom.
    pub reporter: Reporter,
    /// Whether it may be used.
    pub enabled: bool,
}

/// Who calls the API, proved by a key.
#[derive(Debug, Clone)]
pub struct Caller {
    /// What it may see and change.
    pub scope: Scope,
    /// Named in the events it causes.
    pub actor: Actor,
    /// For the occurrences it sends.
    pub reporter: Reporter,
}

#[derive(FromRow)]
struct ProjectRow {
    organization_id: Uuid,
    project_id: i64,
    scrub_emails: bool,
    scrub_ip_addresses: bool,
    scrub_keys: Vec<String>,
    dictionary_id: Option<i32>,
}

impl Keys {
    /// Over the pool of the app role.
    ///
    /// # Errors
    /// When the installation's secret cannot be read.
    pub async fn open(database: PgPool) -> Result<Self, sqlx::Error> {
        let secret: Vec<u8> = sqlx::query_scalar("select secret from installation")
            .fetch_one(&database)
            .await?;
        Ok(Self {
            database,
            dsn: Cache::builder()
                .max_capacity(KEYS)
                .time_to_live(REMEMBERED)
                .build(),
            api: Cache::builder()
                .max_capacity(KEYS)
                .time_to_live(REMEMBERED)
                .build(),
            secret: secret.into(),
            dictionaries: Dictionaries::default(),
        })
    }

    async fn reporter(&self, project: ProjectRow) -> Result<Reporter, sqlx::Error> {
        let organization_id = OrganizationId(project.organization_id);
        let dictionary = match project.dictionary_id {
            Some(id) => {
                self.dictionaries
                    .get(&self.database, organization_id, id)
                    .await?
            }
            None => None,
        };
        Ok(Reporter {
            organization_id,
            project_id: ProjectId(project.project_id),
            rules: Arc::new(Rules {
                emails: project.scrub_emails,
                ip_addresses: project.scrub_ip_addresses,
                extra_keys: project.scrub_keys,
            }),
            secret: Arc::clone(&self.secret),
            dictionary,
        })
    }

    /// The secret that keys digests of texts.
    #[must_use]
    pub fn secret(&self) -> &[u8] {
        &self.secret
    }

    /// The DSN key with this public part; `None` if there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn dsn(&self, public_key: &str) -> Result<Option<DsnKey>, Arc<sqlx::Error>> {
        // Not asked for, nor remembered: anybody can send any text here.
        if public_key.len() > DSN_KEY_MAX || !public_key.bytes().all(|b| b.is_ascii_graphic()) {
            return Ok(None);
        }
        let find = async {
            #[derive(FromRow)]
            struct Row {
                enabled: bool,
                #[sqlx(flatten)]
                project: ProjectRow,
            }
            let row: Option<Row> = sqlx::query_as("select * from find_dsn_key($1)")
                .bind(public_key)
                .fetch_optional(&self.database)
                .await?;
            let Some(row) = row else {
                return Ok(None);
            };
            Ok(Some(DsnKey {
                enabled: row.enabled,
                reporter: self.reporter(row.project).await?,
            }))
        };
        self.dsn
            .try_get_with_by_ref(public_key, in_time(find))
            .await
    }

    /// The caller with this API key; `None` if there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn api(&self, key: &str) -> Result<Option<Caller>, Arc<sqlx::Error>> {
        let hash = hash_api_key(key);
        let find = async {
            #[derive(FromRow)]
            struct Row {
                key_id: Uuid,
                #[sqlx(flatten)]
                project: ProjectRow,
            }
            let row: Option<Row> = sqlx::query_as("select * from find_api_key($1)")
                .bind(hash.as_slice())
                .fetch_optional(&self.database)
                .await?;
            let Some(row) = row else {
                return Ok(None);
            };
            let reporter = self.reporter(row.project).await?;
            Ok(Some(Caller {
                scope: Scope {
                    organization: reporter.organization_id,
                    project: Some(reporter.project_id),
                },
                actor: Actor::ApiKey { id: row.key_id },
                reporter,
            }))
        };
        self.api.try_get_with(hash, in_time(find)).await
    }
}

/// What is stored of an API key: it has 128 bits of chance, so one round of SHA-256 is enough.
#[must_use]
pub fn hash_api_key(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

impl Caller {
    /// What an executor needs to know of a command of this caller.
    #[must_use]
    pub fn context(&self) -> CommandContext {
        let request_id = request_id::current();
        CommandContext {
            metadata: Metadata {
                organization_id: self.scope.organization,
                actor: self.actor.to_string(),
                correlation_id: request_id.clone(),
                request_id,
                causation_id: None,
            },
            idempotency: None,
            if_match: None,
            texts: Vec::new(),
        }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let key = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, key)| key.trim())
            .ok_or_else(|| Problem::unauthorized("send an API key: Authorization: Bearer bsk_…"))?;
        let caller = app.keys.api(key).await.map_err(Problem::from)?;
        let caller =
            caller.ok_or_else(|| Problem::unauthorized("this API key is unknown or revoked"))?;
        request_id::belongs_to(caller.scope.organization);
        let organization = caller.scope.organization;
        limits::admit(app, &parts.extensions, &caller.actor, Some(organization))?;
        Ok(caller)
    }
}

impl From<Arc<sqlx::Error>> for Problem {
    fn from(error: Arc<sqlx::Error>) -> Self {
        match Arc::try_unwrap(error) {
            Ok(error) => error.into(),
            // Shared with other waiters: what kind it was no longer matters to the caller.
            Err(shared) => {
                tracing::error!(error = %shared, "a key could not be looked up");
                Self::unavailable("the database does not answer; try again in a moment")
            }
        }
    }
}
