//! Organizations and projects to test with.

use bugsage_api::demo;
use bugsage_commands::access::api_keys;
use bugsage_commands::clock::Clock;
use bugsage_domain::access::ProjectRole;
use sqlx::PgPool;
use uuid::Uuid;

/// A project and the keys to it.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    pub(crate) id: i64,
    pub(crate) organization: Uuid,
    /// For ingest: what an SDK is configured with.
    pub(crate) dsn: String,
    pub(crate) dsn_key: String,
    /// For the API.
    pub(crate) api_key: String,
}

/// The demo, as `make run` seeds it.
pub(super) async fn seed_first(owner: &PgPool, clock: &Clock, url: &str) -> Project {
    let seeded = demo::seed(owner, clock, url, &demo::Known::default())
        .await
        .expect("a demo");
    let (id, organization, dsn_key) = sqlx::query_as(
        "select p.project_id, p.organization_id, k.public_key from projects p join dsn_keys k using (project_id)",
    )
    .fetch_one(owner)
    .await
    .expect("the demo project");
    Project {
        id,
        organization,
        dsn: seeded.dsn,
        dsn_key,
        api_key: seeded.api_key,
    }
}

/// One more project.
pub(super) async fn seed(owner: &PgPool, clock: &Clock, url: &str, organization: Uuid) -> Project {
    let name = Uuid::new_v4().to_string();
    let dsn_key = Uuid::new_v4().simple().to_string();
    let api_key = format!("bsk_{}", Uuid::new_v4().simple());
    let id: i64 = sqlx::query_scalar(
        "with o as (insert into organizations (organization_id, name) values ($1, $2) on conflict do nothing),
              p as (insert into projects (organization_id, name) values ($1, $2) returning project_id),
              d as (insert into dsn_keys (public_key, organization_id, project_id) select $3, $1, project_id from p),
              a as (insert into api_keys (key_id, organization_id, project_id, name, hash, scopes)
                        select $4, $1, project_id, 'test', $5, $6 from p)
         select project_id from p",
    )
    .bind(organization)
    .bind(name)
    .bind(&dsn_key)
    .bind(clock.new_id())
    .bind(api_keys::hash(&api_key).as_slice())
    .bind(ProjectRole::Developer.permissions().words())
    .fetch_one(owner)
    .await
    .expect("a project");
    let host = url.trim_start_matches("http://");
    Project {
        id,
        organization,
        dsn: format!("http://{dsn_key}@{host}/{id}"),
        dsn_key,
        api_key,
    }
}
