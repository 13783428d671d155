//! A fresh, migrated database for each test.
//!
//! The first to ask migrates a template; each test then gets a copy of it, which takes a
//! fifth of a second, and drops it at its end. `BUGSAGE_TEST_DATABASE_URL` names the
//! throw-away server, as a superuser; `make test` starts it.

use std::str::FromStr;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, PgPool};

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");

/// A database of one test; dropped with it.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    server: PgConnectOptions,
}

fn server() -> PgConnectOptions {
    #[expect(clippy::disallowed_methods, reason = "the one setting of the tests")]
    let url = std::env::var("BUGSAGE_TEST_DATABASE_URL").expect(
        "BUGSAGE_TEST_DATABASE_URL is not set: run `make test`, or `make servers` in another terminal and set what it prints",
    );
    PgConnectOptions::from_str(&url).expect("BUGSAGE_TEST_DATABASE_URL is no PostgreSQL address")
}

/// The template's name holds the checksum of the schema, so a changed migration makes a new one.
fn template_name() -> String {
    let checksum = MIGRATOR
        .iter()
        .flat_map(|migration| migration.checksum.iter())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("bugsage_template_{checksum:016x}")
}

async fn ensure_template(
    admin: &mut PgConnection,
    server: &PgConnectOptions,
) -> sqlx::Result<String> {
    let name = template_name();
    admin.execute("select pg_advisory_lock(7299)").await?;
    let ready: bool = sqlx::query_scalar(
        "select exists (select 1 from pg_database where datname = $1 and datistemplate)",
    )
    .bind(&name)
    .fetch_one(&mut *admin)
    .await?;
    if !ready {
        admin
            .execute(format!("drop database if exists {name}").as_str())
            .await?;
        admin
            .execute(format!("create database {name}").as_str())
            .await?;
        let mut fresh = PgConnection::connect_with(&server.clone().database(&name)).await?;
        MIGRATOR.run_direct(&mut fresh).await?;
        fresh.close().await?;
        admin
            .execute(format!("alter database {name} is_template true").as_str())
            .await?;
    }
    admin.execute("select pg_advisory_unlock(7299)").await?;
    Ok(name)
}

impl TestDatabase {
    /// Copies the template.
    ///
    /// # Panics
    /// When the throw-away server cannot be reached.
    pub async fn create() -> Self {
        Self::try_create(true)
            .await
            .expect("the throw-away PostgreSQL answers")
    }

    /// Without a schema, for tests of migrating.
    ///
    /// # Panics
    /// When the throw-away server cannot be reached.
    pub async fn create_empty() -> Self {
        Self::try_create(false)
            .await
            .expect("the throw-away PostgreSQL answers")
    }

    async fn try_create(migrated: bool) -> sqlx::Result<Self> {
        let server = server();
        let mut admin = PgConnection::connect_with(&server).await?;
        let template = if migrated {
            ensure_template(&mut admin, &server).await?
        } else {
            "template0".to_owned()
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "databases of tests need names of their own"
        )]
        let name = format!("t_{}", uuid::Uuid::new_v4().simple());
        admin
            .execute(
                format!("create database {name} template {template} strategy file_copy").as_str(),
            )
            .await?;
        admin
            .execute(format!("grant create on database {name} to bugsage_projector").as_str())
            .await?;
        admin.close().await?;
        Ok(Self { name, server })
    }

    /// The address of this database, as the superuser.
    #[must_use]
    pub fn url(&self) -> String {
        let mut url = self.server.to_url_lossy();
        url.set_path(&self.name);
        url.to_string()
    }

    /// A pool as the superuser and owner.
    ///
    /// # Panics
    /// When the server cannot be reached.
    pub async fn owner(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(4)
            .connect_with(self.server.clone().database(&self.name))
            .await
            .expect("the test's own database answers")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (name, server) = (self.name.clone(), self.server.clone());
        // A runtime of its own: the test's may be the one that is ending.
        let dropped = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map(|runtime| {
                    runtime.block_on(async {
                        let mut admin = PgConnection::connect_with(&server).await?;
                        admin
                            .execute(
                                format!("drop database if exists {name} with (force)").as_str(),
                            )
                            .await
                    })
                })
        })
        .join();
        if !matches!(dropped, Ok(Ok(Ok(_)))) && !std::thread::panicking() {
            panic!("the test's database could not be dropped");
        }
    }
}
