//! The JSON of every event, which is a contract for ever.
//!
//! A snapshot that changes means: do not accept it, but raise the version and add an upcaster.

use cqrs_es::DomainEvent;
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// One event of each kind, and a test that each is what it stands for. Does not compile while a
/// kind has none.
macro_rules! one_of_each {
    ($($kind:pat => $event:expr),* $(,)?) => {
        fn one_of_each() -> Vec<ErrorEvent> {
            vec![$($event),*]
        }

        #[test]
        fn every_kind_of_event_has_a_snapshot() {
            let pins = |event: &ErrorEvent| match event {
                $($kind => event.name(),)*
            };
            $(assert!(matches!($event, $kind), "{} is in another's place", pins(&$event));)*
        }
    };
}

one_of_each! {
    ErrorEvent::ErrorDetected(_) => ErrorEvent::ErrorDetected(Box::new(Detected {
        source_id: Some("PROJ-1".to_owned()),
        category: Some("database".to_owned()),
        description: Some(text(8, "d1")),
        ..facts()
    })),
    ErrorEvent::ErrorRegressed { .. } => ErrorEvent::ErrorRegressed {
        at: hour(1),
        release: Some("2.0".to_owned()),
    },
    ErrorEvent::ErrorIgnoreExpired { .. } => ErrorEvent::ErrorIgnoreExpired { at: hour(1) },
    ErrorEvent::ErrorRetitled { .. } => ErrorEvent::ErrorRetitled { title: "Cart".to_owned() },
    ErrorEvent::ErrorDescribed { .. } => ErrorEvent::ErrorDescribed { text: text(8, "d1") },
    ErrorEvent::ErrorSeverityChanged { .. } => ErrorEvent::ErrorSeverityChanged {
        severity: Severity::Critical,
    },
    ErrorEvent::ErrorCategorized { .. } => ErrorEvent::ErrorCategorized { category: None },
    ErrorEvent::ErrorTagged { .. } => ErrorEvent::ErrorTagged { tags: words(&["cart", "web"]) },
    ErrorEvent::ErrorUntagged { .. } => ErrorEvent::ErrorUntagged { tags: words(&["web"]) },
    ErrorEvent::ErrorAssigned { .. } => ErrorEvent::ErrorAssigned { to: "ann".to_owned() },
    ErrorEvent::ErrorUnassigned => ErrorEvent::ErrorUnassigned,
    ErrorEvent::ErrorAnalysisBegun => ErrorEvent::ErrorAnalysisBegun,
    ErrorEvent::ErrorAnalysisEnded => ErrorEvent::ErrorAnalysisEnded,
    ErrorEvent::ErrorAnalysisRequested { .. } => ErrorEvent::ErrorAnalysisRequested {
        number: 2,
        by: ANN,
        because: Because::SecondOpinion { of: 1 },
        provider: Some("sage".to_owned()),
        prompt_version: Some("brief-1".to_owned()),
        at: hour(1),
    },
    ErrorEvent::ErrorAnalysisStarted { .. } => ErrorEvent::ErrorAnalysisStarted {
        number: 2,
        at: hour(1),
    },
    ErrorEvent::ErrorAnalysisHeldBack { .. } => ErrorEvent::ErrorAnalysisHeldBack {
        number: 2,
        why: HeldBack::MonthBudget,
        at: hour(1),
    },
    ErrorEvent::ErrorAnalysisCompleted(_) => {
        ErrorEvent::ErrorAnalysisCompleted(Box::new(result(2)))
    },
    ErrorEvent::ErrorAnalysisFailed { .. } => ErrorEvent::ErrorAnalysisFailed {
        number: 2,
        why: AnalysisFailure::NoOccurrence,
        at: hour(1),
    },
    ErrorEvent::ErrorAnalysisSuperseded { .. } => ErrorEvent::ErrorAnalysisSuperseded {
        number: 1,
        by: 2,
    },
    ErrorEvent::ErrorFixBegun => ErrorEvent::ErrorFixBegun,
    ErrorEvent::ErrorFixEnded => ErrorEvent::ErrorFixEnded,
    ErrorEvent::ErrorResolved { .. } => ErrorEvent::ErrorResolved {
        by: ANN,
        at: hour(1),
        how: ResolvedHow::ByFix,
        in_release: Some("2.1".to_owned()),
    },
    ErrorEvent::ErrorIgnored { .. } => ignored(IgnoredUntil::Time { at: hour(5) }),
    ErrorEvent::ErrorReopened { .. } => ErrorEvent::ErrorReopened { by: ANN },
    ErrorEvent::ErrorMerged { .. } => ErrorEvent::ErrorMerged { into: OTHER },
    ErrorEvent::ErrorJoined { .. } => ErrorEvent::ErrorJoined { into: OTHER, alike: alike() },
    ErrorEvent::ErrorUnmerged { .. } => ErrorEvent::ErrorUnmerged { from: OTHER },
    ErrorEvent::ErrorDeleted { .. } => ErrorEvent::ErrorDeleted { by: ANN },
}

