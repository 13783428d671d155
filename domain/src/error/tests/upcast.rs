//! Events of old versions, and of versions nobody knows.

use cqrs_es::DomainEvent;
use cqrs_es::persist::SerializedEvent;
use serde_json::{Value, json};

use super::*;

/// `ErrorDetected` as version 1.0 was pinned, with this level.
fn detected_1_0(level: Value) -> Value {
    json!({
        "ErrorDetected": {
            "organization_id": "00000000-0000-0000-0000-000000000005",
            "project_id": 7,
            "error_id": "00000000-0000-0000-0000-000000000001",
            "title": "ValueError: bad <int>",
            "culprit": "shop.cart.add",
            "level": level,
            "source": "sentry",
            "source_id": null,
            "category": null,
            "tags": ["web"],
            "platform": "python",
            "fingerprint": "0a1b",
            "description": null,
            "at": "2026-01-01T00:00:00Z"
        }
    })
}

#[test]
fn a_detection_of_version_1_becomes_one_of_version_2() {
    let read = decode("ErrorDetected", "1.0", detected_1_0(json!("error"))).unwrap();
    assert_eq!(read, detected());
}

#[test]
fn the_level_of_version_1_becomes_the_severity() {
    for (level, severity) in [
        (json!("fatal"), Severity::Critical),
        (json!("error"), Severity::High),
        (json!("warning"), Severity::Medium),
        (json!("info"), Severity::Low),
        (json!("debug"), Severity::Low),
        (json!("loud"), Severity::High),
        (json!(null), Severity::High),
    ] {
        let read = decode("ErrorDetected", "1.0", detected_1_0(level.clone())).unwrap();
        let ErrorEvent::ErrorDetected(facts) = read else {
            panic!("another kind of event");
        };
        assert_eq!(facts.severity, severity, "{level}");
    }
}

#[test]
fn a_request_of_before_anybody_chose_a_provider_or_a_question_is_one_that_chose_none() {
    let stored = json!({"ErrorAnalysisRequested": {
        "number": 1, "by": {"kind": "system"}, "because": {"kind": "asked"}, "at": "2026-01-01T00:00:00Z",
    }});
    let read = decode("ErrorAnalysisRequested", "1.0", stored.clone()).unwrap();
    let ErrorEvent::ErrorAnalysisRequested {
        provider,
        prompt_version,
        ..
    } = &read
    else {
        panic!("another kind of event");
    };
    assert_eq!((provider, prompt_version), (&None, &None));
    assert_eq!(json!(read), stored, "and it is written so again");
}

#[test]
fn version_1_knew_the_first_grouping_only() {
    let read = upcast("ErrorDetected", "1.0", detected_1_0(json!("error"))).unwrap();
    assert_eq!(read["ErrorDetected"]["grouping_version"], 1);
    assert_eq!(read["ErrorDetected"].get("level"), None);
}

#[test]
fn a_current_payload_passes_through_untouched() {
    for event in [detected(), resolved(), ErrorEvent::ErrorUnassigned] {
        let payload = serde_json::to_value(&event).unwrap();
        let upcast = upcast(event.name(), &event.event_version(), payload.clone()).unwrap();
        assert_eq!(upcast, payload);
    }
}

#[test]
fn an_unknown_version_is_refused_by_name() {
    for (event_type, version) in [("ErrorDetected", "3.0"), ("ErrorResolved", "2.0")] {
        let refusal = decode(event_type, version, json!({})).unwrap_err();
        assert!(matches!(&refusal, DecodeError::Version(named) if named == version));
        assert_eq!(
            refusal.to_string(),
            format!("version {version} is unknown: it was written by a newer BugSage")
        );
    }
}

#[test]
fn a_payload_that_is_no_such_event_is_refused() {
    for payload in [
        json!({"ErrorSolved": {}}),
        json!({"ErrorRetitled": {}}),
        json!({"ErrorRetitled": {"title": 7}}),
        json!(null),
    ] {
        let refusal = decode("ErrorRetitled", "1.0", payload).unwrap_err();
        assert!(matches!(refusal, DecodeError::Payload(_)));
    }
}

#[test]
fn readers_that_use_postgres_es_as_it_is_read_the_same() {
    let [upcaster] = &upcasters()[..] else {
        panic!("one event has a second version");
    };
    let stored = SerializedEvent::new(
        "00000000-0000-0000-0000-000000000001".to_owned(),
        1,
        "error".to_owned(),
        "ErrorDetected".to_owned(),
        "1.0".to_owned(),
        detected_1_0(json!("error")),
        json!({}),
    );
    assert!(upcaster.can_upcast("ErrorDetected", "1.0"));
    assert!(!upcaster.can_upcast("ErrorDetected", "2.0"));
    assert!(!upcaster.can_upcast("ErrorResolved", "1.0"));
    let read = upcaster.upcast(stored);
    assert_eq!(read.event_version, detected().event_version());
    assert_eq!(
        serde_json::from_value::<ErrorEvent>(read.payload).unwrap(),
        detected()
    );
}
