//! The scrub pass: no planted secret survives, what comes out is JSON that any database takes,
//! and scrubbing it again changes nothing.

use bugsage_domain::scrub::{Limits, Refused, Rules, scrub};
use serde_json::Value;

const SECRET: &str = "pl4nted-s3cret";
/// What scrubbing may make of one byte: `[Filtered]` in quotes.
const GROWTH: usize = 12;

pub(crate) fn hold(json: &[u8]) {
    let (rules, limits) = (Rules::default(), Limits::default());
    if let Ok(once) = scrub(json, &rules, &limits) {
        assert!(once.json.len() <= GROWTH * json.len());
        let text = std::str::from_utf8(&once.json).expect("UTF-8");
        let event = serde_json::from_str(text).expect("JSON");
        assert!(!holds_nul(&event), "{text}");
        let twice = scrub(&once.json, &rules, &limits).expect("what is clean is taken");
        assert_eq!(
            text,
            String::from_utf8_lossy(&twice.json),
            "clean stays clean"
        );
    }
    let Ok(mut event) = serde_json::from_slice::<Value>(json) else {
        return;
    };
    if let Value::Object(members) = &mut event {
        members.remove("modules"); // there, keys are packages
    }
    if event.to_string().contains(SECRET) {
        return; // the fuzzer reads it out of the comparison below, and puts it anywhere
    }
    plant(&mut event);
    match scrub(event.to_string().as_bytes(), &rules, &limits) {
        Ok(scrubbed) => {
            let text = String::from_utf8_lossy(&scrubbed.json);
            assert!(!text.contains(SECRET), "{text}");
        }
        Err(refused) => assert!(matches!(refused, Refused::TooDeep { .. }), "{refused}"),
    }
}

/// PostgreSQL takes no NUL in a text. A backslash before `u0000` makes none.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(members) => {
            let mut members = members.iter();
            members.any(|(key, value)| key.contains('\0') || holds_nul(value))
        }
        _ => false,
    }
}

/// Puts secrets into every object and every list, in each of the forms they come in.
fn plant(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(plant);
            members.insert("db_password".to_owned(), SECRET.into());
            members.insert("note".to_owned(), format!("x token={SECRET} y").into());
        }
        Value::Array(items) => {
            items.iter_mut().for_each(plant);
            items.push(format!("Bearer {SECRET}").into());
            items.push(format!("{{\"api_key\":\"{SECRET}\"}}").into());
        }
        _ => {}
    }
}
