//! The nearest errors of a project, as the database finds them.

use bugsage_commands::ingest::Reporter;
use sqlx::{Connection, PgPool};
use uuid::Uuid;

use crate::site::{Site, new_reporter};

/// Errors of a project, each with a vector of eight numbers somewhere.
async fn crowd(owner: &PgPool, of: &Reporter, errors: i32) {
    sqlx::query(
        "with made as (
             select gen_random_uuid() as id, i from generate_series(1, $3) i
         ), states as (
             insert into error_state (error_id, organization_id, project_id, root_id, own_count,
                     own_first_seen, own_last_seen, count, first_seen, last_seen)
                 select id, $1, $2, id, 1, now(), now(), 1, now(), now() from made
         )
         insert into error_vectors
             select $1, $2, id, 'it',
                    (select '{' || string_agg(k * 64 + 1 + (random() * 63)::int || ':1', ',') || '}/512'
                       from generate_series(0, 7) k where i > 0)::sparsevec::vector,
                    '{}'
               from made",
    )
    .bind(of.organization_id.0)
    .bind(of.project_id.0)
    .bind(errors)
    .execute(owner)
    .await
    .unwrap();
}

/// The nearest errors of a project, as the service's role finds them; and whether by the index over all.
async fn nearest(site: &Site, of: &Reporter, count: i32) -> (Vec<Uuid>, bool) {
    let scans =
        "select idx_scan from pg_stat_user_indexes where indexrelname = 'error_vectors_nearest'";
    let before = site.count(scans).await;
    let mut connection = site.app.acquire().await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query("select set_config('bugsage.organization', $1, true), pg_stat_force_next_flush()")
        .bind(of.organization_id.to_string())
        .execute(&mut *transaction)
        .await
        .unwrap();
    let mut asked = vec![0.0_f32; 512];
    asked[..64].fill(1.0);
    let found = sqlx::query_scalar(
        "select error_id from nearest_errors($1, $2, 'it', $3, gen_random_uuid(), $4)",
    )
    .bind(of.organization_id.0)
    .bind(of.project_id.0)
    .bind(asked)
    .bind(count)
    .fetch_all(&mut *transaction)
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    (found, site.count(scans).await > before)
}

#[tokio::test]
async fn a_project_finds_its_own_among_a_hundred_thousand_errors_of_others() {
    let site = Site::new().await;
    let (others, large, small) = (
        new_reporter(&site.owner).await,
        new_reporter(&site.owner).await,
        new_reporter(&site.owner).await,
    );
    // Made afterwards, and a coarser one than ours: quicker by minutes.
    run(&site, "drop index error_vectors_nearest").await;
    crowd(&site.owner, &others, 100_000).await;
    crowd(&site.owner, &large, 6_000).await;
    crowd(&site.owner, &small, 10).await;
    run(
        &site,
        "set maintenance_work_mem = '512MB';
         create index error_vectors_nearest on error_vectors using hnsw (embedding vector_cosine_ops)
             with (m = 4, ef_construction = 8);
         analyze error_vectors, error_state",
    )
    .await;

    let (found, by_index) = nearest(&site, &small, 20).await;
    assert_eq!(
        (found.len(), by_index),
        (10, false),
        "few are compared one by one"
    );
    let (found, by_index) = nearest(&site, &large, 20).await;
    assert_eq!(
        (found.len(), by_index),
        (20, true),
        "among many the index leads"
    );
    let own = "select count(*) from error_state where error_id = any ($1) and organization_id = $2";
    let own: i64 = sqlx::query_scalar(own)
        .bind(found)
        .bind(large.organization_id.0)
        .fetch_one(&site.owner)
        .await
        .unwrap();
    assert_eq!(own, 20);
}

/// Rows of `error_vectors` that this statement reads, over a connection that knows no plan yet.
async fn vectors_read(site: &Site, of: &Reporter, statement: &str) -> i64 {
    let read = "select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where relname = 'error_vectors'";
    let before = site.count(read).await;
    let mut connection = site.app.acquire().await.unwrap().detach();
    sqlx::query("select set_config('bugsage.organization', $1, false)")
        .bind(of.organization_id.to_string())
        .execute(&mut connection)
        .await
        .unwrap();
    let found = sqlx::raw_sql(statement)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert!(!found.is_empty());
    sqlx::raw_sql("select pg_stat_force_next_flush()")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    site.count(read).await - before
}

