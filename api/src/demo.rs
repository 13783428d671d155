//! The demo: one organization, one project, an owner and keys that `make run` prints. Clearly
//! marked as such.

use std::io::Write;
use std::path::Path;

use bugsage_commands::access::api_keys::{self, PREFIX};
use bugsage_commands::clock::Clock;
use bugsage_commands::people::PeopleError;
use bugsage_commands::people::password::Passwords;
use bugsage_domain::access::Role;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// The name of the demo organization, its project and its owner.
const NAME: &str = "Demo (not for production)";
/// How the owner signs in.
const EMAIL: &str = "owner@demo.example";

/// What somebody needs to try BugSage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demo {
    /// Where it is.
    pub url: String,
    /// Where SDKs send to.
    pub dsn: String,
    /// For reading and changing: may do what the owner may.
    pub api_key: String,
    /// The owner.
    pub email: String,
    /// The owner's.
    pub password: String,
}

/// What an earlier seed wrote to the file: of secrets the database has hashes alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    api_key: Option<String>,
    password: Option<String>,
}

impl Known {
    /// Reads the file; what is not there is not known.
    #[must_use]
    pub fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        let value = |name: &str| {
            let mut lines = text.lines();
            let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            value.map(|value| value.trim().to_owned())
        };
        Self {
            api_key: value("BUGSAGE_API_KEY"),
            password: value("BUGSAGE_PASSWORD"),
        }
    }
}

/// The organization and its project.
struct Place {
    organization: Uuid,
    project: i64,
    dsn_key: String,
}

/// Seeds the demo as the owner of the database, or finds the one that is there. Secrets that an
/// earlier seed made stay where they still work.
///
/// # Errors
/// When the database fails.
pub async fn seed(
    owner: &PgPool,
    clock: &Clock,
    public_url: &str,
    known: &Known,
) -> Result<Demo, PeopleError> {
    let mut transaction = owner.begin().await?;
    sqlx::query("select pg_advisory_xact_lock(7204)")
        .execute(&mut *transaction)
        .await?;
    let place = match find(&mut transaction).await? {
        Some(place) => place,
        None => make(&mut transaction, clock).await?,
    };
    let api_key = key(&mut transaction, clock, &place, known.api_key.as_deref()).await?;
    let password = person(&mut transaction, clock, &place, known.password.as_deref()).await?;
    transaction.commit().await?;
    let (scheme, host) = public_url.split_once("://").unwrap_or(("http", public_url));
    let Place {
        project, dsn_key, ..
    } = place;
    Ok(Demo {
        url: public_url.to_owned(),
        dsn: format!("{scheme}://{dsn_key}@{host}/{project}"),
        api_key,
        email: EMAIL.to_owned(),
        password,
    })
}

async fn find(connection: &mut PgConnection) -> Result<Option<Place>, sqlx::Error> {
    let found: Option<(Uuid, i64, String)> = sqlx::query_as(
        "select p.organization_id, p.project_id, k.public_key
           from organizations o join projects p using (organization_id) join dsn_keys k using (project_id)
          where o.is_demo and k.enabled order by p.project_id, k.created_at limit 1",
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|(organization, project, dsn_key)| Place {
        organization,
        project,
        dsn_key,
    }))
}

async fn make(connection: &mut PgConnection, clock: &Clock) -> Result<Place, sqlx::Error> {
    let (organization, dsn_key) = (clock.new_id(), clock.new_secret());
    let project = sqlx::query_scalar(
        "with o as (insert into organizations (organization_id, name, is_demo) values ($1, $2, true)),
              p as (insert into projects (organization_id, name) values ($1, $2) returning project_id),
              k as (insert into dsn_keys (key_id, public_key, organization_id, project_id, label)
                        select $4, $3, $1, project_id, 'demo' from p)
         select project_id from p",
    )
    .bind(organization)
    .bind(NAME)
    .bind(&dsn_key)
    .bind(clock.new_id())
    .fetch_one(connection)
    .await?;
    Ok(Place {
        organization,
        project,
        dsn_key,
    })
}

/// A key that may do what the owner may: the known one if it is such, else a new one.
async fn key(
    connection: &mut PgConnection,
    clock: &Clock,
    place: &Place,
    known: Option<&str>,
) -> Result<String, sqlx::Error> {
    let scopes = Role::Owner.permissions().words();
    let valid: bool = sqlx::query_scalar(
        "select exists (select 1 from api_keys where hash = $1 and organization_id = $2
                   and project_id is null and scopes @> $3 and revoked_at is null)",
    )
    .bind(api_keys::hash(known.unwrap_or_default()).as_slice())
    .bind(place.organization)
    .bind(&scopes)
    .fetch_one(&mut *connection)
    .await?;
    if let (Some(key), true) = (known, valid) {
        return Ok(key.to_owned());
    }
    let key = format!("{PREFIX}{}", clock.new_secret());
    sqlx::query(
        "insert into api_keys (key_id, organization_id, name, hash, scopes) values ($1, $2, 'demo', $3, $4)",
    )
    .bind(clock.new_id())
    .bind(place.organization)
    .bind(api_keys::hash(&key).as_slice())
    .bind(&scopes)
    .execute(connection)
    .await?;
    Ok(key)
}

/// The owner, with the known password if it is still theirs, else with a new one.
async fn person(
    connection: &mut PgConnection,
    clock: &Clock,
    place: &Place,
    known: Option<&str>,
) -> Result<String, PeopleError> {
    let kept: bool = sqlx::query_scalar(
        "select exists (select 1 from users where email = $1 and password_hash is not null)",
    )
    .bind(EMAIL)
    .fetch_one(&mut *connection)
    .await?;
    let (password, hash) = match known {
        Some(password) if kept => (password.to_owned(), None),
        _ => {
            let password = clock.new_secret();
            let hash = Passwords::new(clock.clone()).hash(&password).await?;
            (password, Some(hash))
        }
    };
    sqlx::query(
        "with u as (insert into users (user_id, email, email_verified_at, name, password_hash)
                        values ($1, $2, now(), $3, $4)
                    on conflict (email) do update
                        set password_hash = coalesce(excluded.password_hash, users.password_hash)
                    returning user_id)
         insert into memberships (organization_id, user_id, role) select $5, user_id, 'owner' from u
             on conflict do nothing",
    )
    .bind(clock.new_id())
    .bind(EMAIL)
    .bind(NAME)
    .bind(hash)
    .bind(place.organization)
    .execute(connection)
    .await?;
    Ok(password)
}

impl Demo {
    /// Its lines, as shells read them.
    #[must_use]
    pub fn lines(&self) -> String {
        format!(
            "BUGSAGE_URL={}\nBUGSAGE_DSN={}\nBUGSAGE_API_KEY={}\nBUGSAGE_EMAIL={}\nBUGSAGE_PASSWORD={}",
            self.url, self.dsn, self.api_key, self.email, self.password
        )
    }

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
        writeln!(file, "{}", self.lines())
    }
}
