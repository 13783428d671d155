//! Row-level security: every table that holds tenants' rows shows each tenant its own alone.

use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::{Append, DatabaseRole, Idempotency, NewText, connect, tenant};
use sqlx::PgPool;
use uuid::Uuid;

use crate::rights::{REFUSED, code, login_role};
use crate::store::Store;

/// Writes a row of an organization into every table that has any.
async fn inhabit(store: &Store, organization: OrganizationId) {
    sqlx::raw_sql(&format!(
        "insert into organizations (organization_id, name) values ('{organization}', 'it');
         insert into projects (organization_id, name) values ('{organization}', 'project');
         insert into dsn_keys (public_key, organization_id, project_id)
             select '{organization}', organization_id, project_id from projects
              where organization_id = '{organization}';
         insert into api_keys (key_id, organization_id, project_id, name, hash, scopes)
             select gen_random_uuid(), organization_id, project_id, 'key', '{organization}', '{{}}' from projects
              where organization_id = '{organization}';
         select ensure_occurrence_partitions('2026-01-01', 0);
         select ingest_occurrences(array['{organization}'::uuid], array[1::bigint], array[gen_random_uuid()],
             array[1::smallint], array['{organization}'::bytea], array[gen_random_uuid()],
             array['2026-01-01 12:00Z'::timestamptz], array['2026-01-01 12:00Z'::timestamptz],
             array['title'], array['error'], array['production'], array['1.0'],
             array['\\x01'::bytea], array[0], array['\\x02'::bytea]);
         insert into dictionaries (organization_id, project_id, bytes)
             select organization_id, project_id, '' from projects where organization_id = '{organization}';
         select record_facets(array['{organization}'::uuid],
             (select array_agg(error_id) from error_state where organization_id = '{organization}'),
             array['tag'], array['a:b']);
         insert into moved_errors (organization_id, error_id) values ('{organization}', gen_random_uuid());
         insert into error_days values ('{organization}', gen_random_uuid(), '2026-01-01', 1);
         insert into error_standings values ('{organization}', gen_random_uuid(), 1, '2026-01-01');
         insert into project_days values ('{organization}', 1, '2026-01-01', 1, 1);
         insert into users (user_id, email) select gen_random_uuid(), 'it@{organization}.example';
         insert into memberships (organization_id, user_id, role)
             select '{organization}', user_id, 'owner' from users where email = 'it@{organization}.example';
         insert into teams (team_id, organization_id, name) values (gen_random_uuid(), '{organization}', 'it');
         insert into team_members select organization_id, team_id, user_id from teams join memberships using (organization_id)
              where organization_id = '{organization}';
         insert into project_roles (organization_id, project_id, user_id, role)
             select organization_id, project_id, user_id, 'viewer' from projects join memberships using (organization_id)
              where organization_id = '{organization}';
         insert into invitations (invitation_id, organization_id, email, role, hash, invited_by, created_at, expires_at)
             values (gen_random_uuid(), '{organization}', 'new@it.example', 'viewer', '{organization}', 'system', now(), now());
         insert into service_accounts (account_id, organization_id, name, scopes, hash, created_by, created_at)
             values (gen_random_uuid(), '{organization}', 'it', '{{}}', '', 'system', now());
         insert into identity_providers (provider_id, organization_id, name, kind, issuer, client_id, domains, role, created_by, created_at)
             values (gen_random_uuid(), '{organization}', 'it', 'oidc', 'https://it.example', 'it', '{{}}', 'viewer', 'system', now());
         insert into identities (organization_id, provider_id, subject, user_id, created_at)
             select organization_id, provider_id, 'it', user_id, now() from identity_providers join memberships using (organization_id)
              where organization_id = '{organization}';
         insert into provider_logins (hash, organization_id, provider_id, return_to, expires_at)
             select '{organization}', organization_id, provider_id, '/', now() from identity_providers
              where organization_id = '{organization}';
         select record_audit('{organization}', null, now(), 'system', 'it', 'it', null, '', null, null);
         insert into sealed_secrets values (gen_random_uuid(), '{organization}', 'it', 'it', '', now());
         select enqueue_job(gen_random_uuid(), '{organization}', 'it', 1::smallint, 'it', 1, 0, '', '{{}}', 0);
         select keep_sketch('{organization}', error_id, 'it', array_fill(1::real, array[512]), '{{}}')
             from error_state where organization_id = '{organization}';
         select claim_vectors('{organization}', 'it', gen_random_uuid(), error_id, 1, 60)
             from error_state where organization_id = '{organization}';
         select note_analysis_cost('{organization}', gen_random_uuid(), gen_random_uuid(), 1, true);
         insert into refused_joins select organization_id, project_id, grouping_version, fingerprint, gen_random_uuid()
             from fingerprints where organization_id = '{organization}';
         insert into project_standings values ('{organization}', 1, '2026-01-01', 'high', 'detected', 1)"
    ))
    .execute(&store.owner)
    .await
    .unwrap();
    let mut append = Append {
        idempotency: Some(Idempotency {
            key: "key".to_owned(),
            request: vec![1],
        }),
        texts: vec![NewText {
            id: Uuid::new_v4().into(),
            body: "text".to_owned(),
        }],
        ..store.event(&organization.to_string(), 0)
    };
    append.metadata.organization_id = organization;
    store.append(&[append]).await;
}

