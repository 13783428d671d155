//! A subscriber that knows nothing but the last position it has read.

use bugsage_event_store::RecordedEvent;
use sqlx::PgPool;

/// Reads `position > last` until it has seen so many events; fails where they never come.
pub(crate) async fn follow(projector: PgPool, wanted: usize) -> Vec<RecordedEvent> {
    let mut seen: Vec<RecordedEvent> = Vec::new();
    let reading = async {
        while seen.len() < wanted {
            let last = seen.last().map_or(0, |event| event.position);
            let next: Vec<RecordedEvent> = sqlx::query_as(&format!(
                "select {} from events where position > $1 order by position limit 1000",
                RecordedEvent::COLUMNS
            ))
            .bind(last)
            .fetch_all(&projector)
            .await
            .unwrap();
            seen.extend(next);
        }
    };
    let waited = tokio::time::timeout(std::time::Duration::from_secs(20), reading).await;
    assert!(waited.is_ok(), "saw {} of {wanted} events", seen.len());
    seen
}
