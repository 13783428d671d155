//! What senders send, and what is made of it.

mod forms;
mod lenient;

use serde_json::Value;

use super::*;

fn read(event: &Value) -> Occurrence {
    decode(event.to_string().as_bytes()).unwrap()
}
