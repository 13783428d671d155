//! From a text to the JSON in it: models put it in fences, and words around it.

use serde_json::{Deserializer, Value};

/// The JSON that `text` is, or the largest object within it.
///
/// # Errors
/// What is wrong with it as it stands.
pub(crate) fn json(text: &str) -> Result<Value, String> {
    let text = text.trim();
    match serde_json::from_str(text) {
        Ok(value) => Ok(value),
        Err(fault) => within(text).ok_or_else(|| format!("it is no JSON, {fault}")),
    }
}

/// The object that takes most of the text. One begins at a brace, and ends where its JSON does.
fn within(text: &str) -> Option<Value> {
    let (mut found, mut longest, mut from) = (None, 0, 0);
    // Each brace that begins none is tried, so their number has a bound.
    for _ in 0..64 {
        let Some(begin) = text[from..].find('{') else {
            break;
        };
        let begin = from + begin;
        let mut values = Deserializer::from_str(&text[begin..]).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) => {
                let length = values.byte_offset();
                if length > longest {
                    (found, longest) = (Some(value), length);
                }
                from = begin + length;
            }
            _ => from = begin + 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_is_found_in_fences_and_among_words() {
        let wanted = json!({ "a": { "b": "}" }, "c": [1] });
        for text in [
            r#"{"a":{"b":"}"},"c":[1]}"#,
            "\n  {\"a\":{\"b\":\"}\"},\"c\":[1]}  \n",
            "```json\n{\"a\":{\"b\":\"}\"},\"c\":[1]}\n```",
            "Here it is: {\"a\":{\"b\":\"}\"},\"c\":[1]}. Anything else?",
            "<think>a set {x} and {\"y\":1}</think>\n{\"a\":{\"b\":\"}\"},\"c\":[1]}",
            "if (x) { y } then {\"a\":{\"b\":\"}\"},\"c\":[1]}",
        ] {
            assert_eq!(json(text), Ok(wanted.clone()), "{text}");
        }
    }

    #[test]
    fn a_text_without_is_told_and_takes_no_time() {
        for text in ["", "no", "{\"a\":", "{{{{", "}{"] {
            assert!(
                json(text).unwrap_err().starts_with("it is no JSON"),
                "{text}"
            );
        }
        json(&"{".repeat(1_000_000)).unwrap_err();
    }
}
