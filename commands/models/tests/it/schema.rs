//! The subset: what is of it, what is made to be, and what fits.

use bugsage_models::scripted::Step;
use bugsage_models::{Kind, Schema, provider};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::site::{provider as at, request, server};

fn object(properties: Value) -> Value {
    let names: Vec<_> = properties.as_object().unwrap().keys().cloned().collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": false,
    })
}

#[test]
fn what_some_provider_would_refuse_is_told_with_its_place() {
    let text = json!({ "type": "string" });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let deep = object(json!({ "a": list(list(list(list(text.clone())))) }));
    let mut open = object(json!({ "a": text }));
    open["additionalProperties"] = json!(true);
    let mut optional = object(json!({ "a": text }));
    optional["required"] = json!([]);
    for (schema, fault) in [
        (text.clone(), "the whole: must be of the type `object`"),
        (open, "the whole: must say `additionalProperties: false`"),
        (
            optional,
            "the whole: must list every property in `required`",
        ),
        (deep, "/properties/a/items/items/items: is deeper than 4"),
        (
            object(json!({ "a/b": { "type": "number", "minimum": 0 } })),
            "/properties/a~1b: `minimum` is not taken by every model",
        ),
        (
            object(json!({ "a": { "type": ["string", "number"] } })),
            "/properties/a: must have one `type`, or one and then \"null\"",
        ),
        (
            object(json!({ "a": { "$ref": "#" } })),
            "/properties/a: must have one `type`, or one and then \"null\"",
        ),
        (
            object(json!({ "a": { "type": "array" } })),
            "/properties/a: must say its `items`",
        ),
        (
            object(json!({ "a": { "type": ["string", "null"], "enum": ["x"] } })),
            "/properties/a: has null in `type` or `enum` alone",
        ),
    ] {
        assert_eq!(Schema::new(schema).unwrap_err().to_string(), fault);
    }
    let many = (0..1_001).map(|number| number.to_string());
    let many = json!({ "type": "string", "enum": many.collect::<Vec<_>>() });
    assert!(Schema::new(object(json!({ "a": many }))).is_err());
}

/// As derives write them: references, optional fields, bounds, enums with a text for each value.
#[test]
fn a_richer_schema_is_made_to_be_of_the_subset() {
    let rich = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Analysis",
        "type": "object",
        "properties": {
            "category": { "$ref": "#/$defs/Category", "description": "what it is" },
            "confidence": { "type": "number", "format": "double", "minimum": 0, "maximum": 1 },
            "evidence": { "type": "array", "maxItems": 9, "items": { "$ref": "#/$defs/Evidence" } },
            "note": { "type": ["null", "string"], "maxLength": 80 },
            "risk": { "enum": ["low", "high"] },
            "best": { "anyOf": [{ "$ref": "#/$defs/Evidence" }, { "type": "null" }] },
        },
        "required": ["category", "confidence", "evidence"],
        "$defs": {
            "Category": { "oneOf": [
                { "const": "timeout", "description": "too slow" },
                { "type": "string", "enum": ["parse", "memory"] },
            ] },
            "Evidence": {
                "type": "object",
                "properties": { "line": { "type": "integer", "minimum": 1 } },
                "required": ["line"],
            },
        },
    });
    let evidence = object(json!({ "line": { "type": "integer" } }));
    let expected = object(json!({
        "category": {
            "type": "string",
            "enum": ["timeout", "parse", "memory"],
            "description": "what it is",
        },
        "confidence": { "type": "number" },
        "evidence": { "type": "array", "items": evidence },
        "note": { "type": ["string", "null"] },
        "risk": { "type": ["string", "null"], "enum": ["low", "high", null] },
        "best": { "anyOf": [evidence, { "type": "null" }] },
    }));
    let adapted = Schema::adapted(&rich).unwrap();
    assert_eq!(*adapted.as_value(), expected);
    let again = Schema::adapted(adapted.as_value()).unwrap();
    assert_eq!(again, adapted, "what is of it stays as it is");
}

