use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::{Append, Idempotency, NewEvent, NewText, Verdict, append};
use serde_json::{Value, json};
use sqlx::postgres::PgListener;
use uuid::Uuid;

use crate::follower::follow;
use crate::store::{Store, happened};

#[tokio::test(flavor = "multi_thread")]
async fn a_delayed_committer_hides_no_event_from_a_follower() {
    let store = Store::new().await;
    let mut slow = store.app.begin().await.unwrap();
    append(&mut slow, &[store.events("slow", 0, 2)])
        .await
        .unwrap();
    let follower = tokio::spawn(follow(store.projector.clone(), 7));
    let others: Vec<_> = (0..5)
        .map(|i| {
            let (app, event) = (store.app.clone(), store.event(&format!("quick-{i}"), 0));
            tokio::spawn(async move {
                let mut transaction = app.begin().await.unwrap();
                append(&mut transaction, &[event]).await.unwrap();
                transaction.commit().await.unwrap();
            })
        })
        .collect();
    store.until_waiting(5).await;
    assert_eq!(store.count("select count(*) from events").await, 0);

    slow.commit().await.unwrap();
    futures::future::try_join_all(others).await.unwrap();
    let seen = follower.await.unwrap();
    assert_eq!(seen[0].aggregate_id, "slow");
    assert_eq!(seen.len(), 7);
}

#[tokio::test]
async fn a_rolled_back_append_leaves_a_gap_and_nothing_else() {
    let store = Store::new().await;
    store.append(&[store.event("a", 0)]).await;
    let mut undone = store.app.begin().await.unwrap();
    append(&mut undone, &[store.events("a", 1, 3)])
        .await
        .unwrap();
    undone.rollback().await.unwrap();
    let after = store.append(&[store.event("a", 1)]).await;
    assert_eq!(
        after,
        [Verdict::Appended {
            sequence: 2,
            position: Some(5)
        }]
    );
    let seen = follow(store.projector.clone(), 2).await;
    assert_eq!([seen[0].position, seen[1].position], [1, 5]);
}

#[tokio::test(flavor = "multi_thread")]
async fn twelve_uneven_writers_lose_no_event_for_a_follower() {
    let store = Store::new().await;
    // Writer w makes 15 transactions of 1 to 12 commands with 1 to 3 events; every fifth rolls
    // back, and each dawdles before its end for another number of round trips.
    let writers: Vec<_> = (0..12_usize)
        .map(|w| {
            let batches: Vec<Vec<Append>> = (0..15)
                .map(|t| {
                    (0..1 + (w * 7 + t * 5) % 12)
                        .map(|c| store.events(&format!("{w}-{t}-{c}"), 0, 1 + (w + c) % 3))
                        .collect()
                })
                .collect();
            (store.app.clone(), batches)
        })
        .collect();
    let wanted: usize = writers
        .iter()
        .flat_map(|(_, batches)| batches.iter().enumerate())
        .filter(|(t, _)| t % 5 != 4)
        .flat_map(|(_, batch)| batch)
        .map(|command| command.events.len())
        .sum();
    let follower = tokio::spawn(follow(store.projector.clone(), wanted));
    let writing = writers.into_iter().map(|(app, batches)| {
        tokio::spawn(async move {
            for (t, batch) in batches.iter().enumerate() {
                let mut transaction = app.begin().await.unwrap();
                append(&mut transaction, batch).await.unwrap();
                for _ in 0..(batch.len() + t) % 5 {
                    sqlx::query("select 1")
                        .execute(&mut *transaction)
                        .await
                        .unwrap();
                }
                if t % 5 == 4 {
                    transaction.rollback().await.unwrap();
                } else {
                    transaction.commit().await.unwrap();
                }
            }
        })
    });
    futures::future::try_join_all(writing).await.unwrap();

    let seen = follower.await.unwrap();
    assert!(seen.is_sorted_by(|a, b| a.position < b.position));
    let stored = store.count("select count(*) from events").await;
    assert_eq!(usize::try_from(stored).unwrap(), wanted);
}

#[tokio::test]
async fn each_command_of_a_batch_gets_its_own_verdict() {
    let store = Store::new().await;
    let keyed = |stream: &str, request: u8| Append {
        idempotency: Some(Idempotency {
            key: "k".to_owned(),
            request: vec![request],
        }),
        answer: json!({"stream": stream}),
        ..store.event(stream, 0)
    };
    store.append(&[store.event("taken", 0)]).await;
    let verdicts = store
        .append(&[
            store.event("a", 0),
            store.event("taken", 0),
            keyed("b", 1),
            keyed("c", 1),
            keyed("d", 2),
            store.event("a", 1),
        ])
        .await;
    assert_eq!(
        verdicts,
        [
            Verdict::Appended {
                sequence: 1,
                position: Some(2)
            },
            Verdict::Conflict { actual: 1 },
            Verdict::Appended {
                sequence: 1,
                position: Some(3)
            },
            Verdict::Repeated {
                answer: json!({"stream": "b"}),
                sequence: 1,
                position: 3
            },
            Verdict::KeyReused,
            Verdict::Appended {
                sequence: 2,
                position: Some(4)
            },
        ]
    );
    assert_eq!(store.count("select count(*) from events").await, 4);
}

