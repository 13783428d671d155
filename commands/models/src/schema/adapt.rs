//! From a richer schema to one of the subset.

use serde_json::{Map, Value, json};

use super::{Fault, below};

/// What only bounds or describes, and goes: whoever reads the answer checks the bounds.
const DROPPED: [&str; 25] = [
    "$schema",
    "$id",
    "$comment",
    "$defs",
    "definitions",
    "title",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// A schema in another, and the references that led there.
struct Within<'a> {
    root: &'a Value,
    followed: Vec<&'a str>,
}

pub(super) fn adapted(schema: &Value) -> Result<Value, Fault> {
    let mut within = Within {
        root: schema,
        followed: Vec::new(),
    };
    within.node(schema, "")
}

impl<'a> Within<'a> {
    fn node(&mut self, schema: &'a Value, at: &str) -> Result<Value, Fault> {
        let node = schema.as_object().filter(|node| !node.is_empty());
        let node = node.ok_or_else(|| Fault::new(at, "may be anything: say its type"))?;
        let mut adapted = if let Some(name) = node.get("$ref") {
            self.reference(name, at)?
        } else if let Some(Value::Array(all)) = node.get("allOf") {
            match all.as_slice() {
                [only] => self.node(only, &below(at, "allOf/0"))?,
                _ => return Err(Fault::new(at, "has an `allOf` of several")),
            }
        } else if let Some(alternatives) = node.get("anyOf").or_else(|| node.get("oneOf")) {
            self.alternatives(alternatives, at)?
        } else if let Some(value) = node.get("const") {
            json!({ "type": "string", "enum": [value] })
        } else {
            self.typed(node, at)?
        };
        if let Some(description) = node.get("description") {
            adapted["description"] = description.clone();
        }
        Ok(adapted)
    }

    fn reference(&mut self, name: &'a Value, at: &str) -> Result<Value, Fault> {
        let name = name.as_str().unwrap_or_default();
        let found = name
            .strip_prefix('#')
            .and_then(|path| self.root.pointer(path));
        let found = found.ok_or_else(|| Fault::new(at, format!("`{name}` leads nowhere")))?;
        if name == "#" || self.followed.contains(&name) {
            return Err(Fault::new(at, format!("`{name}` leads to itself")));
        }
        self.followed.push(name);
        let adapted = self.node(found, at);
        self.followed.pop();
        adapted
    }

    fn alternatives(&mut self, alternatives: &'a Value, at: &str) -> Result<Value, Fault> {
        let alternatives = alternatives.as_array().map_or(&[][..], Vec::as_slice);
        let null = json!({ "type": "null" });
        let mut adapted = Vec::new();
        for (index, alternative) in alternatives.iter().enumerate() {
            let at = below(at, &index.to_string());
            adapted.push(match alternative["type"] == "null" {
                true => null.clone(),
                false => self.node(alternative, &at)?,
            });
        }
        // An enum whose values have a description each comes as an alternative for each.
        let values = |one: &Value| one["enum"].as_array().cloned();
        let Some(values) = adapted.iter().map(values).collect::<Option<Vec<_>>>() else {
            return Ok(json!({ "anyOf": adapted }));
        };
        Ok(json!({ "type": "string", "enum": values.concat() }))
    }

    fn typed(&mut self, node: &'a Map<String, Value>, at: &str) -> Result<Value, Fault> {
        let used = [
            "type",
            "description",
            "enum",
            "properties",
            "required",
            "additionalProperties",
            "items",
        ];
        let is_other = |key: &&String| !used.contains(&key.as_str()) && !is_dropped(key);
        if let Some(key) = node.keys().find(is_other) {
            return Err(Fault::new(at, format!("`{key}` cannot be adapted")));
        }
        let mut adapted = Map::new();
        adapted.insert("type".to_owned(), kind(node));
        if let Some(values) = node.get("enum") {
            adapted.insert("enum".to_owned(), values.clone());
        }
        if let Some(items) = node.get("items") {
            let items = self.node(items, &below(at, "items"))?;
            adapted.insert("items".to_owned(), items);
        }
        let is_object = adapted["type"] == "object" || adapted["type"] == json!(["object", "null"]);
        if is_object {
            self.object(node, at, &mut adapted)?;
        }
        Ok(Value::Object(adapted))
    }

    fn object(
        &mut self,
        node: &'a Map<String, Value>,
        at: &str,
        adapted: &mut Map<String, Value>,
    ) -> Result<(), Fault> {
        let more = node.get("additionalProperties");
        if more.is_some_and(Value::is_object) {
            return Err(Fault::new(at, "is a map: make it a list of pairs"));
        }
        let Some(Value::Object(properties)) = node.get("properties") else {
            return Err(Fault::new(at, "is an object that does not say its fields"));
        };
        let required = node.get("required").and_then(Value::as_array);
        let mut fields = Map::new();
        for (name, property) in properties {
            let here = below(&below(at, "properties"), name);
            let field = self.node(property, &here)?;
            let is_required = required.is_some_and(|names| names.contains(&json!(name)));
            let field = if is_required { field } else { nullable(field) };
            fields.insert(name.clone(), field);
        }
        let names: Vec<_> = properties.keys().cloned().collect();
        adapted.insert("properties".to_owned(), Value::Object(fields));
        adapted.insert("required".to_owned(), json!(names));
        adapted.insert("additionalProperties".to_owned(), json!(false));
        Ok(())
    }
}

/// Its type, null last; where none is said, what its other words are of.
fn kind(node: &Map<String, Value>) -> Value {
    match node.get("type") {
        Some(Value::Array(kinds)) if kinds.first() == Some(&json!("null")) => {
            Value::Array(kinds.iter().rev().cloned().collect())
        }
        Some(kind) => kind.clone(),
        None if node.contains_key("enum") => json!("string"),
        None => json!("object"),
    }
}

fn is_dropped(key: &str) -> bool {
    DROPPED.contains(&key)
}

/// The same, or null.
fn nullable(mut schema: Value) -> Value {
    if let Some(alternatives) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        let null = json!({ "type": "null" });
        if !alternatives.contains(&null) {
            alternatives.push(null);
        }
        return schema;
    }
    if let Some(kind) = schema["type"].as_str() {
        schema["type"] = json!([kind, "null"]);
        if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            values.push(Value::Null);
        }
    }
    schema
}
