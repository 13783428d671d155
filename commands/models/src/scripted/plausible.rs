//! Answers that nobody thought about: of the schema that is asked for, with words of the prompt.

use serde_json::{Map, Value, json};

use super::{Asked, Step};

/// Characters of a text.
const TEXT_MAX: usize = 160;

/// An answer that fits the schema: the same to the same question.
#[must_use]
pub fn answer(asked: &Asked) -> Value {
    let lines = asked.user.lines().map(str::trim);
    let lines = lines.filter(|line| line.len() > 3 && !line.starts_with("```"));
    let prompt = Prompt {
        lines: lines.collect(),
    };
    match &asked.schema {
        Some(schema) => prompt.value(schema, ""),
        None => json!({ "text": prompt.line("") }),
    }
}

/// What a model says at a step at which it says something.
pub(super) fn said(step: &Step, answer: impl Fn() -> Value) -> String {
    match step {
        Step::Say(text) => text.clone(),
        Step::Empty => String::new(),
        Step::Prose => "Rain is water that falls from the clouds.".to_owned(),
        Step::Violation => {
            let mut answer = answer();
            if let Some(fields) = answer.as_object_mut()
                && let Some(first) = fields.keys().next().cloned()
            {
                fields.remove(&first);
            }
            answer.to_string()
        }
        _ => answer().to_string(),
    }
}

/// The first half of a text.
pub(super) fn half(text: &str) -> String {
    text.chars().take(text.chars().count() / 2).collect()
}

/// A number for a text (FNV-1a): the same for ever.
pub(super) fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

struct Prompt<'a> {
    lines: Vec<&'a str>,
}

impl Prompt<'_> {
    fn value(&self, schema: &Value, at: &str) -> Value {
        if let Some(alternatives) = schema["anyOf"].as_array() {
            let something = alternatives.iter().find(|one| one["type"] != "null");
            return something.map_or(Value::Null, |one| self.value(one, at));
        }
        let kind = schema["type"]
            .as_str()
            .or_else(|| schema["type"][0].as_str());
        match kind {
            Some("object") => self.object(schema, at),
            Some("array") => {
                let count = 1 + digest(at) % 2;
                let item = |index| self.value(&schema["items"], &format!("{at}/{index}"));
                Value::Array((0..count).map(item).collect())
            }
            Some("string") => match schema["enum"].as_array() {
                Some(values) => self.choice(values, at),
                None => json!(self.line(at)),
            },
            Some("integer") => json!(1 + digest(at) % 5),
            Some("number") => json!(0.5 + (digest(at) % 5) as f64 / 10.0),
            Some("boolean") => json!(true),
            _ => Value::Null,
        }
    }

    fn object(&self, schema: &Value, at: &str) -> Value {
        let properties = schema["properties"].as_object().into_iter().flatten();
        let field = |(name, schema): (&String, &Value)| {
            let value = self.value(schema, &format!("{at}/{name}"));
            (name.clone(), value)
        };
        Value::Object(properties.map(field).collect::<Map<_, _>>())
    }

    /// A value that the prompt speaks of, or any.
    fn choice(&self, values: &[Value], at: &str) -> Value {
        let texts: Vec<&Value> = values.iter().filter(|value| value.is_string()).collect();
        let is_named = |value: &&&Value| {
            let value = value.as_str().unwrap_or_default().to_lowercase();
            let mut lines = self.lines.iter();
            lines.any(|line| line.to_lowercase().contains(&value))
        };
        let any = digest(at) % (texts.len().max(1) as u64);
        let chosen = texts.iter().find(is_named);
        let chosen = chosen.or_else(|| texts.get(any as usize));
        chosen.map_or(Value::Null, |value| (*value).clone())
    }

    /// A line of the prompt.
    fn line(&self, at: &str) -> String {
        let any = digest(at) % (self.lines.len().max(1) as u64);
        let line = self.lines.get(any as usize).copied();
        line.unwrap_or("nothing was said")
            .chars()
            .take(TEXT_MAX)
            .collect()
    }
}
