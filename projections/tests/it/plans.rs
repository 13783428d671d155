//! Questions are answered by indexes, as the app role, with row-level security on.

use bugsage_domain::error::ErrorStatus;
use bugsage_domain::ids::{ErrorId, EventId, OrganizationId, ProjectId};
use bugsage_domain::severity::Severity;
use bugsage_event_store::{DatabaseRole, connect};
use bugsage_projections::errors::{ListQuery, Order, Sort};
use bugsage_projections::occurrences::OccurrencesQuery;
use bugsage_projections::statistics::fold;
use bugsage_projections::{Queries, Scope};
use sqlx::PgPool;
use uuid::Uuid;

use crate::world::{World, day};

/// 32,000 errors of 20 projects of 4 organizations, 13,000 of them of project 1, with 320,000 counters
/// and 96,000 occurrences.
const MANY: &str = "
insert into organizations (organization_id, name)
    select md5('organization ' || i)::uuid, 'organization ' || i from generate_series(0, 3) i;
insert into projects (organization_id, name)
    select md5('organization ' || i % 4)::uuid, 'project ' || i from generate_series(1, 20) i;
create temporary table many as
    select md5('error ' || i)::uuid as error_id, p.organization_id, p.project_id, i,
           timestamptz '2026-03-01 00:00Z' + i * 7919 % 1600000 * interval '1 second' as seen
      from generate_series(1, 32000) i
      join projects p on p.name = 'project ' || case when i > 20000 then 1 else 1 + i % 20 end;
insert into error_state (error_id, organization_id, project_id, root_id, own_count, own_first_seen,
                         own_last_seen, count, users, first_seen, last_seen)
    select error_id, organization_id, project_id, error_id, 10, seen, seen, i % 977, i % 313, seen, seen
      from many;
insert into projection_errors.errors (organization_id, error_id, project_id, title, severity, status, source,
                                      category, assigned_to, tags, created_at, updated_at, sequence)
    select organization_id, error_id, project_id, 'Error ' || md5(i::text), 'high', 'detected',
           'sentry', 'database', 'ada', '{urgent}', seen, seen, 1
      from many;
insert into projection_errors.tags select organization_id, 'urgent', error_id from many;
insert into error_facets (organization_id, error_id, kind, value)
    select organization_id, error_id, 'release', 'release ' || i % 300 from many
    union all
    select organization_id, error_id, 'environment', 'production' from many;
insert into fingerprints select organization_id, project_id, 1, error_id::text::bytea, error_id from many;
insert into error_counters
    select organization_id, error_id, date_trunc('hour', seen) + n * interval '1 hour', 'production', '', 1
      from many, generate_series(0, 9) n;
insert into occurrences
    select organization_id, error_id, seen + n * interval '1 minute', md5('event ' || i || ' ' || n)::uuid,
           project_id, seen, 'a headline', null, null, null, 0, 'PAYLOAD'
      from many, generate_series(0, 2) n;
insert into occurrence_ids
    select organization_id, project_id, event_id, error_id, received_at from occurrences;
";

pub(crate) const SORTS: [Sort; 4] = [
    Sort::LastSeen,
    Sort::FirstSeen,
    Sort::Count,
    Sort::UsersAffected,
];

/// What this connection read so far is counted.
const SETTLE: &str = "select pg_stat_force_next_flush()";
/// The connections that made the tables end; each would count its reads when it pleases.
const OTHERS_SETTLE: &str = "
select pg_terminate_backend(pid, 10000) from pg_stat_activity
 where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'";

/// More often than the server plans a statement anew.
const TIMES: usize = 7;

pub(crate) async fn scope_of(world: &World, project: &str) -> Scope {
    let (organization, project): (Uuid, i64) =
        sqlx::query_as("select organization_id, project_id from projects where name = $1")
            .bind(project)
            .fetch_one(&world.owner)
            .await
            .unwrap();
    Scope::of(OrganizationId(organization), Some(ProjectId(project)))
}

/// A crowded database, asked over one connection on behalf of one of its projects.
pub(crate) struct Crowd {
    pub(crate) world: World,
    app: PgPool,
    pub(crate) queries: Queries,
    pub(crate) scope: Scope,
}

impl Crowd {
    pub(crate) async fn new() -> Self {
        let world = World::new().await;
        let empty = zstd::encode_all(b"{}".as_slice(), 1).unwrap();
        let hex: String = empty.iter().map(|byte| format!("{byte:02x}")).collect();
        let many = MANY.replace("PAYLOAD", &format!("\\x{hex}"));
        let mut owner = world.owner.acquire().await.unwrap();
        for statements in [many.as_str(), "vacuum analyze", OTHERS_SETTLE, SETTLE] {
            sqlx::raw_sql(statements)
                .execute(&mut *owner)
                .await
                .unwrap();
        }
        let scope = scope_of(&world, "project 7").await;
        let app = connect(&world.database.url(), DatabaseRole::App, 1).unwrap();
        Self {
            queries: Queries::new(app.clone()),
            app,
            scope,
            world,
        }
    }

