//! Secrets known by their own form, wherever they stand.

use super::*;

#[test]
fn a_private_key_goes_with_its_lines_however_they_are_broken() {
    for (text, shown) in [
        (
            "a\n-----BEGIN RSA PRIVATE KEY-----\nhush\nhush\n-----END RSA PRIVATE KEY-----\nb",
            "a\n[Filtered]\nb",
        ),
        (
            r"a -----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----\n b",
            r"a [Filtered]\n b",
        ),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nhush", "[Filtered]"),
    ] {
        assert_eq!(scrub_text(text, &Rules::default()), shown);
    }
}

#[test]
fn a_private_key_in_the_lines_of_a_source_file_goes_to_its_end() {
    let line = "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7";
    let json = format!(
        r#"{{"pre_context":["K = '''-----BEGIN RSA PRIVATE KEY-----","{line}"],"context_line":"{line}","post_context":["x = 1","{line}"]}}"#
    );
    assert_eq!(
        run(&json),
        format!(
            r#"{{"pre_context":["K = '''[Filtered]","[Filtered]"],"context_line":"[Filtered]","post_context":["x = 1","{line}"]}}"#
        )
    );
}

#[test]
fn a_public_key_stays() {
    let text = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----";
    assert_eq!(scrub_text(text, &Rules::default()), text);
}

#[test]
fn a_card_number_goes_as_text_and_as_a_number() {
    for text in [
        "4111111111111111",
        "4111 1111 1111 1111",
        "5500-0000-0000-0004",
        "3782 822463 10005",
    ] {
        let shown = scrub_text(&format!("card {text}."), &Rules::default());
        assert_eq!(shown, "card [Filtered].");
    }
    assert_eq!(
        run(r#"{"n":4111111111111111,"id":4111111111111112,"at":1700000000000}"#),
        r#"{"n":"[Filtered]","id":4111111111111112,"at":1700000000000}"#
    );
}

#[test]
fn a_card_number_right_behind_an_address_goes_too() {
    let text = "a@shop.example4111 1111 1111 1111";
    assert_eq!(scrub_text(text, &Rules::default()), "[Filtered][Filtered]");
}

#[test]
fn credentials_in_an_address_go() {
    for address in [
        "https://joe:hush@host/",
        "postgres://joe:hu@hush@host/db",
        "redis://:hush@host/0",
    ] {
        let shown = scrub_text(address, &Rules::default());
        assert!(
            !shown.contains("hush") && shown.contains("@host/"),
            "{shown}"
        );
    }
}

#[test]
fn numbers_lists_and_objects_under_sensitive_keys_go_whole() {
    assert_eq!(
        run(
            r#"{"password":1234,"card_number":[4],"headers":{"Authorization":["a"]},"auth":{"x":1}}"#
        ),
        r#"{"password":"[Filtered]","card_number":"[Filtered]","headers":{"Authorization":"[Filtered]"},"auth":"[Filtered]"}"#
    );
}

#[test]
fn a_pair_of_members_is_known_whatever_its_capitals_and_order() {
    assert_eq!(
        run(r#"[{"Name":"X-Api-Key","Value":"a"},{"value":"b","key":"token"}]"#),
        r#"[{"Name":"X-Api-Key","Value":"[Filtered]"},{"value":"[Filtered]","key":"token"}]"#
    );
}

#[test]
fn variables_and_breadcrumbs_are_scrubbed_like_all_else() {
    assert_eq!(
        run(
            r#"{"vars":{"db_password":"'a'","q":"?token=a"},"breadcrumbs":[{"data":{"Cookie":"a"}}]}"#
        ),
        r#"{"vars":{"db_password":"[Filtered]","q":"?token=[Filtered]"},"breadcrumbs":[{"data":{"Cookie":"[Filtered]"}}]}"#
    );
}