/// Every table of a tenant, partitions aside: nobody but the owner may touch those at all.
async fn tables(store: &Store) -> Vec<String> {
    sqlx::query_scalar(
        "select c.table_name::text from information_schema.columns c
           join pg_class k on k.oid = format('public.%I', c.table_name)::regclass
          where c.table_schema = 'public' and c.column_name = 'organization_id'
            and k.relkind in ('r', 'p') and not k.relispartition
          order by 1",
    )
    .fetch_all(&store.owner)
    .await
    .unwrap()
}

async fn check(store: &Store, pool: &PgPool, own: OrganizationId) {
    let tables = tables(store).await;
    assert!(tables.len() >= 19, "{tables:?}");
    for table in tables {
        let of_own = format!("select count(*) from {table} where organization_id = '{own}'");
        let (all, kept) = (
            store.count(&format!("select count(*) from {table}")).await,
            store.count(&of_own).await,
        );
        assert!(
            kept > 0 && all > kept,
            "{table}: no row to hide; see `inhabit`"
        );
        let count = format!("select count(*) from {table}");
        let unsaid = sqlx::query_scalar::<_, i64>(&count).fetch_one(pool).await;
        let mut transaction = tenant(pool, own).await.unwrap();
        let said = sqlx::query_scalar::<_, i64>(&count)
            .fetch_one(&mut *transaction)
            .await;
        match said {
            Ok(rows) => {
                assert_eq!(rows, kept, "{table} shows the rows of others");
                assert_eq!(
                    unsaid.unwrap(),
                    0,
                    "{table} shows rows to nobody in particular"
                );
            }
            Err(error) => assert_eq!(code(&error), REFUSED, "{table}: {error}"),
        }
    }
}

#[tokio::test]
async fn no_table_shows_the_app_a_row_of_another_organization() {
    let store = Store::new().await;
    inhabit(&store, store.organization).await;
    inhabit(&store, OrganizationId(Uuid::new_v4())).await;
    check(&store, &store.app, store.organization).await;
    let login = login_role(&store).await;
    check(&store, &login.pool, store.organization).await;
    login.drop(&store).await;
}

/// With the first lock removed: statements that name no organization at all.
#[tokio::test]
async fn no_table_lets_the_app_change_a_row_of_another_organization() {
    let store = Store::new().await;
    let other = OrganizationId(Uuid::new_v4());
    inhabit(&store, store.organization).await;
    inhabit(&store, other).await;
    let mut written = 0;
    for table in tables(&store).await {
        let own = format!(
            "select count(*) from {table} where organization_id = '{}'",
            store.organization
        );
        let own = store.count(&own).await;
        for statement in [format!("delete from {table}"), update(&store, &table).await] {
            let mut transaction = tenant(&store.app, store.organization).await.unwrap();
            match sqlx::query(&statement).execute(&mut *transaction).await {
                Ok(changed) => {
                    assert_eq!(changed.rows_affected(), own as u64, "{statement}");
                    written += 1;
                }
                // It may not, or others refer to the row.
                Err(error) => {
                    let code = code(&error);
                    assert!(code == REFUSED || code == "23503", "{statement}: {error}");
                }
            }
        }
    }
    assert!(
        written >= 10,
        "{written}: what the app may change was not changed"
    );
}

/// Sets a column that the app may set to what it is.
async fn update(store: &Store, table: &str) -> String {
    let column: Option<String> = sqlx::query_scalar(
        "select attname::text from pg_attribute where attrelid = $1::regclass and attnum > 0
            and has_column_privilege('bugsage_app', attrelid, attnum, 'update')
            and has_column_privilege('bugsage_app', attrelid, attnum, 'select') limit 1",
    )
    .bind(table)
    .fetch_optional(&store.owner)
    .await
    .unwrap();
    let column = column.unwrap_or_else(|| "organization_id".to_owned());
    format!("update {table} set {column} = {column}")
}

