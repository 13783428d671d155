//! What the model server of the demo says of an error: it reads what it was given, and knows nothing.

use bugsage_domain::analysis::Category;
use bugsage_domain::analysis::rules::{self, Circumstances};
use bugsage_domain::occurrence::{Exception, Occurrence};
use bugsage_models::scripted::{Asked, plausible};
use serde_json::{Value, json};

/// Characters of a message that are repeated.
const MESSAGE: usize = 200;
/// Related errors that are named at most.
const RELATED: usize = 3;

/// An analysis whose evidence is there; to any other question, whatever fits its schema.
pub(super) fn answer(asked: &Asked) -> Value {
    let things = Things::of(&asked.user);
    let Some(first) = things.all.first() else {
        return plausible(asked);
    };
    let exception = things.first("exception:");
    let place = things.place();
    let shown = exception.unwrap_or(first);
    let kind = shown["type"].as_str().unwrap_or("A message");
    let message = shown["message"].as_str().unwrap_or("no text");
    let message: String = message.chars().take(MESSAGE).collect();
    let of_place = |field: &str| place.and_then(|place| place[field].as_str());
    let function = of_place("function").unwrap_or("the program");
    let file = of_place("file").unwrap_or("a file that is not named");
    let claims = [
        (exception, format!("{kind} was raised: {message}.")),
        (place, format!("It was raised in {function} of {file}.")),
        (
            things.first("breadcrumb:"),
            "This happened just before.".to_owned(),
        ),
    ];
    let claims = claims.into_iter().filter_map(|(thing, claim)| {
        let points_at = thing?["thing"].as_str()?;
        Some(json!({"claim": claim, "points_at": points_at}))
    });
    let related = things
        .all
        .iter()
        .filter_map(|thing| thing["thing"].as_str()?.strip_prefix("error:"));
    json!({
        "category": category(kind, &message),
        "root_cause": {
            "whys": [
                format!("{function} failed with {kind}: {message}."),
                "What it was called with was not checked.",
            ],
            "not_found_reason": null,
        },
        "evidence": claims.collect::<Vec<_>>(),
        "impact_assessment": format!("Whoever reaches {function} this way sees a failure."),
        "suggested_fixes": [format!("Check what {function} of {file} is called with.")],
        "confidence_score": 0.6,
        "risk_level": "medium",
        "estimated_effort": "hours",
        "related_errors": related.take(RELATED).collect::<Vec<_>>(),
        "prevention_suggestions": [format!("Test {function} with what it was called with.")],
    })
}

/// What the rules make of it: the demo has no guesses of its own.
fn category(kind: &str, message: &str) -> Category {
    let exception = Exception {
        kind: Some(kind.to_owned()),
        value: Some(message.to_owned()),
        ..Exception::default()
    };
    let occurrence = Occurrence {
        exceptions: vec![exception],
        ..Occurrence::default()
    };
    rules::analyze(&occurrence, &Circumstances::default()).category
}

/// What a question to a model names: a line of JSON each.
struct Things {
    all: Vec<Value>,
}

impl Things {
    fn of(question: &str) -> Self {
        let lines = question.lines().filter(|line| line.starts_with('{'));
        let all = lines.filter_map(|line| serde_json::from_str(line).ok());
        Self { all: all.collect() }
    }

    fn first(&self, prefix: &str) -> Option<&Value> {
        let is_meant = |thing: &&Value| {
            thing["thing"]
                .as_str()
                .is_some_and(|name| name.starts_with(prefix))
        };
        self.all.iter().find(is_meant)
    }

    /// The innermost frame of the application itself.
    fn place(&self) -> Option<&Value> {
        self.all.iter().rfind(|thing| thing["in_app"] == true)
    }
}
