//! What each role may do, tried as that role.

use std::str::FromStr;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

use crate::store::Store;

/// PostgreSQL's `insufficient_privilege`.
pub(crate) const REFUSED: &str = "42501";

pub(crate) fn code(error: &sqlx::Error) -> String {
    error
        .as_database_error()
        .and_then(|error| error.code())
        .map(Into::into)
        .unwrap_or_default()
}

/// Somebody who logs in and is nothing but a member of the app role.
pub(crate) struct Login {
    name: String,
    pub(crate) pool: PgPool,
}

pub(crate) async fn login_role(store: &Store) -> Login {
    let name = format!("login_{}", Uuid::new_v4().simple());
    sqlx::raw_sql(&format!(
        "create role {name} login password '{name}' in role bugsage_app"
    ))
    .execute(&store.owner)
    .await
    .unwrap();
    let options = PgConnectOptions::from_str(&store.database.url())
        .unwrap()
        .username(&name)
        .password(&name);
    Login {
        name,
        pool: PgPoolOptions::new().connect_with(options).await.unwrap(),
    }
}

impl Login {
    /// Roles belong to the whole server, so this one does not go with the database.
    pub(crate) async fn drop(self, store: &Store) {
        self.pool.close().await;
        sqlx::raw_sql(&format!("drop role {}", self.name))
            .execute(&store.owner)
            .await
            .unwrap();
    }
}

async fn tables(store: &Store) -> Vec<String> {
    sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
          where n.nspname = 'public' and c.relkind in ('r', 'p') order by 1",
    )
    .fetch_all(&store.owner)
    .await
    .unwrap()
}

async fn is_refused(pool: &PgPool, sql: &str) {
    match sqlx::raw_sql(sql).execute(pool).await {
        Ok(_) => panic!("allowed: {sql}"),
        Err(error) => assert_eq!(code(&error), REFUSED, "{sql}: {error}"),
    }
}

async fn no_table_can_be_written(store: &Store, pool: &PgPool, but: &[&str]) {
    sqlx::raw_sql("select ensure_occurrence_partitions('2026-01-01', 0)")
        .execute(&store.owner)
        .await
        .unwrap();
    let tables = tables(store).await;
    assert!(tables.iter().any(|table| table == "events"));
    assert!(tables.iter().any(|table| table == "occurrences_20260101"));
    for table in tables.iter().filter(|table| !but.contains(&table.as_str())) {
        let column = a_column(store, table).await;
        for sql in [
            format!("insert into {table} default values"),
            format!("update {table} set {column} = {column}"),
            format!("delete from {table}"),
            format!("truncate {table}"),
        ] {
            is_refused(pool, &sql).await;
        }
    }
}

async fn a_column(store: &Store, table: &str) -> String {
    sqlx::query_scalar(
        "select attname::text from pg_attribute
          where attrelid = $1::regclass and attnum > 0 and attidentity = '' order by attnum limit 1",
    )
    .bind(table)
    .fetch_one(&store.owner)
    .await
    .unwrap()
}

#[tokio::test]
async fn the_app_writes_who_may_do_what_and_no_other_table_itself() {
    let store = Store::new().await;
    let its = [
        "organizations",
        "projects",
        "memberships",
        "teams",
        "team_members",
        "project_roles",
        "invitations",
        "api_keys",
        "dsn_keys",
        "service_accounts",
        "identity_providers",
        "sealed_secrets",
    ];
    no_table_can_be_written(&store, &store.app, &its).await;
    let login = login_role(&store).await;
    no_table_can_be_written(&store, &login.pool, &its).await;
    login.drop(&store).await;
}

#[tokio::test]
async fn the_projector_writes_its_checkpoints_and_what_it_rolls_up_alone() {
    let store = Store::new().await;
    let its = [
        "subscriptions",
        "statistics_fold",
        "moved_errors",
        "error_days",
        "error_standings",
        "project_days",
        "project_standings",
    ];
    no_table_can_be_written(&store, &store.projector, &its).await;
}

#[tokio::test]
async fn nobody_but_the_owner_calls_what_the_append_is_made_of() {
    let store = Store::new().await;
    let login = login_role(&store).await;
    for pool in [&store.app, &store.projector, &login.pool] {
        for call in [
            "select apply_error_effect(gen_random_uuid(), gen_random_uuid(), '{}')",
            "select recount_error(gen_random_uuid())",
            "select count_into(gen_random_uuid(), gen_random_uuid(), gen_random_uuid())",
            "select nextval('events_position')",
        ] {
            is_refused(pool, call).await;
        }
    }
    let append = "select append_events('{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}')";
    is_refused(&store.projector, append).await;
    sqlx::raw_sql(append).execute(&login.pool).await.unwrap();
    login.drop(&store).await;
}

#[tokio::test]
async fn the_app_can_neither_become_the_owner_nor_change_the_schema() {
    let store = Store::new().await;
    let login = login_role(&store).await;
    for attempt in [
        "set role bugsage_projector",
        "create table mine (id int)",
        "alter table events disable row level security",
        "drop policy tenant on events",
        "alter function append_events owner to bugsage_app",
        "set row_security = off; select count(*) from events",
    ] {
        is_refused(&login.pool, attempt).await;
    }
    login.drop(&store).await;
}

#[tokio::test]
async fn the_roles_own_nothing_that_decides_and_pass_no_policy_by() {
    let store = Store::new().await;
    let powerful = "select count(*) from pg_roles where rolname in ('bugsage_app', 'bugsage_projector')
        and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or rolcanlogin)";
    assert_eq!(store.count(powerful).await, 0);
    let owned = "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relowner in (select oid from pg_roles where rolname like 'bugsage\\_%')";
    assert_eq!(store.count(owned).await, 0);
    let member_of = "select count(*) from pg_auth_members
        where member in (select oid from pg_roles where rolname in ('bugsage_app', 'bugsage_projector'))";
    assert_eq!(store.count(member_of).await, 0);
}

#[tokio::test]
async fn functions_with_the_owners_rights_fix_their_search_path_and_are_not_for_everybody() {
    let store = Store::new().await;
    let definers = "select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'public' and p.prosecdef";
    assert!(store.count(definers).await >= 8);
    let careless: Vec<String> = sqlx::query_scalar(
        "select p.proname::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
          where n.nspname = 'public' and p.prosecdef
            and (not coalesce(p.proconfig @> array['search_path=public, pg_temp'], false)
                 or exists (select 1 from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                             where a.grantee = 0 and a.privilege_type = 'EXECUTE'))",
    )
    .fetch_all(&store.owner)
    .await
    .unwrap();
    assert!(careless.is_empty(), "{careless:?}");
}

#[tokio::test]
async fn positions_are_drawn_one_by_one() {
    let store = Store::new().await;
    let cache = "select cache_size from pg_sequences where sequencename = 'events_position'";
    assert_eq!(store.count(cache).await, 1);
}