#[tokio::test]
async fn before_the_first_statistics_no_error_is_read_for_each_of_its_neighbours() {
    let site = Site::new().await;
    let project = new_reporter(&site.owner).await;
    run(
        &site,
        "alter table error_vectors set (autovacuum_enabled = off);
         alter table error_state set (autovacuum_enabled = off)",
    )
    .await;
    let errors = 600;
    crowd(&site.owner, &project, errors).await;
    let (organization, number) = (project.organization_id, project.project_id.0);
    let asked = format!(
        "select * from nearest_errors('{organization}', {number}, 'it',
                (array_fill(1, array[64]) || array_fill(0, array[448]))::real[], gen_random_uuid(), 20)"
    );
    let read = vectors_read(&site, &project, &asked).await;
    let most = i64::from(errors) + 50; // and those that are told
    assert!(read <= most, "{read} rows for {errors} errors");
    let error = "select error_id::text from error_state limit 1";
    let error: String = sqlx::query_scalar(error)
        .fetch_one(&site.owner)
        .await
        .unwrap();
    let one = format!(
        "select sketch from error_vectors
          where organization_id = '{organization}' and error_id = '{error}' and embedder = 'it'"
    );
    assert_eq!(vectors_read(&site, &project, &one).await, 1);
}

/// Errors of a project, each with a vector of a model somewhere.
async fn modelled_crowd(owner: &PgPool, of: &Reporter, errors: i32) {
    sqlx::query(
        "with made as (
             select gen_random_uuid() as id, i from generate_series(1, $3) i
         ), states as (
             insert into error_state (error_id, organization_id, project_id, root_id, own_count,
                     own_first_seen, own_last_seen, count, first_seen, last_seen)
                 select id, $1, $2, id, 1, now(), now(), 1, now(), now() from made
         )
         insert into model_vectors (organization_id, project_id, error_id, embedder, claimed_by, claimed_until,
                                    digest, model, dimensions, made_at, embedding)
             select $1, $2, id, 'it', id, now(), '', 'it', 512, now(),
                    (select '{' || string_agg(k * 64 + 1 + (random() * 63)::int || ':1', ',') || '}/1536'
                       from generate_series(0, 7) k where i > 0)::sparsevec::halfvec
               from made",
    )
    .bind(of.organization_id.0)
    .bind(of.project_id.0)
    .bind(errors)
    .execute(owner)
    .await
    .unwrap();
}

/// As [`nearest`], by a model.
async fn nearest_by_model(site: &Site, of: &Reporter, count: i32) -> (Vec<Uuid>, bool) {
    let scans =
        "select idx_scan from pg_stat_user_indexes where indexrelname = 'model_vectors_nearest'";
    let before = site.count(scans).await;
    let mut connection = site.app.acquire().await.unwrap();
    let mut transaction = connection.begin().await.unwrap();
    sqlx::query("select set_config('bugsage.organization', $1, true), pg_stat_force_next_flush()")
        .bind(of.organization_id.to_string())
        .execute(&mut *transaction)
        .await
        .unwrap();
    let found = sqlx::query_scalar(
        "select error_id from nearest_by_model($1, $2, 'it', ('{1:1,65:1,130:1}/1536')::sparsevec::halfvec,
                                               gen_random_uuid(), $3)",
    )
    .bind(of.organization_id.0)
    .bind(of.project_id.0)
    .bind(count)
    .fetch_all(&mut *transaction)
    .await
    .unwrap();
    transaction.commit().await.unwrap();
    (found, site.count(scans).await > before)
}

#[tokio::test]
async fn by_a_model_a_project_finds_its_own_among_the_errors_of_others_too() {
    let site = Site::new().await;
    let (others, large, small) = (
        new_reporter(&site.owner).await,
        new_reporter(&site.owner).await,
        new_reporter(&site.owner).await,
    );
    run(&site, "drop index model_vectors_nearest").await;
    modelled_crowd(&site.owner, &others, 12_000).await;
    modelled_crowd(&site.owner, &large, 5_500).await;
    modelled_crowd(&site.owner, &small, 10).await;
    run(
        &site,
        "set maintenance_work_mem = '512MB';
         create index model_vectors_nearest on model_vectors using hnsw (embedding halfvec_cosine_ops)
             with (m = 4, ef_construction = 8);
         analyze model_vectors, error_state",
    )
    .await;
    let (found, by_index) = nearest_by_model(&site, &small, 20).await;
    assert_eq!((found.len(), by_index), (10, false), "one by one");
    let (found, by_index) = nearest_by_model(&site, &large, 20).await;
    assert_eq!((found.len(), by_index), (20, true), "the index leads");
    let own = "select count(*) from error_state where error_id = any ($1) and organization_id = $2";
    let own: i64 = sqlx::query_scalar(own)
        .bind(found)
        .bind(large.organization_id.0)
        .fetch_one(&site.owner)
        .await
        .unwrap();
    assert_eq!(own, 20);
}

async fn run(site: &Site, sql: &str) {
    sqlx::raw_sql(sql).execute(&site.owner).await.unwrap();
}
