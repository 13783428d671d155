//! Sagas: whatever breaks off, and however often a step is repeated, the end is the same.

use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use bugsage_domain::error::{Detect, ErrorCommand, ErrorEvent, ErrorGroup, decode};
use bugsage_domain::ids::{ErrorId, ProjectId};
use bugsage_domain::severity::Severity;
use bugsage_event_store::subscription::{reached, status};
use bugsage_event_store::{CommandContext, Metadata, RecordedEvent, UnreadableEvent};
use bugsage_sagas::{NewJob, Prepared, Priority, Register, Saga, Step, Surroundings, job_id};
use chrono::DateTime;
use serde_json::json;
use uuid::Uuid;

use crate::site::{Site, soon};
use crate::works::noting;

/// A new error is tagged, between two jobs; the count of tags before goes into the payload.
struct Tagging;

impl Saga for Tagging {
    const NAME: &'static str = "tagging";
    type Event = (ErrorId, ErrorEvent);
    type State = u32;

    fn read(&self, event: &RecordedEvent) -> Result<Option<Self::Event>, UnreadableEvent> {
        if event.aggregate_type != "error" {
            return Ok(None);
        }
        let read = decode(
            &event.event_type,
            &event.event_version,
            event.payload.clone(),
        );
        let read = read.map_err(|reason| UnreadableEvent {
            event_type: event.event_type.clone(),
            event_version: event.event_version.clone(),
            reason: reason.to_string(),
        })?;
        Ok(Some((event.aggregate_id.parse().unwrap(), read)))
    }

    fn apply(&self, seen: &mut u32, _: &Self::Event) {
        *seen += 1;
    }

    fn react(&self, seen: &u32, (error, event): &Self::Event) -> Vec<Step> {
        let work = |priority| {
            Step::Work(NewJob {
                kind: "test",
                priority,
                payload: json!({"error": error, "seen": seen}),
                after: Duration::ZERO,
            })
        };
        let tag = Step::Command {
            error: *error,
            command: Box::new(ErrorCommand::Tag {
                add: vec!["seen".to_owned()],
                remove: Vec::new(),
            }),
        };
        match event {
            ErrorEvent::ErrorDetected(_) => {
                vec![work(Priority::Critical), tag, work(Priority::Backlog)]
            }
            ErrorEvent::ErrorTagged { .. } => vec![work(Priority::Normal)],
            _ => Vec::new(),
        }
    }
}

async fn detect(site: &Site, around: &Surroundings) -> ErrorId {
    let error = ErrorId(Uuid::now_v7());
    let command = ErrorCommand::Detect(Box::new(Detect {
        organization_id: site.organization,
        project_id: ProjectId(1),
        error_id: error,
        title: "ValueError: no such row".to_owned(),
        culprit: None,
        severity: Severity::High,
        source: "sentry".to_owned(),
        source_id: None,
        category: None,
        tags: Vec::new(),
        platform: None,
        grouping_version: 1,
        fingerprint: error.to_string(),
        description: None,
        at: DateTime::from_timestamp(1_700_000_000, 0).unwrap(),
    }));
    let context = CommandContext {
        metadata: Metadata {
            organization_id: site.organization,
            actor: "system".to_owned(),
            request_id: "request".to_owned(),
            correlation_id: "the first cause".to_owned(),
            causation_id: None,
        },
        idempotency: None,
        if_match: None,
        texts: Vec::new(),
    };
    let id = error.to_string();
    let executed = around
        .executor
        .execute::<ErrorGroup, _>(&id, command, context, |_, _| ());
    executed.await.unwrap();
    error
}

/// What there is of an error: its events and its jobs.
async fn end(site: &Site, error: ErrorId) -> String {
    site.text(&format!(
        "select (select string_agg(event_type || ' by ' || (metadata->>'actor'), ', ' order by sequence)
                   from events where aggregate_id = '{error}') || '; ' ||
                (select string_agg(step || ' ' || priority || ' ' || (payload->>'seen') || ' ' || correlation_id,
                                   ', ' order by number) from jobs where payload->>'error' = '{error}')"
    ))
    .await
}

