//! The demo: one organization, one project, keys that `make run` prints. Clearly marked as such.

use std::io::Write;
use std::path::Path;

use bugsage_commands::clock::Clock;
use sqlx::PgPool;
use uuid::Uuid;

use crate::keys::{API_KEY_PREFIX, hash_api_key};

/// The name of the demo organization and its project.
const NAME: &str = "Demo (not for production)";

/// What somebody needs to try BugSage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demo {
    /// Where it is.
    pub url: String,
    /// Where SDKs send to.
    pub dsn: String,
    /// For reading and changing.
    pub api_key: String,
}

/// Seeds the demo as the owner, or finds the one that is there. The API key is stored as a hash
/// alone, so it is taken from `known_key` (an earlier seed's file) where that still works.
///
/// # Errors
/// When the database fails.
pub async fn seed(
    owner: &PgPool,
    clock: &Clock,
    public_url: &str,
    known_key: Option<&str>,
) -> Result<Demo, sqlx::Error> {
    let mut transaction = owner.begin().await?;
    sqlx::query("select pg_advisory_xact_lock(7204)")
        .execute(&mut *transaction)
        .await?;
    let found: Option<(Uuid, i64, String)> = sqlx::query_as(
        "select p.organization_id, p.project_id, k.public_key
           from organizations o join projects p using (organization_id) join dsn_keys k using (project_id)
          where o.is_demo order by p.project_id limit 1",
    )
    .fetch_optional(&mut *transaction)
    .await?;
    let (organization, project, public_key) = match found {
        Some(found) => found,
        None => {
            let organization = clock.new_id();
            let public_key = clock.new_secret();
            sqlx::query(
                "insert into organizations (organization_id, name, is_demo) values ($1, $2, true)",
            )
            .bind(organization)
            .bind(NAME)
            .execute(&mut *transaction)
            .await?;
            let project: i64 = sqlx::query_scalar(
                "insert into projects (organization_id, name) values ($1, $2) returning project_id",
            )
            .bind(organization)
            .bind(NAME)
            .fetch_one(&mut *transaction)
            .await?;
            sqlx::query("insert into dsn_keys (public_key, organization_id, project_id) values ($1, $2, $3)")
                .bind(&public_key)
                .bind(organization)
                .bind(project)
                .execute(&mut *transaction)
                .await?;
            (organization, project, public_key)
        }
    };
    let valid: bool = sqlx::query_scalar(
        "select exists (select 1 from api_keys where hash = $1 and project_id = $2 and revoked_at is null)",
    )
    .bind(hash_api_key(known_key.unwrap_or_default()).as_slice())
    .bind(project)
    .fetch_one(&mut *transaction)
    .await?;
    let api_key = match known_key {
        Some(key) if valid => key.to_owned(),
        _ => {
            let key = format!("{API_KEY_PREFIX}{}", clock.new_secret());
            sqlx::query(
                "insert into api_keys (key_id, organization_id, project_id, name, hash) values ($1, $2, $3, $4, $5)",
            )
            .bind(clock.new_id())
            .bind(organization)
            .bind(project)
            .bind("demo")
            .bind(hash_api_key(&key).as_slice())
            .execute(&mut *transaction)
            .await?;
            key
        }
    };
    transaction.commit().await?;
    let (scheme, host) = public_url.split_once("://").unwrap_or(("http", public_url));
    Ok(Demo {
        url: public_url.to_owned(),
        dsn: format!("{scheme}://{public_key}@{host}/{project}"),
        api_key,
    })
}

/// The API key an earlier seed wrote to the file.
#[must_use]
pub fn known_key(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix("BUGSAGE_API_KEY="))
        .map(|key| key.trim().to_owned())
}

impl Demo {
    /// Writes the file that shells and tests read; readable by its owner alone.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        use std::os::unix::fs::OpenOptionsExt;
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(file)?;
        writeln!(
            file,
            "BUGSAGE_URL={}\nBUGSAGE_DSN={}\nBUGSAGE_API_KEY={}",
            self.url, self.dsn, self.api_key
        )
    }
}
