//! A look at the newest errors of a scope: how many of them meet a condition tells whether a page
//! is met soon by walking, where no index can tell without listing all that do.

use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use crate::Scope;

/// So many are looked at.
const LOOKED_AT: i64 = 300;
/// So many of them make it many.
const MANY: usize = 10;

/// What a look found.
#[derive(Debug)]
pub(super) enum Look {
    /// It saw all there are: those that meet the condition.
    All(Vec<Uuid>),
    /// Very many errors meet it; so many of those looked at.
    Many(i64),
    /// Few do, as far as was looked.
    Unclear,
}

/// Looks for a condition on the row `e` and its state `s`, which begins with ` and `.
pub(super) async fn look(
    connection: &mut PgConnection,
    scope: &Scope,
    push_condition: impl FnOnce(&mut QueryBuilder<'_, Postgres>),
) -> Result<Look, sqlx::Error> {
    let mut sql = QueryBuilder::new(
        "select count(*), coalesce(array_agg(e.error_id) filter (
             where not e.deleted and e.merged_into is null",
    );
    push_condition(&mut sql);
    sql.push(
        "), '{}')
           from (select * from error_state s where s.organization_id = ",
    )
    .push_bind(scope.organization.0);
    if let Some(project) = scope.project_number() {
        sql.push(" and s.project_id = ").push_bind(project);
    }
    // In full the order of an index, of one project or of all.
    sql.push(" order by s.organization_id desc, s.project_id desc, s.last_seen desc limit ")
        .push_bind(LOOKED_AT)
        .push(
            ") s left join lateral (
                 select * from projection_errors.errors e where e.error_id = s.error_id offset 0) e
             on s.status <> 'deleted'",
        );
    let (seen, found): (i64, Vec<Uuid>) = sql.build_query_as().fetch_one(connection).await?;
    Ok(if seen < LOOKED_AT {
        Look::All(found)
    } else if found.len() < MANY {
        Look::Unclear
    } else {
        Look::Many(i64::try_from(found.len()).unwrap_or(LOOKED_AT))
    })
}