#[test]
fn what_cannot_be_said_in_it_is_told() {
    for (property, fault) in [
        (json!({ "$ref": "#/$defs/Node" }), "leads to itself"),
        (json!({ "$ref": "#/$defs/None" }), "leads nowhere"),
        (json!({ "$ref": "https://a.example/b" }), "leads nowhere"),
        (json!({}), "may be anything"),
        (json!(true), "may be anything"),
        (
            json!({ "type": "object", "additionalProperties": { "type": "string" } }),
            "is a map",
        ),
        (json!({ "type": "object" }), "does not say its fields"),
        (
            json!({ "allOf": [{ "type": "string" }, { "type": "string" }] }),
            "`allOf`",
        ),
        (
            json!({ "not": { "type": "string" } }),
            "`not` cannot be adapted",
        ),
        (
            json!({ "type": "array", "prefixItems": [] }),
            "`prefixItems` cannot",
        ),
    ] {
        let node = object(json!({ "next": { "$ref": "#/$defs/Node" } }));
        let mut schema = object(json!({ "a": property }));
        schema["$defs"] = json!({ "Node": node });
        let told = Schema::adapted(&schema).unwrap_err().to_string();
        assert!(
            told.starts_with("/properties/a") && told.contains(fault),
            "{told}"
        );
    }
}

/// A schema of the subset; what is in it is of so many levels at most.
fn schemas(levels: u32) -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(json!({ "type": "string" })),
        Just(json!({ "type": ["integer", "null"] })),
        Just(json!({ "type": "number" })),
        Just(json!({ "type": "boolean" })),
        Just(json!({ "type": "string", "enum": ["a", "b"] })),
        Just(json!({ "type": ["string", "null"], "enum": ["a", null] })),
    ];
    if levels == 0 {
        return leaf.boxed();
    }
    let list = schemas(levels - 1).prop_map(|items| json!({ "type": "array", "items": items }));
    let either = objects(levels - 1).prop_map(|one| json!({ "anyOf": [one, { "type": "null" }] }));
    prop_oneof![leaf, list, either, objects(levels - 1)].boxed()
}

fn objects(levels: u32) -> BoxedStrategy<Value> {
    let fields = prop::collection::btree_map("[a-c]", schemas(levels), 0..3);
    fields.prop_map(|fields| object(json!(fields))).boxed()
}

/// JSON that may fit such a schema.
fn answers() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        Just(json!(1.5)),
        Just(json!(2.0)),
        "[a-c]".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-c]", inner, 0..3).prop_map(|fields| json!(fields)),
        ]
    })
}

/// JSON that fits a schema, or nearly.
fn near(schema: &Value, answer: Value, seed: u8) -> Value {
    if seed.is_multiple_of(7) {
        return answer;
    }
    let kind = schema["type"]
        .as_str()
        .or_else(|| schema["type"][0].as_str());
    match kind {
        None => near(&schema["anyOf"][0], answer, seed / 2),
        Some("object") => {
            let properties = schema["properties"].as_object().unwrap().iter();
            let fields = properties.zip(1_u8..).map(|((name, property), nth)| {
                let field = near(property, answer.clone(), seed.wrapping_mul(nth) | 1);
                (name.clone(), field)
            });
            Value::Object(fields.collect())
        }
        Some("array") => json!([near(&schema["items"], answer, seed / 3)]),
        Some("string") => json!("a"),
        Some("boolean") => json!(true),
        _ => json!(3),
    }
}

proptest! {
    /// The check agrees with a whole validator of JSON Schema, and adapting changes nothing.
    #[test]
    fn what_fits_is_what_json_schema_says(
        schema in objects(2),
        answer in answers(),
        seed in any::<u8>(),
    ) {
        let validator = jsonschema::validator_for(&schema).unwrap();
        let ours = Schema::new(schema.clone()).unwrap();
        prop_assert_eq!(&Schema::adapted(&schema).unwrap(), &ours);
        for answer in [near(&schema, answer.clone(), seed), answer] {
            let fits = validator.is_valid(&answer);
            prop_assert_eq!(ours.check(&answer).is_ok(), fits, "{} {}", schema, answer);
        }
    }
}

/// The scripted server's answers fit whatever is asked for.
#[tokio::test]
async fn an_answer_is_made_of_any_schema() {
    let evidence =
        object(json!({ "line": { "type": "integer" }, "is_ours": { "type": "boolean" } }));
    let schema = object(json!({
        "best": { "anyOf": [{ "type": "null" }, evidence] },
        "all": { "type": "array", "items": evidence },
        "note": { "type": ["string", "null"], "enum": ["x", null] },
        "why": { "type": ["string", "null"], "description": "the cause" },
        "share": { "type": "number" },
    }));
    let server = server([Step::Answer]).await;
    let model = provider::model(&at(Kind::OpenAi, &server)).unwrap();
    let mut request = request();
    request.schema = Schema::new(schema).unwrap();
    let completion = model.complete(&request).await.unwrap();
    let why = completion.value["why"].as_str().unwrap();
    assert!(request.user.contains(why), "of the prompt: {why}");
}
