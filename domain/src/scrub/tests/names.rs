//! Secrets known by the name before them, in every way a text can write it.

use super::*;

/// True if the rules leave nothing of the secret `hush…` in this text.
fn hides(text: &str) -> bool {
    !scrub_text(text, &Rules::default()).contains("hush")
}

#[test]
fn a_name_with_an_equals_sign_hides_its_value() {
    for text in [
        "password=hush",
        "DB_PASSWORD=hush next",
        "Server=x;Pwd=hush;",
        "export API_KEY=\"hush hush\"",
        "User(name='joe', password='hush', token=\"hush\")",
        "SET password = 'hush'",
        "password = hush",
        "user[password]=hush&b=1",
        "user%5Bpassword%5D=hush",
        "https://host/?x=1&access_token=hush#id_token=hush",
        "https://host/?X-Amz-Signature=hush",
        "password=\"hu\\\"hush\"",
    ] {
        assert!(hides(text), "{text}");
    }
}

#[test]
fn a_name_in_quotes_hides_its_value() {
    for text in [
        r#"{"password":"hush","token": "hush"}, cut o"#,
        r#"{\"password\":\"hush\"}"#,
        r#"{\\\"password\\\": \\\"hush\\\"}"#,
        r#"{'password': b'hush', 'Cookie': u'a=1; b=hush'}"#,
        r#"{"password": ["hush", "hush"], "b": 1}, cut o"#,
        r#"{"token": {"a": {"b": "hush"}}}, cut o"#,
        r#"{"password" => "hush", :token=>"hush"}"#,
        "[('Authorization', 'Bearer hush')]",
    ] {
        assert!(hides(text), "{text}");
    }
}

#[test]
fn a_number_behind_a_password_goes_but_not_a_count_of_tokens() {
    let shown = scrub_text(
        r#"so {"password": 1234, "max_token": 512}"#,
        &Rules::default(),
    );
    assert_eq!(shown, r#"so {"password": [Filtered], "max_token": 512}"#);
}

#[test]
fn a_colon_alone_counts_before_what_looks_like_a_secret() {
    assert!(hides("password:hush"));
    assert!(hides("password: 'hush'"));
    assert!(hides("API key: hush1234"));
    for prose in [
        "unexpected token: x",
        "password: this field is required",
        "unexpected token: '}'",
        "session: closed",
    ] {
        assert_eq!(scrub_text(prose, &Rules::default()), prose);
    }
}

#[test]
fn comparisons_and_words_stay() {
    for text in [
        "if token == other",
        "the password, the token",
        "token -> hush",
        "['password', 'email']",
        "f(token)",
        r#"so {"token":null,"password":true}"#,
    ] {
        assert_eq!(scrub_text(text, &Rules::default()), text);
    }
}

#[test]
fn header_lines_lose_all_their_values() {
    for text in [
        "Authorization: hush",
        "Authorization: Bearer hush",
        "authorization=Bearer hush",
        "GET / HTTP/1.1\r\nCookie: a=hush; b=hush\r\nX-Api-Key: hush\r\nHost: h",
        "Set-Cookie: a=hush; Path=/",
        "Proxy-Authorization: Digest username=joe, response=hush",
    ] {
        assert!(hides(text), "{text}");
    }
    let shown = scrub_text("Cookie: a=1\r\nHost: h", &Rules::default());
    assert_eq!(shown, "Cookie: [Filtered]\r\nHost: h");
}

#[test]
fn arguments_of_a_command_are_known_by_their_flag() {
    assert!(hides("run --password hush --user joe"));
    assert!(hides("run --db-token hush"));
    assert_eq!(
        run(r#"{"sys.argv":["run","--user","joe","--api-key","hush","-x"]}"#),
        r#"{"sys.argv":["run","--user","joe","--api-key","[Filtered]","-x"]}"#
    );
}

#[test]
fn names_that_a_project_added_count_in_texts_too() {
    let rules = Rules {
        extra_keys: vec!["national_id".to_owned()],
        ..Rules::default()
    };
    for text in [
        "?nationalId=hush&x=1",
        "so {'national-id': 'hush'}",
        "NATIONAL_ID = 'hush'",
    ] {
        assert!(!scrub_text(text, &rules).contains("hush"), "{text}");
        assert_eq!(scrub_text(text, &Rules::default()), text);
    }
}

#[test]
fn a_text_that_is_json_is_scrubbed_as_json() {
    assert_eq!(
        run(r#"{"data":"{\"a\": [{\"db_pass\": [\"hush\"]}], \"n\": 1}"}"#),
        r#"{"data":"{\"a\":[{\"db_pass\":\"[Filtered]\"}],\"n\":1}"}"#
    );
    assert_eq!(
        run(r#"{"data":"{\"a\":\"{\\\"pass\\\": \\\"hush\\\"}\"}"}"#),
        r#"{"data":"{\"a\":\"{\\\"pass\\\":\\\"[Filtered]\\\"}\"}"}"#
    );
}

#[test]
fn a_text_that_is_json_without_secrets_keeps_its_form() {
    let json = r#"{"data":"{ \"a\": [1, 2] }"}"#;
    assert_eq!(run(json), json);
}

#[test]
fn json_in_a_text_that_is_too_deep_is_scrubbed_as_text() {
    let deep = format!(r#"{}{{"password":"hush"}}"#, "[".repeat(100));
    assert!(hides(&deep));
    let json = serde_json::json!({ "data": deep }).to_string();
    assert!(!run(&json).contains("hush"));
}

#[test]
fn json_in_json_in_json_in_json_loses_its_secrets() {
    let mut json = r#"{"password":"hush"}"#.to_owned();
    for _ in 0..5 {
        json = serde_json::json!({ "data": json }).to_string();
        assert!(!run(&json).contains("hush"), "{json}");
    }
}

proptest! {
    #[test]
    fn a_text_is_the_same_after_a_second_pass(
        parts in proptest::collection::vec(proptest::sample::select(vec![
            "password", "token", "api_key", "Cookie", "x-api-key", "--", "=", ":", " => ", " = ",
            ", ", " ", "\"", "'", "\\\"", "\\", "(", ")", "[", "]", "{", "}", "b'", "é", "\n",
            "hush", "12345", "Bearer ", "[Filtered]", "&", ";", "%5D",
        ]), 0..12)
    ) {
        let rules = Rules { extra_keys: vec!["hush".to_owned()], ..Rules::default() };
        let once = scrub_text(&parts.concat(), &rules);
        prop_assert_eq!(scrub_text(&once, &rules), once);
    }
}
