//! DSN keys and projects: for whom an occurrence is. Looked up once, remembered for a few seconds.

use std::sync::Arc;
use std::time::Duration;

use bugsage_commands::ingest::{Dictionaries, Reporter};
use bugsage_domain::ids::{OrganizationId, ProjectId};
use bugsage_domain::scrub::Rules;
use bugsage_event_store::{in_time, tenant};
use moka::future::Cache;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::problem::Problem;

/// How long what was looked up is believed: so long a revoked key may still work.
pub(crate) const REMEMBERED: Duration = Duration::from_secs(5);
/// Entries remembered at once of each kind, wrong keys included.
pub(crate) const ENTRIES: u64 = 10_000;
/// Characters of a DSN's public key.
const DSN_KEY_MAX: usize = 64;

/// A cache of what was looked up.
pub(crate) fn remembered<K, V>() -> Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder()
        .max_capacity(ENTRIES)
        .time_to_live(REMEMBERED)
        .build()
}

/// The DSN keys and projects of all organizations. Cheap to clone.
#[derive(Clone)]
pub struct Keys {
    database: PgPool,
    dsn: Cache<String, Option<DsnKey>>,
    projects: Cache<(OrganizationId, ProjectId), Option<Project>>,
    only: Cache<OrganizationId, Option<ProjectId>>,
    secret: Arc<[u8]>,
    dictionaries: Dictionaries,
}

/// A DSN's key: may send occurrences, nothing else.
#[derive(Debug, Clone)]
pub struct DsnKey {
    /// Its id.
    pub id: Uuid,
    /// For whom.
    pub reporter: Reporter,
    /// Whether it may be used: neither it nor its project is switched off.
    pub enabled: bool,
    /// Occurrences a minute; `None` for as many as the service takes.
    pub rate_limit: Option<u32>,
}

/// A project, as one who reports to it must know it.
#[derive(Debug, Clone)]
pub struct Project {
    /// What is reported in its name.
    pub reporter: Reporter,
    /// Whether it takes nothing more.
    pub closed: bool,
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
            dsn: remembered(),
            projects: remembered(),
            only: remembered(),
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

    /// Lets this process look up everything anew; others do within seconds.
    pub fn forget(&self) {
        self.dsn.invalidate_all();
        self.projects.invalidate_all();
        self.only.invalidate_all();
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
                key_id: Uuid,
                enabled: bool,
                rate_limit: Option<i32>,
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
                id: row.key_id,
                enabled: row.enabled,
                rate_limit: row.rate_limit.and_then(|limit| limit.try_into().ok()),
                reporter: self.reporter(row.project).await?,
            }))
        };
        self.dsn
            .try_get_with_by_ref(public_key, in_time(find))
            .await
    }

    /// A project of an organization; `None` if it has none such.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn project(
        &self,
        organization: OrganizationId,
        project: ProjectId,
    ) -> Result<Option<Project>, Arc<sqlx::Error>> {
        let find = async {
            #[derive(FromRow)]
            struct Row {
                closed: bool,
                #[sqlx(flatten)]
                project: ProjectRow,
            }
            let mut transaction = tenant(&self.database, organization).await?;
            let row: Option<Row> = sqlx::query_as(
                "select closed_at is not null as closed, organization_id, project_id, scrub_emails,
                        scrub_ip_addresses, scrub_keys, dictionary_id
                   from projects where organization_id = $1 and project_id = $2",
            )
            .bind(organization.0)
            .bind(project.0)
            .fetch_optional(&mut *transaction)
            .await?;
            drop(transaction);
            let Some(row) = row else {
                return Ok(None);
            };
            Ok(Some(Project {
                closed: row.closed,
                reporter: self.reporter(row.project).await?,
            }))
        };
        self.projects
            .try_get_with((organization, project), in_time(find))
            .await
    }

    /// The project that is meant where none is named: an organization's only one that is open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn only_project(
        &self,
        organization: OrganizationId,
    ) -> Result<Option<ProjectId>, Arc<sqlx::Error>> {
        let find = async {
            let mut transaction = tenant(&self.database, organization).await?;
            let open: Vec<i64> = sqlx::query_scalar(
                "select project_id from projects
                  where organization_id = $1 and closed_at is null limit 2",
            )
            .bind(organization.0)
            .fetch_all(&mut *transaction)
            .await?;
            Ok(match open[..] {
                [only] => Some(ProjectId(only)),
                _ => None,
            })
        };
        self.only.try_get_with(organization, in_time(find)).await
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