const END: &str = "ErrorDetected by system, ErrorTagged by saga:tagging; 0 0 0 the first cause, \
                   2 2 0 the first cause, 0 1 1 the first cause";

/// Until the saga has seen everything. What was broken off may hold its checkpoint for a moment.
async fn react(site: &Site, prepared: &Prepared) {
    let behind = "subscriptions where position < (select max(position) from events)";
    soon("it has seen everything", async || {
        prepared.catch_up(&site.projector).await.unwrap();
        site.count(behind).await == 0
    })
    .await;
}

/// Polls a future so many times, then drops it; whether it had come to its end.
async fn broken_off<T>(future: impl Future<Output = T>, polls: usize) -> bool {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(move |cx| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(cx).map(|_| true)
    })
    .await
}

#[tokio::test]
async fn broken_off_at_every_point_and_run_twice_it_comes_to_the_same_end() {
    let site = Site::new().await;
    let around = site.surroundings(None);
    let register = Register::default().saga(Tagging);
    let prepared = register.prepare(&around).await.unwrap();
    // How many polls it takes depends on how fast the database answers: it must have ended a few times.
    let (mut polls, mut ended) = (1, 0);
    while ended < 5 {
        let before: i64 = site.count("events").await;
        let error = detect(&site, &around).await;
        let whole = broken_off(prepared.catch_up(&around.projector), polls).await;
        ended += usize::from(whole);
        react(&site, &prepared).await;
        assert_eq!(end(&site, error).await, END, "broken off at {polls}");
        // All of it once more, each step a second time.
        site.run(&format!("update subscriptions set position = {before}"))
            .await;
        react(&site, &prepared).await;
        assert_eq!(end(&site, error).await, END, "twice, after {polls}");
        polls += 1;
    }
    assert!(polls - ended > 5, "{polls}: it was hardly ever broken off");
}

#[tokio::test]
async fn a_new_saga_begins_where_the_log_ends_and_runs_with_its_workers() {
    let site = Site::new().await;
    let around = site.surroundings(None);
    let old = detect(&site, &around).await;
    let node = site.node(noting("a").saga(Tagging), None).await;
    let new = detect(&site, &around).await;
    site.each_had_its_effect_once(3).await;
    assert_eq!(end(&site, new).await, END);
    assert_eq!(
        site.count(&format!("events where aggregate_id = '{old}'"))
            .await,
        1
    );
    let first: i64 =
        sqlx::query_scalar("select position from events where aggregate_id = $1 order by position")
            .bind(new.to_string())
            .fetch_one(&site.owner)
            .await
            .unwrap();
    let named = job_id("tagging", first, 2);
    assert_eq!(
        site.count(&format!("jobs where job_id = '{named}' and priority = 2"))
            .await,
        1
    );
    node.stop().await;
}

#[tokio::test]
async fn a_saga_that_cannot_go_on_stops_alone_and_no_reader_waits_for_it() {
    let site = Site::new().await;
    let around = site.surroundings(None);
    site.run("insert into subscriptions (name, version, position) values ('a_projection', 1, 100)")
        .await;
    let node = site.node(Register::default().saga(Tagging), None).await;
    site.run(
        "insert into events values ('error', gen_random_uuid()::text, 1, 'Unheard', '9.0', '{}', '{}',
                                    nextval('events_position'), gen_random_uuid());
         notify bugsage_events",
    )
    .await;
    soon("it says so", async || {
        let all = status(&around.projector).await.unwrap();
        all.iter()
            .any(|s| s.name == "tagging" && s.stalled_since.is_some())
    })
    .await;
    assert_eq!(reached(&site.app).await.unwrap(), 100);
    node.stop().await;
}