#[tokio::test]
async fn a_command_that_loses_writes_none_of_its_texts() {
    let store = Store::new().await;
    let with_text = |expected| Append {
        texts: vec![NewText {
            id: Uuid::new_v4().into(),
            body: "nul \0 within".to_owned(),
        }],
        ..store.event("a", expected)
    };
    store.append(&[with_text(0), with_text(0)]).await;
    assert_eq!(store.count("select count(*) from texts").await, 1);
    let kept = "select count(*) from texts where body = U&'nul \\FFFD within'";
    assert_eq!(store.count(kept).await, 1);
}

#[tokio::test]
async fn nul_is_replaced_in_strings_and_keys() {
    let store = Store::new().await;
    let executor = store.executor();
    let id = Uuid::new_v4();
    let bugsage_domain::error::ErrorCommand::Detect(mut facts) =
        crate::store::detect(store.organization, id.into())
    else {
        unreachable!()
    };
    facts.title = "before\0after".to_owned();
    let detect = bugsage_domain::error::ErrorCommand::Detect(facts);
    let mut context = store.context();
    context.metadata.actor = "user:\0".to_owned();
    let executed = executor
        .execute::<bugsage_domain::error::ErrorGroup, _>(
            &id.to_string(),
            detect,
            context,
            |group, _| json!({"\0": group.live().unwrap().facts.title}),
        )
        .await
        .unwrap();
    assert_eq!(
        executed.answer,
        json!({"\u{fffd}": "before\u{fffd}after"}),
        "as a later read shows it"
    );
    let stored: (Value, Value) = sqlx::query_as("select payload, metadata from events")
        .fetch_one(&store.owner)
        .await
        .unwrap();
    assert_eq!(stored.0["ErrorDetected"]["title"], "before\u{fffd}after");
    assert_eq!(stored.1["actor"], "user:\u{fffd}");
}

#[tokio::test]
async fn a_payload_of_a_megabyte_is_kept() {
    let store = Store::new().await;
    let payload = json!({"text": "ä".repeat(512 * 1024)});
    let command = Append {
        events: vec![NewEvent {
            payload: payload.clone(),
            ..happened(Value::Null)
        }],
        ..store.event("large", 0)
    };
    store.append(&[command]).await;
    assert_eq!(follow(store.projector.clone(), 1).await[0].payload, payload);
}

#[tokio::test]
async fn metadata_always_says_who_for_whom_and_on_which_request() {
    let store = Store::new().await;
    let mut caused = store.event("b", 0);
    caused.metadata.causation_id = Some("cause".to_owned());
    store.append(&[store.event("a", 0), caused]).await;
    let seen = follow(store.projector.clone(), 2).await;
    let organization = store.organization.to_string();
    assert_eq!(
        seen[0].metadata,
        json!({"organization_id": organization, "actor": "user:somebody",
               "request_id": "request", "correlation_id": "correlation"})
    );
    assert_eq!(seen[1].metadata["causation_id"], "cause");
}

#[tokio::test]
async fn nobody_is_woken_when_nothing_was_written() {
    let store = Store::new().await;
    let mut listener = PgListener::connect_with(&store.owner).await.unwrap();
    listener.listen("bugsage_events").await.unwrap();
    let only_an_answer = Append {
        events: Vec::new(),
        idempotency: Some(Idempotency {
            key: "k".to_owned(),
            request: vec![1],
        }),
        ..store.event("a", 0)
    };
    let verdicts = store.append(&[only_an_answer, store.event("a", 9)]).await;
    assert!(matches!(
        verdicts[..],
        [
            Verdict::Appended { position: None, .. },
            Verdict::Conflict { actual: 0 }
        ]
    ));
    // Notifications come in the order of the commits, so a silent one would have come first.
    store.append(&[store.events("a", 0, 2)]).await;
    assert_eq!(listener.recv().await.unwrap().payload(), "2");
}

#[tokio::test]
async fn a_stream_of_one_organization_cannot_be_continued_by_another() {
    let store = Store::new().await;
    store.append(&[store.event("a", 0)]).await;
    let mut intruder = store.event("a", 0);
    intruder.metadata.organization_id = OrganizationId(Uuid::new_v4());
    assert_eq!(
        store.append(&[intruder]).await,
        [Verdict::Conflict { actual: 1 }]
    );
}
