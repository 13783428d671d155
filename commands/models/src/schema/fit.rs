//! Whether an answer fits a schema of the subset.

use serde_json::{Map, Value};

use super::{Fault, below};

pub(super) fn check(schema: &Value, answer: &Value, at: &str) -> Result<(), Fault> {
    if let Some(alternatives) = schema["anyOf"].as_array() {
        // Told is the fault of the alternative that is not "null", where there is but one.
        let mut last = None;
        for alternative in alternatives {
            match check(alternative, answer, at) {
                Ok(()) => return Ok(()),
                Err(fault) if alternative["type"] != "null" => last = Some(fault),
                Err(_) => {}
            }
        }
        return Err(last.unwrap_or_else(|| Fault::new(at, "fits no alternative")));
    }
    let kinds = kinds(schema);
    let fits = |kind: &&str| is_of(kind, answer);
    if !kinds.iter().any(fits) {
        let (wanted, found) = (kinds.join(" or "), name(answer));
        return Err(Fault::new(at, format!("is {found}, not {wanted}")));
    }
    match answer {
        Value::Object(fields) => object(schema, fields, at),
        Value::Array(items) => items.iter().enumerate().try_for_each(|(index, item)| {
            check(&schema["items"], item, &below(at, &index.to_string()))
        }),
        Value::String(_) => value(schema, answer, at),
        _ => Ok(()),
    }
}

fn object(schema: &Value, fields: &Map<String, Value>, at: &str) -> Result<(), Fault> {
    let none = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&none);
    for (name, property) in properties {
        let field = fields.get(name);
        let field = field.ok_or_else(|| Fault::new(at, format!("has no `{name}`")))?;
        check(property, field, &below(at, name))?;
    }
    match fields.keys().find(|name| !properties.contains_key(*name)) {
        Some(name) => Err(Fault::new(
            at,
            format!("has `{}`, which nobody asked for", short(name)),
        )),
        None => Ok(()),
    }
}

fn value(schema: &Value, answer: &Value, at: &str) -> Result<(), Fault> {
    match schema["enum"].as_array() {
        Some(values) if !values.contains(answer) => {
            let values: Vec<_> = values.iter().map(Value::to_string).collect();
            Err(Fault::new(
                at,
                format!(
                    "is {}, not one of {}",
                    short(&answer.to_string()),
                    values.join(", ")
                ),
            ))
        }
        _ => Ok(()),
    }
}

fn kinds(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    }
}

fn is_of(kind: &str, answer: &Value) -> bool {
    match kind {
        "object" => answer.is_object(),
        "array" => answer.is_array(),
        "string" => answer.is_string(),
        "boolean" => answer.is_boolean(),
        "null" => answer.is_null(),
        "number" => answer.is_number(),
        // 3.0 is an integer to JSON Schema, and to models.
        "integer" => {
            answer.is_i64()
                || answer.is_u64()
                || answer.as_f64().is_some_and(|number| number.fract() == 0.0)
        }
        _ => false,
    }
}

/// The beginning of what a model wrote.
fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

fn name(answer: &Value) -> &'static str {
    match answer {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