#[test]
fn the_json_of_every_event_stays_as_it_is() {
    for event in one_of_each() {
        insta::assert_json_snapshot!(
            event.name(),
            json!({
                "event_type": event.event_type(),
                "event_version": event.event_version(),
                "payload": event,
            })
        );
    }
}

#[test]
fn the_words_inside_events_stay_as_they_are() {
    insta::assert_json_snapshot!(
        "words",
        json!({
            "actor": [
                ANN,
                Actor::ApiKey { id: uuid::Uuid::from_u128(4) },
                Actor::ServiceAccount { id: uuid::Uuid::from_u128(4) },
                Actor::Saga { name: "fixes".to_owned() },
                Actor::Integration { id: uuid::Uuid::from_u128(4) },
                Actor::System,
            ],
            "actor in metadata": [
                ANN.to_string(),
                Actor::ApiKey { id: uuid::Uuid::from_u128(4) }.to_string(),
                Actor::ServiceAccount { id: uuid::Uuid::from_u128(4) }.to_string(),
                Actor::Saga { name: "fixes".to_owned() }.to_string(),
                Actor::Integration { id: uuid::Uuid::from_u128(4) }.to_string(),
                Actor::System.to_string(),
            ],
            "analysis because": [
                Because::New,
                Because::Regressed,
                Because::Asked,
                Because::SecondOpinion { of: 1 },
                Because::Frequent,
            ],
            "analysis failed": [
                AnalysisFailure::NoOccurrence,
                AnalysisFailure::ContextErased,
                AnalysisFailure::GaveUp,
            ],
            "category": crate::analysis::Category::ALL,
            "held back": [HeldBack::ErrorBudget, HeldBack::MonthBudget, HeldBack::NoAnswer],
            "resolved how": [ResolvedHow::Manually, ResolvedHow::ByFix],
            "ignored until": [
                IgnoredUntil::Forever,
                IgnoredUntil::Time { at: hour(5) },
                IgnoredUntil::Occurrences { count: 10 },
            ],
            "severity": Severity::ALL,
            "status": ErrorStatus::ALL,
        })
    );
}

fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    (-62_135_596_800_i64..253_402_300_800, 0_u32..1_000_000_000)
        .prop_map(|(seconds, nanos)| DateTime::from_timestamp(seconds, nanos).unwrap())
}

fn id() -> impl Strategy<Value = uuid::Uuid> {
    any::<u128>().prop_map(uuid::Uuid::from_u128)
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        id().prop_map(|id| Actor::User { id }),
        id().prop_map(|id| Actor::ApiKey { id }),
        id().prop_map(|id| Actor::ServiceAccount { id }),
        any::<String>().prop_map(|name| Actor::Saga { name }),
        id().prop_map(|id| Actor::Integration { id }),
        Just(Actor::System),
    ]
}

