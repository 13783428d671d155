//! What the database alone can take: the rows that ingest wrote, written again and nothing else.

use std::time::{Duration, Instant};

use sqlx::postgres::PgPoolOptions;
use sqlx::types::Uuid;
use sqlx::{Executor, FromRow, PgPool};

/// Occurrences in one commit; about what ingest gathers from 32 connections.
const BATCH: usize = 16;
/// Different payloads written.
const PAYLOADS: i64 = 2_000;
const CONNECTIONS: [usize; 3] = [1, 2, 4];

#[derive(FromRow, Clone)]
struct Row {
    organization_id: Uuid,
    error_id: Uuid,
    project_id: i64,
    title: String,
    encoding: i32,
    payload: Vec<u8>,
}

/// Rows a second with the best number of connections, into tables and indexes like those of
/// ingest, and that number.
pub(crate) async fn best(url: &str, seconds: u64) -> Result<(f64, usize), sqlx::Error> {
    let connections = *CONNECTIONS.last().expect("one");
    let pool = PgPoolOptions::new()
        .max_connections(u32::try_from(connections).expect("few"))
        .connect(url)
        .await?;
    pool.execute(
        "drop table if exists ceiling_log, ceiling_ids;
         create table ceiling_log (like occurrences including all) with (toast_tuple_target = 8160);
         create table ceiling_ids (like occurrence_ids including all);",
    )
    .await?;
    // Those that came last are compressed as all to come are.
    let rows: Vec<Row> = sqlx::query_as(
        "select organization_id, error_id, project_id, title, encoding, payload
           from occurrences order by received_at desc limit $1",
    )
    .bind(PAYLOADS)
    .fetch_all(&pool)
    .await?;
    let mut best = (0.0, 0);
    for connections in CONNECTIONS {
        let rate = rate(&pool, &rows, connections, seconds).await?;
        if rate > best.0 {
            best = (rate, connections);
        }
    }
    Ok(best)
}

async fn rate(
    pool: &PgPool,
    rows: &[Row],
    connections: usize,
    seconds: u64,
) -> Result<f64, sqlx::Error> {
    let started = Instant::now();
    let until = started + Duration::from_secs(seconds);
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..connections {
        let (pool, rows) = (pool.clone(), rows.to_vec());
        writers.spawn(async move {
            let (mut written, mut at) = (0, number * BATCH);
            while Instant::now() < until {
                let batch: Vec<&Row> = (at..at + BATCH).map(|n| &rows[n % rows.len()]).collect();
                write(&pool, &batch).await?;
                (written, at) = (written + BATCH, at + BATCH);
            }
            Ok::<usize, sqlx::Error>(written)
        });
    }
    let mut written = 0;
    while let Some(writer) = writers.join_next().await {
        written += writer.expect("a writer")?;
    }
    Ok(written as f64 / started.elapsed().as_secs_f64())
}

async fn write(pool: &PgPool, batch: &[&Row]) -> Result<(), sqlx::Error> {
    macro_rules! column {
        ($field:ident) => {
            batch
                .iter()
                .map(|row| row.$field.clone())
                .collect::<Vec<_>>()
        };
    }
    sqlx::query(
        "with rows as materialized (
            select *, now() as received_at, gen_random_uuid() as event_id
              from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::integer[], $6::bytea[])
                   as r(organization_id, error_id, project_id, title, encoding, payload)
         ), ids as (
            insert into ceiling_ids select organization_id, project_id, event_id, error_id, received_at
              from rows on conflict do nothing)
         insert into ceiling_log (organization_id, error_id, received_at, event_id, project_id,
                                  occurred_at, title, level, environment, release, encoding, payload)
            select organization_id, error_id, received_at, event_id, project_id, received_at, title,
                   'error', 'production', '1.0', encoding, payload from rows",
    )
    .bind(column!(organization_id))
    .bind(column!(error_id))
    .bind(column!(project_id))
    .bind(column!(title))
    .bind(column!(encoding))
    .bind(column!(payload))
    .execute(pool)
    .await
    .map(|_| ())
}
