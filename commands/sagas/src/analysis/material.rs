//! What an analysis is made from: bounded, each piece by a name that claims can point at. It is kept as
//! a text, so that another opinion is made from the same.

use bugsage_domain::analysis::{Analysis, Context, Pointer, rules};
use bugsage_domain::ids::ErrorId;
use bugsage_domain::occurrence::{self, NotAnEvent, Occurrence};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::places::{Places, objects};

/// Bytes of it at most, as JSON.
const BYTES_MAX: usize = 64 * 1024;
/// Elements of each list and characters of each text; the next where these are too many.
const BOUNDS: [(usize, usize); 4] = [(50, 1_000), (25, 300), (10, 150), (4, 80)];
/// Fields of an object.
const FIELDS_MAX: usize = 40;
/// What of an event may tell why it happened. Not who was affected, nor what is no business of a model.
const TOLD: [&str; 16] = [
    "event_id",
    "timestamp",
    "platform",
    "level",
    "logger",
    "transaction",
    "message",
    "logentry",
    "exception",
    "threads",
    "stacktrace",
    "release",
    "environment",
    "tags",
    "breadcrumbs",
    "dist",
];

/// What an analysis is made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Material {
    /// The error.
    pub error: ErrorId,
    /// Its newest occurrence, as far as it is told.
    pub event: Value,
    /// What is known beside it.
    pub circumstances: rules::Circumstances,
    /// Where what is left of its lists stood in them.
    #[serde(default)]
    pub(super) places: Places,
}

impl Material {
    /// Of an occurrence as it is stored.
    #[must_use]
    pub fn of(error: ErrorId, payload: &Value, circumstances: rules::Circumstances) -> Self {
        let told = |(items, chars)| {
            let fields = payload.as_object().into_iter().flatten();
            let fields = fields.filter(|(name, _)| TOLD.contains(&name.as_str()));
            let fields = fields.map(|(name, value)| (name.clone(), bounded(value, items, chars)));
            (items, Value::Object(fields.collect()))
        };
        let mut events = BOUNDS.into_iter().map(told);
        let event = events.find(|(_, event)| event.to_string().len() <= BYTES_MAX);
        let (items, event) = event.unwrap_or_else(|| (0, Value::Object(Map::new())));
        Self {
            error,
            event,
            circumstances,
            places: Places::of(payload, items),
        }
    }

    /// The occurrence in it.
    ///
    /// # Errors
    /// [`NotAnEvent`]; what was stored is one.
    pub fn occurrence(&self) -> Result<Occurrence, NotAnEvent> {
        occurrence::decode(self.event.to_string().as_bytes())
    }

    /// What was noted before it happened, the newest last.
    #[must_use]
    pub fn breadcrumbs(&self) -> Vec<&Value> {
        objects(&self.event["breadcrumbs"])
    }

    /// What a claim may point at, by its names in the occurrence.
    #[must_use]
    pub fn things(&self, occurrence: &Occurrence) -> Context {
        let shown = rules::context(occurrence, &self.circumstances);
        let noted = (0..self.breadcrumbs().len()).map(Pointer::Breadcrumb);
        let shown = shown.iter().cloned().chain(noted);
        let mut things = Context::default();
        things.extend(shown.map(|thing| self.places.name(thing)));
        things
    }

    /// What rules say of it, who know what is shown alone.
    #[must_use]
    pub fn by_rules(&self, occurrence: &Occurrence) -> Analysis {
        let mut analysis = rules::analyze(occurrence, &self.circumstances);
        for one in &mut analysis.evidence {
            one.points_at = self.places.name(one.points_at.clone());
        }
        analysis
    }
}

/// The same with the last elements of each list, which are the newest, and the beginning of each text.
fn bounded(value: &Value, items: usize, chars: usize) -> Value {
    match value {
        Value::String(text) => Value::String(text.chars().take(chars).collect()),
        Value::Array(list) => {
            let last = list.iter().skip(list.len().saturating_sub(items));
            Value::Array(last.map(|item| bounded(item, items, chars)).collect())
        }
        Value::Object(fields) => {
            let first = fields.iter().take(FIELDS_MAX);
            let first = first.filter(|(name, _)| *name != "vars");
            let first = first.map(|(name, value)| (name.clone(), bounded(value, items, chars)));
            Value::Object(first.collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_bounded_keeps_what_is_newest_and_leaves_people_out() {
        let frame = |n: usize| {
            json!({"function": format!("f{n}"), "lineno": n, "vars": {"a": "b"},
            "context_line": "x".repeat(5_000), "pre_context": vec!["y".repeat(900); 5]})
        };
        let frames: Vec<_> = (0..300).map(frame).collect();
        let event = json!({
            "exception": {"values": [{"type": "E", "value": "v", "stacktrace": {"frames": frames}}]},
            "user": {"email": "ann@example.com"},
            "request": {"url": "https://shop.example"},
        });
        let material = Material::of(ErrorId::default(), &event, rules::Circumstances::default());
        let text = material.event.to_string();
        assert!(text.len() <= BYTES_MAX, "{}", text.len());
        assert!(text.contains("f299") && !text.contains("vars"));
        assert!(!text.contains("ann@") && !text.contains("shop.example"));
        let occurrence = material.occurrence().unwrap();
        assert_eq!(occurrence.exceptions.len(), 1);
    }

    #[test]
    fn breadcrumbs_can_be_pointed_at_in_either_form() {
        for breadcrumbs in [
            json!([{"message": "a"}]),
            json!({"values": [{"message": "a"}]}),
        ] {
            let event = json!({"message": "m", "breadcrumbs": breadcrumbs});
            let material = Material::of(ErrorId::default(), &event, Default::default());
            let things = material.things(&material.occurrence().unwrap());
            assert!(things.has(&Pointer::Breadcrumb(0)));
            assert!(!things.has(&Pointer::Breadcrumb(1)));
        }
    }
}