fn until() -> impl Strategy<Value = IgnoredUntil> {
    prop_oneof![
        Just(IgnoredUntil::Forever),
        moment().prop_map(|at| IgnoredUntil::Time { at }),
        any::<u64>().prop_map(|count| IgnoredUntil::Occurrences { count }),
    ]
}

fn any_text() -> impl Strategy<Value = TextRef> {
    (id(), any::<String>()).prop_map(|(id, digest)| TextRef {
        id: TextId(id),
        digest,
    })
}

fn severity() -> impl Strategy<Value = Severity> {
    proptest::sample::select(Severity::ALL.to_vec())
}

fn any_facts() -> impl Strategy<Value = Detected> {
    let option = proptest::option::of::<proptest::arbitrary::StrategyFor<String>>;
    let ids = (id(), any::<i64>(), id());
    let texts = (any::<String>(), any::<String>(), any::<String>());
    let options = (
        option(any::<String>()),
        option(any::<String>()),
        option(any::<String>()),
        option(any::<String>()),
    );
    let rest = (
        severity(),
        any::<Vec<String>>(),
        any::<i16>(),
        proptest::option::of(any_text()),
        moment(),
    );
    (ids, texts, options, rest).prop_map(|(ids, texts, options, rest)| Detected {
        organization_id: OrganizationId(ids.0),
        project_id: ProjectId(ids.1),
        error_id: ErrorId(ids.2),
        title: texts.0,
        source: texts.1,
        fingerprint: texts.2,
        culprit: options.0,
        source_id: options.1,
        category: options.2,
        platform: options.3,
        severity: rest.0,
        tags: rest.1,
        grouping_version: rest.2,
        description: rest.3,
        at: rest.4,
    })
}

fn any_event() -> impl Strategy<Value = ErrorEvent> {
    let how = prop_oneof![Just(ResolvedHow::Manually), Just(ResolvedHow::ByFix)];
    prop_oneof![
        any_facts().prop_map(|facts| ErrorEvent::ErrorDetected(Box::new(facts))),
        (moment(), any::<Option<String>>())
            .prop_map(|(at, release)| ErrorEvent::ErrorRegressed { at, release }),
        moment().prop_map(|at| ErrorEvent::ErrorIgnoreExpired { at }),
        any::<String>().prop_map(|title| ErrorEvent::ErrorRetitled { title }),
        any_text().prop_map(|text| ErrorEvent::ErrorDescribed { text }),
        severity().prop_map(|severity| ErrorEvent::ErrorSeverityChanged { severity }),
        any::<Option<String>>().prop_map(|category| ErrorEvent::ErrorCategorized { category }),
        any::<Vec<String>>().prop_map(|tags| ErrorEvent::ErrorTagged { tags }),
        any::<Vec<String>>().prop_map(|tags| ErrorEvent::ErrorUntagged { tags }),
        any::<String>().prop_map(|to| ErrorEvent::ErrorAssigned { to }),
        (actor(), moment(), how, any::<Option<String>>()).prop_map(|(by, at, how, in_release)| {
            ErrorEvent::ErrorResolved {
                by,
                at,
                how,
                in_release,
            }
        }),
        (actor(), until()).prop_map(|(by, until)| ErrorEvent::ErrorIgnored { by, until }),
        actor().prop_map(|by| ErrorEvent::ErrorReopened { by }),
        id().prop_map(|id| ErrorEvent::ErrorMerged { into: ErrorId(id) }),
        id().prop_map(|id| ErrorEvent::ErrorUnmerged { from: ErrorId(id) }),
        actor().prop_map(|by| ErrorEvent::ErrorDeleted { by }),
        proptest::sample::select(one_of_each()),
    ]
}

proptest! {
    #[test]
    fn what_is_stored_is_read_as_it_was(event in any_event()) {
        let stored = serde_json::to_string(&event).unwrap();
        let payload = serde_json::from_str(&stored).unwrap();
        let read = decode(event.name(), &event.event_version(), payload).unwrap();
        prop_assert_eq!(read, event);
    }
}