#[tokio::test]
async fn the_app_writes_no_row_for_another_organization() {
    let store = Store::new().await;
    let other = OrganizationId(Uuid::new_v4());
    inhabit(&store, store.organization).await;
    inhabit(&store, other).await;
    for insert in [
        format!("insert into organizations (organization_id, name) values ('{}', 'x')", Uuid::new_v4()),
        format!("insert into projects (organization_id, name) values ('{other}', 'x')"),
        format!("insert into memberships (organization_id, user_id, role) values ('{other}', gen_random_uuid(), 'owner')"),
        format!("insert into teams (team_id, organization_id, name) values (gen_random_uuid(), '{other}', 'x')"),
        format!("insert into project_roles (organization_id, project_id, user_id, role) values ('{other}', 1, gen_random_uuid(), 'admin')"),
        format!("insert into team_members values ('{other}', gen_random_uuid(), gen_random_uuid())"),
        format!("insert into invitations (invitation_id, organization_id, email, role, hash, invited_by, created_at, expires_at)
                     values (gen_random_uuid(), '{other}', 'a@b.c', 'owner', 'x', 'x', now(), now())"),
        format!("insert into api_keys (key_id, organization_id, name, hash, scopes) values (gen_random_uuid(), '{other}', 'x', 'x', '{{}}')"),
        format!("insert into dsn_keys (public_key, organization_id, project_id) values ('x', '{other}', 1)"),
        format!("insert into service_accounts (account_id, organization_id, name, scopes, hash, created_by, created_at)
                     values (gen_random_uuid(), '{other}', 'x', '{{}}', 'x', 'x', now())"),
        format!("insert into identity_providers (provider_id, organization_id, name, kind, issuer, client_id, domains, role, created_by, created_at)
                     values (gen_random_uuid(), '{other}', 'x', 'oidc', 'x', 'x', '{{}}', 'viewer', 'x', now())"),
        format!("update teams set organization_id = '{other}'"),
    ] {
        let mut transaction = tenant(&store.app, store.organization).await.unwrap();
        let refused = sqlx::query(&insert).execute(&mut *transaction).await.unwrap_err();
        assert_eq!(code(&refused), REFUSED, "{insert}: {refused}");
    }
    let their_project: i64 =
        sqlx::query_scalar("select project_id from projects where organization_id = $1")
            .bind(other.0)
            .fetch_one(&store.owner)
            .await
            .unwrap();
    let mut transaction = tenant(&store.app, store.organization).await.unwrap();
    let foreign = sqlx::query(&format!(
        "insert into dsn_keys (public_key, organization_id, project_id) values ('x', '{}', {their_project})",
        store.organization
    ))
    .execute(&mut *transaction)
    .await
    .unwrap_err();
    assert_eq!(
        code(&foreign),
        "23503",
        "a key of ours for a project of theirs: {foreign}"
    );
}

#[tokio::test]
async fn the_organization_is_forgotten_with_its_transaction() {
    let store = Store::new().await;
    inhabit(&store, store.organization).await;
    let one = connect(&store.database.url(), DatabaseRole::App, 1).unwrap();
    let mut transaction = tenant(&one, store.organization).await.unwrap();
    let seen: i64 = sqlx::query_scalar("select count(*) from events")
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let after: i64 = sqlx::query_scalar("select count(*) from events")
        .fetch_one(&one)
        .await
        .unwrap();
    assert_eq!((seen, after), (1, 0));
}

#[tokio::test]
async fn a_partition_cannot_be_read_past_its_table() {
    let store = Store::new().await;
    inhabit(&store, store.organization).await;
    let mut transaction = tenant(&store.app, store.organization).await.unwrap();
    let read = sqlx::query("select 1 from occurrences_20260101")
        .fetch_all(&mut *transaction)
        .await
        .unwrap_err();
    assert_eq!(code(&read), REFUSED);
}

#[tokio::test]
async fn each_table_that_the_app_may_read_has_a_policy_that_asks_for_the_organization() {
    let store = Store::new().await;
    let open: Vec<String> = sqlx::query_scalar(
        "select k.relname::text from pg_class k join pg_namespace n on n.oid = k.relnamespace
           join pg_attribute a on a.attrelid = k.oid and a.attname = 'organization_id'
          where n.nspname = 'public' and k.relkind in ('r', 'p', 'v', 'm')
            and has_table_privilege('bugsage_app', k.oid, 'select')
            and not (k.relrowsecurity and exists (
                select 1 from pg_policies p where p.tablename = k.relname
                   and p.qual = '(organization_id = current_organization())'))",
    )
    .fetch_all(&store.owner)
    .await
    .unwrap();
    assert!(open.is_empty(), "{open:?}");
}