    /// What was read so far is counted.
    async fn settle(&self) {
        sqlx::query(SETTLE).execute(&self.app).await.unwrap();
    }

    /// Asks for a page; answers how many match, and how many rows of `table` were read for it.
    pub(crate) async fn cost(&self, table: &str, query: &ListQuery) -> (i64, i64) {
        let before = self.rows_read(table).await;
        let list = self.queries.list(&self.scope, query, day(20)).await;
        let total = list.unwrap().total;
        (total, self.rows_read(table).await - before)
    }

    async fn rows_read(&self, table: &str) -> i64 {
        self.settle().await;
        sqlx::query_scalar(
            "select seq_tup_read + idx_tup_fetch from pg_stat_user_tables where relname = $1",
        )
        .bind(table)
        .fetch_one(&self.world.owner)
        .await
        .unwrap()
    }

    /// How often each table of many rows was read from end to end.
    async fn scans(&self) -> Vec<(String, i64)> {
        self.settle().await;
        sqlx::query_as(
            "select s.relname::text, s.seq_scan
               from pg_stat_user_tables s join pg_class c on c.oid = s.relid
              where c.reltuples > 100 order by s.relname",
        )
        .fetch_all(&self.world.owner)
        .await
        .unwrap()
    }

    /// Asks a question repeatedly; fails if that reads a table from end to end.
    async fn asks(&self, name: &str, question: impl AsyncFn()) {
        let before = self.scans().await;
        for _ in 0..TIMES {
            question().await;
        }
        let after = self.scans().await;
        let read: Vec<_> = after
            .iter()
            .filter(|scans| !before.contains(scans))
            .collect();
        assert!(read.is_empty(), "{name}: {read:?}, before: {before:?}");
    }

    pub(crate) async fn lists(&self, name: &str, query: ListQuery) {
        self.asks(name, async || {
            let list = self.queries.list(&self.scope, &query, day(20)).await;
            assert!(!list.unwrap().errors.is_empty(), "{name}");
        })
        .await;
    }

    /// Where the page after half of the project begins.
    pub(crate) async fn half_way(&self, sort: Sort) -> Option<String> {
        let query = ListQuery {
            sort,
            limit: 500,
            ..ListQuery::default()
        };
        let list = self.queries.list(&self.scope, &query, day(20)).await;
        list.unwrap().next_cursor
    }

    /// An error of the project and one of its occurrences.
    async fn an_error(&self) -> (ErrorId, EventId) {
        let (error, event) = sqlx::query_as("select md5('error 6')::uuid, md5('event 6 0')::uuid")
            .fetch_one(&self.world.owner)
            .await
            .unwrap();
        (ErrorId(error), EventId(event))
    }
}

/// Beside the rows that its total counts, a page costs its own rows; sorted, it would cost all.
#[tokio::test]
async fn a_page_is_read_in_the_order_of_its_index() {
    let crowd = Crowd::new().await;
    for sort in SORTS {
        let query = ListQuery {
            sort,
            ..ListQuery::default()
        };
        let (total, read) = crowd.cost("error_state", &query).await;
        assert_eq!(total, 1_000);
        assert!(read < total + 200, "{sort:?}: {read} rows read");
    }
}

#[tokio::test]
async fn a_search_reads_the_newest_errors_and_little_more_than_it_finds() {
    let mut crowd = Crowd::new().await;
    crowd.scope = scope_of(&crowd.world, "project 1").await;
    for (text, is_exact, most) in [("0FAB", true, 1_200), ("error", false, 2_300)] {
        let query = ListQuery {
            search: Some(text.to_owned()),
            ..ListQuery::default()
        };
        let list = crowd.queries.list(&crowd.scope, &query, day(20)).await;
        assert_eq!(list.unwrap().total_is_exact, is_exact, "{text}");
        let (total, read) = crowd.cost("errors", &query).await;
        assert!(total > 0);
        assert!(read < most, "{text}: {read} rows read");
    }
}

#[tokio::test]
async fn what_very_many_errors_meet_is_found_page_by_page() {
    let mut crowd = Crowd::new().await;
    crowd.scope = scope_of(&crowd.world, "project 1").await;
    let value = |text: &str| Some(text.to_owned());
    for query in [
        ListQuery {
            search: value("error"),
            ..ListQuery::default()
        },
        ListQuery {
            environment: value("production"),
            ..ListQuery::default()
        },
        ListQuery {
            search: value("error"),
            tag: value("urgent"),
            severity: Some(Severity::High),
            ..ListQuery::default()
        },
    ] {
        let mut query = ListQuery {
            limit: 1_000,
            ..query
        };
        let mut met = 0;
        loop {
            let list = crowd
                .queries
                .list(&crowd.scope, &query, day(20))
                .await
                .unwrap();
            met += list.errors.len();
            assert!(i64::try_from(met).unwrap() <= list.total || list.total_is_exact);
            query.cursor = list.next_cursor;
            if query.cursor.is_none() {
                break;
            }
        }
        assert_eq!(met, 13_000);
        crowd
            .lists(
                "very many",
                ListQuery {
                    cursor: None,
                    ..query
                },
            )
            .await;
    }
}

