use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::parametrize;
use super::*;
use proptest::prelude::*;

/// JSON of any shape, with an event's names in it.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(7, 80, 6, |inner| {
        let key = prop::sample::select(vec![
            "exception",
            "values",
            "type",
            "value",
            "stacktrace",
            "frames",
            "function",
            "module",
            "filename",
            "abs_path",
            "context_line",
            "in_app",
            "mechanism",
            "threads",
            "message",
            "logentry",
            "fingerprint",
            "checksum",
            "platform",
            "transaction",
            "lineno",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..8).prop_map(|pairs| {
                pairs
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

/// What stands in messages, and characters of any kind.
fn text() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        prop::sample::select(vec![
            "joe@example.org",
            "https://a.b/c?d",
            "10.0.0.1",
            "2001:db8::17",
            "12:31:99",
            "2026-01-02T03:04:05Z",
            "Jan 2, 2026",
            "1h2m3s",
            "0x1f",
            "9612c0c",
            "utf-8",
            "C++11",
            "IN (1, 2)",
            "SAVEPOINT s1_x1",
            "a='b'",
            "true",
            "java.io.",
            "[Filtered]",
            "::",
            "<",
            ">",
            "(",
            ")",
            "-",
            "_",
            ".",
            ":",
            "{{closure}}",
            "operator<",
            "$$Lambda$1",
            "\n",
            "{",
            "Traceback (most recent call last):",
            "  File \"a\"",
            "blob:",
            "://",
            "@",
            "\0",
            "é",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
        "[a-z]{1,8}",
        "[0-9]{1,5}",
    ];
    let glue = prop::sample::select(vec!["", " "]);
    prop::collection::vec((token, glue), 0..12).prop_map(|parts| {
        parts
            .into_iter()
            .flat_map(|(t, g)| [t, g.to_owned()])
            .collect()
    })
}

fn frame() -> impl Strategy<Value = Value> {
    (text(), text(), prop::option::of(any::<bool>())).prop_map(|(module, function, in_app)| {
        json!({"module": module, "function": function, "in_app": in_app})
    })
}

proptest! {
    #[test]
    fn any_json_object_groups_the_same_each_time_under_a_short_title(event in json()) {
        if let Ok(occurrence) = decode(event.to_string().as_bytes()) {
            let one = fingerprint(CURRENT, &occurrence);
            prop_assert_eq!(&one, &fingerprint(CURRENT, &occurrence));
            prop_assert!(one.title.chars().count() <= 255);
            prop_assert!(!one.explanation.is_empty());
        }
    }

    #[test]
    fn line_numbers_do_not_count_in_any_stack_of_named_functions(
        frames in prop::collection::vec((frame(), 1..9_999_u32, 1..9_999_u32), 1..20),
        platform in prop::sample::select(vec!["python", "java", "native", "rust", "php", "csharp"]),
    ) {
        let at = |line: fn(&(Value, u32, u32)) -> u32| {
            let frames: Vec<_> = frames.iter().map(|entry| {
                let mut frame = entry.0.clone();
                frame["function"] = json!(format!("f{}", frame["function"].as_str().unwrap()));
                frame["lineno"] = json!(line(entry));
                frame
            }).collect();
            raised(platform, "Error", "x", &frames)
        };
        prop_assert_eq!(group(&at(|e| e.1)).fingerprint, group(&at(|e| e.2)).fingerprint);
    }

    #[test]
    fn numbers_in_a_message_never_count(
        words in prop::collection::vec("[g-wyz]{3,8}", 1..8),
        numbers in prop::collection::vec((any::<u32>(), any::<u32>()), 8),
    ) {
        let with = |number: fn(&(u32, u32)) -> u32| {
            let parts = words.iter().zip(&numbers);
            let text: Vec<_> = parts.map(|(word, pair)| format!("{word} {}", number(pair))).collect();
            group(&logged(&text.join(" "))).fingerprint
        };
        prop_assert_eq!(with(|pair| pair.0), with(|pair| pair.1));
    }

    #[test]
    fn any_text_can_be_parametrized(text in any::<String>(), mixed in text()) {
        prop_assert_eq!(parametrize(&text).is_empty(), text.trim().is_empty());
        prop_assert_eq!(parametrize(&mixed).is_empty(), mixed.trim().is_empty());
    }

    #[test]
    fn a_parametrized_text_is_one_short_line(text in text(), times in 1..400_usize) {
        let line = parametrize(&text.repeat(times));
        // `<int>` and a space for each of the 4,096 bytes that are looked at.
        prop_assert!(line.len() <= 6 * 4_096);
        prop_assert!(!line.contains(['\n', '\t']) && !line.contains("  "));
    }

    #[test]
    fn what_is_parametrized_stays_as_it_is(
        parts in prop::collection::vec(prop_oneof![
            "[a-z]{1,8}".prop_map(|word| word),
            any::<i64>().prop_map(|n| n.to_string()),
            any::<f64>().prop_map(|n| n.to_string()),
            any::<u128>().prop_map(|n| format!("{n:032x}")),
            any::<Ipv4Addr>().prop_map(|ip| ip.to_string()),
            // One that begins with letters may be a path of modules, and its parts are taken for themselves.
            any::<Ipv6Addr>().prop_map(|ip| {
                let mut segments = ip.segments();
                segments[0] = 0x2001;
                Ipv6Addr::from(segments).to_string()
            }),
            any::<bool>().prop_map(|b| format!("on='{b}'")),
            Just("joe@example.org".to_owned()),
            Just("2026-01-02T03:04:05Z".to_owned()),
            Just("IN (1, 2)".to_owned()),
        ], 0..10),
    ) {
        let once = parametrize(&parts.join(" "));
        prop_assert_eq!(parametrize(&once), once);
    }
}
