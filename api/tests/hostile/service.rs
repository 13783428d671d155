//! The `bugsage` program serving a database of its own: a process whose memory can be read.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use bugsage_commands::access::api_keys;
use bugsage_domain::access::ProjectRole;
use bugsage_test_database::TestDatabase;
use sqlx::PgPool;

/// The project that the hostile ones send to, and the key in their hands.
pub(crate) const PROJECT: i64 = 7;
pub(crate) const KEY: &str = "00000000000000000000000000000007";
/// Another tenant's project.
pub(crate) const NEIGHBOUR: i64 = 8;
pub(crate) const NEIGHBOUR_KEY: &str = "00000000000000000000000000000008";
/// For the API, in the hostile ones' hands too.
pub(crate) const API_KEY: &str = "bsk_hostile";

/// What all bodies under way may hold together.
pub(crate) const INFLIGHT_MB: u64 = 256;

const KIB: u64 = 1024;

/// Killed when dropped.
pub(crate) struct Service {
    process: Child,
    pub(crate) address: String,
    owner: PgPool,
    _database: TestDatabase,
}

impl Service {
    pub(crate) async fn start() -> Self {
        let database = TestDatabase::create().await;
        let owner = database.owner().await;
        seed(&owner).await;
        // Free a moment ago; to parse the log for a port would tie the test to its wording.
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let process = Command::new(env!("CARGO_BIN_EXE_bugsage"))
            .arg("serve")
            .env_clear()
            .env("DATABASE_URL", database.url())
            .env("BUGSAGE_NATS", "off")
            .env(
                "BUGSAGE_SEAL_KEYS",
                "test=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            )
            .env("BUGSAGE_LOG", "error")
            .env("BUGSAGE_PORT", port.to_string())
            .env("BUGSAGE_INFLIGHT_MB", INFLIGHT_MB.to_string())
            .env("BUGSAGE_DATABASE_CONNECTIONS", "6")
            .stdin(Stdio::null())
            .spawn()
            .expect("bugsage starts");
        let service = Self {
            process,
            address: format!("127.0.0.1:{port}"),
            owner,
            _database: database,
        };
        service.listens().await;
        service
    }

    async fn listens(&self) {
        let asked = async {
            while tokio::net::TcpStream::connect(&self.address).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(30), asked).await;
        assert!(in_time.is_ok(), "the service listens");
    }

    /// The most memory it ever held, in MiB.
    pub(crate) fn peak_mb(&self) -> u64 {
        let status = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(status).expect("it is still there");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .expect("a peak, or it has died");
        let kib: u64 = line
            .trim_end_matches("kB")
            .trim()
            .parse()
            .expect("a number");
        kib / KIB
    }

    /// How many occurrences of a project are durable.
    pub(crate) async fn stored(&self, project: i64) -> i64 {
        sqlx::query_scalar("select count(*) from occurrences where project_id = $1")
            .bind(project)
            .fetch_one(&self.owner)
            .await
            .expect("the occurrences")
    }

    /// Whether it never ended meanwhile.
    pub(crate) fn lives(&mut self) -> bool {
        self.process.try_wait().is_ok_and(|ended| ended.is_none())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Two tenants with a project each.
async fn seed(owner: &PgPool) {
    for (project, key) in [(PROJECT, KEY), (NEIGHBOUR, NEIGHBOUR_KEY)] {
        sqlx::query(
            "with o as (insert into organizations (organization_id, name)
                            values (gen_random_uuid(), $2) returning organization_id),
                  p as (insert into projects (project_id, organization_id, name)
                            overriding system value select $1, organization_id, $2 from o
                            returning project_id, organization_id)
             insert into dsn_keys (public_key, organization_id, project_id)
                 select $2, organization_id, project_id from p",
        )
        .bind(project)
        .bind(key)
        .execute(owner)
        .await
        .expect("a project");
    }
    sqlx::query(
        "insert into api_keys (key_id, organization_id, project_id, name, hash, scopes)
             select gen_random_uuid(), organization_id, project_id, 'hostile', $2, $3
             from projects where project_id = $1",
    )
    .bind(PROJECT)
    .bind(api_keys::hash(API_KEY).as_slice())
    .bind(ProjectRole::Developer.permissions().words())
    .execute(owner)
    .await
    .expect("a key");
}
