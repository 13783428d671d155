use serde_json::json;

use crate::analysis::{
    Analysis, Category, Context, Effort, FIXES_MAX, Fault, GUESS_MAX, Pointer, RootCause, WHY_MAX,
    schema,
};
use crate::ids::ErrorId;
use crate::occurrence::decode;
use crate::severity::Severity;

fn answer() -> serde_json::Value {
    json!({
        "category": "missing_key",
        "root_cause": {"whys": ["The key is not there."], "not_found_reason": null},
        "evidence": [
            {"claim": "It was raised here.", "points_at": "frame:0.1"},
            {"claim": "A commit touched it.", "points_at": "commit:1f2e3d4"},
            {"claim": "I feel so.", "points_at": "my experience"},
            {"claim": "And so.", "points_at": "frame:0.9"},
        ],
        "impact_assessment": "Orders fail.",
        "suggested_fixes": ["Use get."],
        "confidence_score": 0.8,
        "risk_level": "high",
        "estimated_effort": "minutes",
        "related_errors": ["01920000-0000-7000-8000-000000000001"],
        "prevention_suggestions": [],
    })
}

fn read(change: impl FnOnce(&mut serde_json::Value)) -> Result<Analysis, Fault> {
    let mut answer = answer();
    change(&mut answer);
    Analysis::read(&answer.to_string())
}

fn context() -> Context {
    let event = json!({
        "release": "2.4",
        "environment": "production",
        "tags": {"browser": "Firefox"},
        "exception": {"values": [{"type": "KeyError", "stacktrace": {"frames": [
            {"function": "main", "filename": "main.py", "lineno": 3},
            {"function": "total", "filename": "cart.py", "lineno": 41, "context_line": "x"},
        ]}}]},
    });
    let occurrence = decode(event.to_string().as_bytes()).unwrap();
    let mut context = Context::of(&occurrence);
    context.insert(Pointer::Commit(
        "1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c".into(),
    ));
    context
}

#[test]
fn an_answer_is_read_and_written_in_the_same_words() {
    let analysis = read(|_| {}).unwrap();
    assert_eq!(analysis.category, Category::MissingKey);
    assert_eq!(analysis.risk_level, Severity::High);
    assert_eq!(analysis.estimated_effort, Effort::Minutes);
    assert_eq!(serde_json::to_value(&analysis).unwrap(), answer());
}

#[test]
fn a_cause_that_cannot_be_told_says_why() {
    let analysis = read(|answer| {
        answer["root_cause"] = json!({"whys": [], "not_found_reason": "No stack came."});
    });
    let cause = analysis.unwrap().root_cause;
    assert_eq!(cause.to_string(), "Cause not found: No stack came.");
    assert!(matches!(cause, RootCause::NotFound { .. }));
}

#[test]
fn the_first_fault_is_named_in_words_for_the_writer() {
    let fault = |change: fn(&mut serde_json::Value)| read(change).unwrap_err().to_string();
    let long = "x".repeat(WHY_MAX + 1);
    for (change, words) in [
        (
            (|answer| answer["confidence_score"] = json!(1.5)) as fn(&mut serde_json::Value),
            "`confidence_score` is 1.5: it must be a number from 0 to 1",
        ),
        (
            |answer| answer["suggested_fixes"] = json!(vec!["x"; FIXES_MAX + 1]),
            "`suggested_fixes` has 6 items: at most 5 are allowed",
        ),
        (
            |answer| answer["impact_assessment"] = json!("  "),
            "`impact_assessment` is empty: it must say something",
        ),
        (
            |answer| answer["root_cause"] = json!({"whys": [], "not_found_reason": null}),
            "`root_cause` has neither whys nor a reason",
        ),
        (
            |answer| answer["category"] = json!("magic"),
            "the answer is not JSON of the schema: unknown variant `magic`",
        ),
        (
            |answer| drop(answer.as_object_mut().unwrap().remove("evidence")),
            "the answer is not JSON of the schema: missing field `evidence`",
        ),
    ] {
        assert!(fault(change).starts_with(words), "{}", fault(change));
    }
    let fault = read(|answer| answer["root_cause"]["whys"] = json!([long])).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "`root_cause.whys` has 1001 characters: at most 1000 are allowed"
    );
}

