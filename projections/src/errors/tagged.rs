//! Which errors have a tag: the table beside the rows, written after them.

use std::collections::BTreeSet;

use bugsage_event_store::RecordedEvent;
use sqlx::PgConnection;
use uuid::Uuid;

use super::fold::Change;

/// Writes what the rows now say of the tags that the changes speak of, whatever came of each.
pub(super) async fn write(
    connection: &mut PgConnection,
    ids: &[Uuid],
    changes: &[(&RecordedEvent, Change)],
) -> Result<(), sqlx::Error> {
    let (errors, tags): (Vec<Uuid>, Vec<&str>) = mentioned(ids, changes).into_iter().unzip();
    if errors.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "with said as (
             select e.organization_id, m.tag, e.error_id, m.tag = any (e.tags) as has
               from unnest($1::uuid[], $2::text[]) m (error_id, tag) join errors e using (error_id)
         ), gone as (
             delete from tags t using said s
              where not s.has and (t.organization_id, t.tag, t.error_id) = (s.organization_id, s.tag, s.error_id)
         )
         insert into tags (organization_id, tag, error_id)
             select organization_id, tag, error_id from said where has order by 1, 2, 3
             on conflict do nothing",
    )
    .bind(errors)
    .bind(tags)
    .persistent(false) // as the rows are read
    .execute(connection)
    .await
    .map(|_| ())
}

fn mentioned<'c>(
    ids: &[Uuid],
    changes: &'c [(&RecordedEvent, Change)],
) -> BTreeSet<(Uuid, &'c str)> {
    let each = ids.iter().zip(changes).flat_map(|(id, (_, change))| {
        let tags = match change {
            Change::Insert(facts) => facts.tags.as_slice(),
            Change::AddTags(tags) | Change::RemoveTags(tags) => tags.as_slice(),
            _ => &[],
        };
        tags.iter().map(|tag| (*id, tag.as_str()))
    });
    each.collect()
}
