//! The JSON schema of an analysis, in the subset that every provider takes: all fields required,
//! null instead of absent, no bounds, no alternatives, no recursion.

use serde_json::{Value, json};

use super::{Category, EVIDENCE_MAX, Effort, FIXES_MAX, PREVENTION_MAX, RELATED_MAX, WHYS_MAX};
use crate::severity::Severity;

/// The schema that a model's answer must keep to. Bounds stand in its descriptions, for a schema
/// with bounds is refused by some; [`super::Analysis::validate`] checks them.
#[must_use]
pub fn schema() -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    let strings = json!({"type": "string"});
    let texts = |description: String| {
        let description = Value::from(description);
        json!({"type": "array", "items": strings, "description": description})
    };
    object(json!({
        "category": word(Category::ALL.map(Category::as_str).as_slice()),
        "root_cause": object(json!({
            "whys": texts(format!(
                "From what was seen down to the deepest cause that evidence supports, each the \
                 reason of the one before; at most {WHYS_MAX}. Empty if no cause can be told."
            )),
            "not_found_reason": {
                "type": ["string", "null"],
                "description": "Why no cause can be told; null if one can.",
            },
        })),
        "evidence": {
            "type": "array",
            "description": format!("At most {EVIDENCE_MAX}."),
            "items": object(json!({
                "claim": text("One sentence."),
                "points_at": text(
                    "The name of the thing of the context that shows it: exception:0, frame:0.3, \
                     line:src/cart.py:41, breadcrumb:2, commit:1f2e3d4, tag:browser, release:2.4, \
                     error:<id>."
                ),
            })),
        },
        "impact_assessment": text("Who or what suffers, and how much."),
        "suggested_fixes": texts(format!("The best first; at most {FIXES_MAX}.")),
        "confidence_score": {"type": "number", "description": "From 0 to 1."},
        "risk_level": word(Severity::ALL.map(Severity::as_str).as_slice()),
        "estimated_effort": word(Effort::ALL.map(Effort::as_str).as_slice()),
        "related_errors": texts(format!("Ids of errors of the context; at most {RELATED_MAX}.")),
        "prevention_suggestions": texts(format!("At most {PREVENTION_MAX}.")),
    }))
}

fn word(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

/// An object that has all these fields and no other.
fn object(properties: Value) -> Value {
    let names = properties.as_object().map(|fields| fields.keys().cloned());
    let required: Vec<String> = names.into_iter().flatten().collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}