#[tokio::test]
async fn no_question_reads_a_large_table_from_end_to_end() {
    let crowd = Crowd::new().await;
    crowd.lists("the default page", ListQuery::default()).await;
    for sort in SORTS {
        for order in [Order::Asc, Order::Desc] {
            let query = ListQuery {
                sort,
                order,
                ..ListQuery::default()
            };
            crowd.lists(&format!("{sort:?} {order:?}"), query).await;
        }
        let deep = ListQuery {
            sort,
            cursor: crowd.half_way(sort).await,
            ..ListQuery::default()
        };
        assert_ne!(deep.cursor, None);
        crowd.lists(&format!("{sort:?} half way"), deep).await;
    }
    let searched = ListQuery {
        search: Some("0FA".to_owned()),
        ..ListQuery::default()
    };
    crowd.lists("a search", searched).await;
    let released = ListQuery {
        release: Some("release 66".to_owned()),
        ..ListQuery::default()
    };
    crowd.lists("a release", released).await;

    let (error, event) = crowd.an_error().await;
    let (queries, scope) = (&crowd.queries, &crowd.scope);
    let asks = crowd.asks("a detail", async || {
        let detail = queries.detail(scope, error, day(20)).await;
        assert!(detail.unwrap().is_some());
    });
    asks.await;
    let asks = crowd.asks("the occurrences of an error", async || {
        let query = OccurrencesQuery::default();
        let list = queries.occurrences(scope, error, &query).await;
        assert_eq!(list.unwrap().unwrap().occurrences.len(), 3);
    });
    asks.await;
    let asks = crowd.asks("one occurrence", async || {
        let one = queries.occurrence(scope, event).await;
        assert!(one.unwrap().is_some());
    });
    asks.await;
}

#[tokio::test]
async fn a_page_of_few_some_or_very_many_errors_reads_no_large_table_from_end_to_end() {
    let mut crowd = Crowd::new().await;
    let few = crowd.scope;
    let some = Scope::of(few.organization, None);
    let many = scope_of(&crowd.world, "project 1").await;
    for (scope, total, is_exact) in [
        (few, 1_000, true),
        (some, 5_000, true),
        (many, 10_000, false),
    ] {
        crowd.scope = scope;
        for (name, query) in filters() {
            let list = crowd.queries.list(&scope, &query, day(20)).await.unwrap();
            assert_eq!(
                (list.total, list.total_is_exact),
                (total, is_exact),
                "{name}"
            );
            crowd.lists(&format!("{name} of {total}"), query).await;
        }
        for sort in SORTS {
            let query = ListQuery {
                sort,
                ..ListQuery::default()
            };
            crowd.lists(&format!("{total} by {sort:?}"), query).await;
        }
    }
}

/// Filters that all errors meet.
fn filters() -> Vec<(&'static str, ListQuery)> {
    let value = |text: &str| Some(text.to_owned());
    let all = ListQuery::default;
    vec![
        ("all", all()),
        (
            "a time",
            ListQuery {
                date_from: Some(day(0)),
                date_to: Some(day(31)),
                ..all()
            },
        ),
        (
            "status",
            ListQuery {
                status: Some(ErrorStatus::Detected),
                ..all()
            },
        ),
        (
            "severity",
            ListQuery {
                severity: Some(Severity::High),
                ..all()
            },
        ),
        (
            "source",
            ListQuery {
                source: value("sentry"),
                ..all()
            },
        ),
        (
            "category",
            ListQuery {
                category: value("database"),
                ..all()
            },
        ),
        (
            "assignee",
            ListQuery {
                assignee: value("ada"),
                ..all()
            },
        ),
        (
            "assignee by either name",
            ListQuery {
                assignee: value("ada"),
                assignee_id: value("user:ada"),
                ..all()
            },
        ),
    ]
}

#[tokio::test]
async fn statistics_read_no_large_table_from_end_to_end_folded_or_not() {
    let crowd = Crowd::new().await;
    let (queries, scope) = (&crowd.queries, &crowd.scope);
    for folded in [false, true] {
        if folded {
            fold(&crowd.world.projector, day(20)).await.unwrap();
            sqlx::query("analyze")
                .execute(&crowd.world.owner)
                .await
                .unwrap();
        }
        for days in [1, 90] {
            let asks = crowd.asks("statistics", async || {
                let statistics = queries.statistics(scope, days, day(18)).await;
                assert!(statistics.unwrap().total_errors > 0);
            });
            asks.await;
        }
    }
}
