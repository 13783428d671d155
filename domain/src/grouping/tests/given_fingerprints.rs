use super::*;

/// An error of one of two kinds, with a fingerprint by the sender.
fn with(fingerprint: Value, value: &str) -> Value {
    let frame = json!({"module": "shop", "function": "pay", "in_app": true});
    let mut event = raised("python", "ValueError", value, &[frame]);
    event["fingerprint"] = fingerprint;
    event
}

fn with_checksum(checksum: &str, message: &str) -> Value {
    json!({"checksum": checksum, "message": message})
}

#[test]
fn constants_alone_decide() {
    alike(&[
        with(json!(["a", "b"]), "one"),
        with(json!(["a", "b"]), "other"),
    ]);
    different(&[
        with(json!(["a", "b"]), "one"),
        with(json!(["b", "a"]), "one"),
        with(json!(["ab"]), "one"),
        with(json!(["a"]), "one"),
    ]);
}

#[test]
fn the_default_alone_is_as_none_given() {
    for default in [
        "{{ default }}",
        "{{default}}",
        "{{   default}}",
        " {{ default }} ",
    ] {
        alike(&[with(json!(null), "one"), with(json!([default]), "one")]);
    }
    alike(&[with(json!(null), "one"), with(json!([]), "one")]);
}

#[test]
fn the_same_constant_with_another_default_is_another_group() {
    different(&[
        with(json!(["{{ default }}", "a"]), "one"),
        with(json!(["{{ default }}", "a"]), "other"),
    ]);
}

#[test]
fn another_constant_with_the_same_default_is_another_group() {
    different(&[
        with(json!(["{{ default }}", "a"]), "one"),
        with(json!(["{{ default }}", "b"]), "one"),
        with(json!(["{{ default }}"]), "one"),
    ]);
}

#[test]
fn a_mixed_fingerprint_is_alike_where_both_are() {
    alike(&[
        with(json!(["{{ default }}", "a"]), "row 1"),
        with(json!(["{{default}}", "a"]), "row 2"),
    ]);
}

#[test]
fn the_message_placeholder_is_parametrized() {
    let by_message = |value| with(json!(["{{ message }}"]), value);
    alike(&[by_message("row 1 is locked"), by_message("row 2 is locked")]);
    different(&[by_message("row 1 is locked"), by_message("row 1 is gone")]);
}

#[test]
fn placeholders_are_filled_from_the_event() {
    let event = |fingerprint: &str| {
        let mut event = with(json!([fingerprint]), "one");
        event["transaction"] = json!("/pay");
        event["level"] = json!("fatal");
        event["logger"] = json!("shop.log");
        event["tags"] = json!({"region": "north"});
        group(&event).explanation[0].value.clone()
    };
    assert_eq!(event("{{ type }}"), "ValueError");
    assert_eq!(event("{{ error.value }}"), "one");
    assert_eq!(event("{{ function }}"), "pay");
    assert_eq!(event("{{ stack.module }}"), "shop");
    assert_eq!(event("{{ transaction }}"), "/pay");
    assert_eq!(event("{{ level }}"), "fatal");
    assert_eq!(event("{{ logger }}"), "shop.log");
    assert_eq!(event("{{ tags.region }}"), "north");
    assert_eq!(event("{{ tags.none }}"), "<no tags.none>");
}

#[test]
fn numbers_count_as_their_text() {
    alike(&[with(json!([7]), "one"), with(json!(["7"]), "other")]);
}

#[test]
fn a_constant_that_reads_like_a_default_is_none() {
    let default = group(&logged("disk full")).explanation[0].value.clone();
    let mut given = logged("other");
    given["fingerprint"] = json!([default]);
    different(&[given, logged("disk full")]);
}

#[test]
fn a_checksum_decides() {
    for checksum in [
        "d41d8cd98f00b204e9800998ecf8427e",
        "no hash at all!",
        &"x".repeat(5_000),
    ] {
        alike(&[
            with_checksum(checksum, "one"),
            with_checksum(checksum, "other"),
        ]);
        different(&[
            with_checksum(checksum, "one"),
            with_checksum("other", "one"),
        ]);
    }
}

#[test]
fn overlong_checksums_differ_by_their_ends_too() {
    let long = "x".repeat(5_000);
    different(&[
        with_checksum(&format!("{long}a"), "one"),
        with_checksum(&format!("{long}b"), "one"),
    ]);
}

#[test]
fn a_fingerprint_goes_before_a_checksum() {
    let mut event = with_checksum("one", "text");
    event["fingerprint"] = json!(["given"]);
    let mut other = with_checksum("other", "text");
    other["fingerprint"] = json!(["given"]);
    alike(&[event, other]);
}
