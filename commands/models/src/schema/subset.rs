//! Whether a schema is of the subset.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Fault, below};

/// Levels of objects and lists. Ten are promised, but accounts have met five.
const LEVELS_MAX: usize = 4;
/// Properties of all objects together.
const PROPERTIES_MAX: usize = 5_000;
/// Values of all enums together.
const VALUES_MAX: usize = 1_000;
/// Characters of all names and values together.
const CHARACTERS_MAX: usize = 120_000;

const TYPES: [&str; 6] = ["object", "array", "string", "number", "integer", "boolean"];

#[derive(Default)]
struct Counted {
    properties: usize,
    values: usize,
    characters: usize,
}

pub(super) fn check(schema: &Value) -> Result<(), Fault> {
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        return Err(Fault::new("", "must be of the type `object`"));
    }
    let mut counted = Counted::default();
    walk(schema, "", 1, &mut counted)?;
    for (count, bound, of) in [
        (counted.properties, PROPERTIES_MAX, "properties"),
        (counted.values, VALUES_MAX, "enum values"),
        (counted.characters, CHARACTERS_MAX, "characters of names"),
    ] {
        if count > bound {
            return Err(Fault::new("", format!("has {count} {of}, over {bound}")));
        }
    }
    Ok(())
}

fn walk(schema: &Value, at: &str, level: usize, counted: &mut Counted) -> Result<(), Fault> {
    let node = schema.as_object();
    let node = node.ok_or_else(|| Fault::new(at, "must be a schema object"))?;
    if let Some(alternatives) = node.get("anyOf") {
        knows_only(node, &["anyOf", "description"], at)?;
        let at = below(at, "anyOf");
        let alternatives = alternatives.as_array().filter(|list| !list.is_empty());
        let alternatives = alternatives.ok_or_else(|| Fault::new(&at, "must be a list"))?;
        for (index, alternative) in alternatives.iter().enumerate() {
            let is_null = *alternative == serde_json::json!({ "type": "null" });
            if !is_null {
                walk(alternative, &below(&at, &index.to_string()), level, counted)?;
            }
        }
        return Ok(());
    }
    let (kind, is_nullable) = kind(node, at)?;
    if matches!(kind, "object" | "array") && level > LEVELS_MAX {
        return Err(Fault::new(at, format!("is deeper than {LEVELS_MAX}")));
    }
    match kind {
        "object" => object(node, at, level, counted),
        "array" => {
            knows_only(node, &["type", "description", "items"], at)?;
            let items = node.get("items");
            let items = items.ok_or_else(|| Fault::new(at, "must say its `items`"))?;
            walk(items, &below(at, "items"), level + 1, counted)
        }
        "string" => {
            knows_only(node, &["type", "description", "enum"], at)?;
            values(node, is_nullable, at, counted)
        }
        _ => knows_only(node, &["type", "description"], at),
    }
}

/// The type, and whether null may stand in its place.
fn kind<'a>(node: &'a Map<String, Value>, at: &str) -> Result<(&'a str, bool), Fault> {
    let found = match node.get("type") {
        Some(Value::String(kind)) => Some((kind.as_str(), false)),
        Some(Value::Array(kinds)) => match kinds.as_slice() {
            [Value::String(kind), Value::String(null)] if null == "null" => {
                Some((kind.as_str(), true))
            }
            _ => None,
        },
        _ => None,
    };
    let found = found.filter(|(kind, _)| TYPES.contains(kind));
    found.ok_or_else(|| Fault::new(at, "must have one `type`, or one and then \"null\""))
}

fn object(
    node: &Map<String, Value>,
    at: &str,
    level: usize,
    counted: &mut Counted,
) -> Result<(), Fault> {
    let known = [
        "type",
        "description",
        "properties",
        "required",
        "additionalProperties",
    ];
    knows_only(node, &known, at)?;
    if node.get("additionalProperties") != Some(&Value::Bool(false)) {
        let what = "must say `additionalProperties: false`";
        return Err(Fault::new(at, what));
    }
    let properties = node.get("properties").and_then(Value::as_object);
    let properties = properties.ok_or_else(|| Fault::new(at, "must say its `properties`"))?;
    let required = node.get("required").and_then(Value::as_array);
    let required = required.into_iter().flatten().filter_map(Value::as_str);
    let required: BTreeSet<_> = required.collect();
    let is_required = |name: &String| required.contains(name.as_str());
    if required.len() != properties.len() || !properties.keys().all(is_required) {
        return Err(Fault::new(at, "must list every property in `required`"));
    }
    counted.properties += properties.len();
    let at = below(at, "properties");
    for (name, property) in properties {
        counted.characters += name.chars().count();
        walk(property, &below(&at, name), level + 1, counted)?;
    }
    Ok(())
}

fn values(
    node: &Map<String, Value>,
    is_nullable: bool,
    at: &str,
    counted: &mut Counted,
) -> Result<(), Fault> {
    let Some(values) = node.get("enum") else {
        return Ok(());
    };
    let values = values.as_array().filter(|values| !values.is_empty());
    let values = values.ok_or_else(|| Fault::new(at, "has an `enum` without values"))?;
    if values.iter().any(Value::is_null) != is_nullable {
        return Err(Fault::new(at, "has null in `type` or `enum` alone"));
    }
    if !values
        .iter()
        .all(|value| value.is_string() || value.is_null())
    {
        return Err(Fault::new(at, "has an `enum` of other than strings"));
    }
    counted.values += values.len();
    let texts = values.iter().filter_map(Value::as_str);
    counted.characters += texts.map(|text| text.chars().count()).sum::<usize>();
    Ok(())
}

fn knows_only(node: &Map<String, Value>, known: &[&str], at: &str) -> Result<(), Fault> {
    match node.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(Fault::new(
            at,
            format!("`{key}` is not taken by every model"),
        )),
        None => Ok(()),
    }
}
