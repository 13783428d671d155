use bugsage_domain::error::{ErrorCommand, ErrorGroup, upcasters};
use bugsage_domain::ids::ErrorId;
use bugsage_domain::severity::Severity;
use bugsage_event_store::{EventSourced, Loaded, load, tenant};
use cqrs_es::persist::PersistedEventStore;
use cqrs_es::{AggregateContext, EventStore};
use postgres_es::PostgresEventRepository;
use serde_json::json;
use uuid::Uuid;

use crate::store::{Store, noon};

/// An error whose first event was stored by the first release, and 99 of today.
async fn an_old_error(store: &Store) -> ErrorId {
    let id = ErrorId(Uuid::new_v4());
    let payload = json!({"ErrorDetected": {
        "organization_id": store.organization, "project_id": 1, "error_id": id,
        "title": "ValueError: no such row", "culprit": null, "level": "warning",
        "source": "sentry", "source_id": null, "category": null, "tags": [],
        "platform": "python", "fingerprint": "0123", "description": null, "at": noon(),
    }});
    sqlx::query(
        "insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                             payload, metadata, position, organization_id)
         values ('error', $1, 1, 'ErrorDetected', '1.0', $2, $3, nextval('events_position'), $4)",
    )
    .bind(id.to_string())
    .bind(payload)
    .bind(store.context().metadata.to_json())
    .bind(store.organization.0)
    .execute(&store.owner)
    .await
    .unwrap();
    let executor = store.executor();
    for i in 0..33 {
        let commands = [
            ErrorCommand::Assign {
                to: Some(format!("person {i}")),
            },
            ErrorCommand::BeginAnalysis,
            ErrorCommand::EndAnalysis,
        ];
        for command in commands {
            executor
                .execute::<ErrorGroup, _>(&id.to_string(), command, store.context(), |_, _| ())
                .await
                .unwrap();
        }
    }
    id
}

async fn loaded(store: &Store, id: ErrorId) -> Loaded<ErrorGroup> {
    let mut transaction = tenant(&store.app, store.organization).await.unwrap();
    load(&mut transaction, store.organization, &id.to_string())
        .await
        .unwrap()
        .unwrap()
}

#[tokio::test]
async fn an_unmodified_postgres_es_loads_100_events_to_the_same_state() {
    let store = Store::new().await;
    let id = an_old_error(&store).await;
    let ours = loaded(&store, id).await;

    let repository = PostgresEventRepository::new(store.owner.clone());
    let stock = PersistedEventStore::<_, ErrorGroup>::new_event_store(repository)
        .with_upcasters(upcasters());
    let mut theirs = stock.load_aggregate(&id.to_string()).await.unwrap();
    assert_eq!(ours.sequence, 100);
    assert_eq!(theirs.aggregate(), &ours.state);

    let events = stock.load_events(&id.to_string()).await.unwrap();
    assert_eq!(events.len(), 100);
    let organization = store.organization.to_string();
    assert!(
        events
            .iter()
            .all(|event| event.metadata["organization_id"] == organization)
    );
}

#[tokio::test]
async fn an_event_of_an_old_version_loads_as_if_written_today() {
    let store = Store::new().await;
    let id = an_old_error(&store).await;
    let error = loaded(&store, id).await.state;
    let facts = &error.live().unwrap().facts;
    assert_eq!(
        (facts.severity, facts.grouping_version),
        (Severity::Medium, 1)
    );
    let version = "select count(*) from events where event_version = '1.0' and sequence = 1";
    assert_eq!(
        store.count(version).await,
        1,
        "what is stored stays as it was"
    );
}

#[tokio::test]
async fn an_event_of_a_version_to_come_says_so() {
    let unread = ErrorGroup::decode("ErrorDetected", "3.0", json!({})).unwrap_err();
    assert_eq!(
        unread.to_string(),
        "event ErrorDetected 3.0 cannot be read: version 3.0 is unknown: it was written by a newer BugSage"
    );
}