#[test]
fn evidence_that_points_at_nothing_is_dropped_and_counted() {
    let mut analysis = read(|_| {}).unwrap();
    // "my experience", a frame that is not there, an error that was not shown.
    assert_eq!(analysis.drop_unfounded(&context()), 3);
    let left: Vec<_> = analysis
        .evidence
        .iter()
        .map(|e| e.points_at.to_string())
        .collect();
    assert_eq!(left, ["frame:0.1", "commit:1f2e3d4"]);
    assert!(analysis.related_errors.is_empty());
    assert!(analysis.confidence_score > GUESS_MAX);
}

#[test]
fn a_cause_that_nothing_shows_is_a_guess_however_sure_somebody_is() {
    for evidence in [
        json!([]),
        json!([{"claim": "So it is.", "points_at": "my experience"}]),
    ] {
        let sure = read(|answer| {
            answer["confidence_score"] = json!(0.95);
            answer["evidence"] = evidence.clone();
        });
        let mut analysis = sure.unwrap();
        analysis.drop_unfounded(&context());
        assert_eq!(analysis.confidence_score, GUESS_MAX, "{evidence}");
    }
}

#[test]
fn a_context_has_what_its_occurrence_shows_and_nothing_else() {
    let mut context = context();
    context.insert(Pointer::Error(ErrorId::default()));
    context.insert("nothing of the kind".parse().unwrap());
    for (pointer, is_there) in [
        ("exception:0", true),
        ("exception:1", false),
        ("frame:0.0", true),
        ("frame:0.2", false),
        ("frame:1.0", false),
        ("line:cart.py:41", true),
        ("line:main.py:3", false),
        ("tag:browser", true),
        ("tag:environment", true),
        ("tag:server", false),
        ("release:2.4", true),
        ("release:2", false),
        ("commit:1f2e3d4c5b6a79881f2e3d4c5b6a79881f2e3d4c", true),
        ("commit:1F2E3D4C", true),
        ("commit:1f2e3d", false),
        ("commit:1f2e3d5", false),
        ("commit:", false),
        ("error:00000000-0000-0000-0000-000000000000", true),
        ("breadcrumb:0", false),
        ("nothing of the kind", false),
        ("frame:0.18446744073709551616", false),
        ("", false),
    ] {
        assert_eq!(
            context.has(&pointer.parse().unwrap()),
            is_there,
            "{pointer}"
        );
    }
}

#[test]
fn every_category_has_one_word_inside_and_outside() {
    for category in Category::ALL {
        assert_eq!(category.as_str().parse(), Ok(category));
        assert_eq!(json!(category), category.as_str());
    }
}

/// What some provider refuses must not be in it.
#[test]
fn the_schema_keeps_to_what_every_provider_takes() {
    fn check(schema: &serde_json::Value) {
        if let Some(properties) = schema["properties"].as_object() {
            let names: Vec<_> = properties.keys().map(|name| json!(name)).collect();
            assert_eq!(schema["required"], json!(names));
            assert_eq!(schema["additionalProperties"], json!(false));
            properties.values().for_each(check);
        }
        if schema["items"].is_object() {
            check(&schema["items"]);
        }
        for refused in [
            "anyOf",
            "oneOf",
            "$ref",
            "minimum",
            "maxLength",
            "pattern",
            "format",
        ] {
            assert!(schema.get(refused).is_none(), "{refused}");
        }
    }
    check(&schema());
    let written = serde_json::to_value(read(|_| {}).unwrap()).unwrap();
    let names = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(names(&schema()["properties"]), names(&written));
}
