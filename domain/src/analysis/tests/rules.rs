//! What somebody without any model reads of the commonest error of each language.

use chrono::DateTime;
use proptest::prelude::*;

use crate::analysis::rules::{self, Circumstances};
use crate::analysis::{Analysis, Category, RootCause};
use crate::occurrence::{Exception, Frame, Message, Occurrence, Stacktrace};
use crate::severity::Severity;
use crate::trace;

const KEY_ERROR: &str = "Traceback (most recent call last):\n  File \"/srv/shop/cart.py\", line 41, in total\n    return item['price']\n           ~~~~^^^^^^^^^\nKeyError: 'price'\n";

fn occurrence(text: &str) -> Occurrence {
    let trace = trace::parse(text).expect("a known trace");
    Occurrence {
        platform: Some(trace.platform.to_owned()),
        exceptions: trace.exceptions,
        ..Occurrence::default()
    }
}

fn explain(text: &str) -> Analysis {
    held(&occurrence(text), &Circumstances::default())
}

/// Whatever rules say keeps to what is asked of models.
fn held(occurrence: &Occurrence, circumstances: &Circumstances) -> Analysis {
    let analysis = rules::analyze(occurrence, circumstances);
    assert_eq!(analysis.validate(), Ok(()), "{analysis:#?}");
    let context = rules::context(occurrence, circumstances);
    assert_eq!(
        analysis.clone().drop_unfounded(&context),
        0,
        "{analysis:#?}"
    );
    assert!(analysis.confidence_score <= 0.4);
    assert_eq!(rules::analyze(occurrence, circumstances), analysis);
    analysis
}

fn whys(analysis: &Analysis) -> &[String] {
    match &analysis.root_cause {
        RootCause::Found { whys } => whys,
        RootCause::NotFound { reason } => panic!("no cause: {reason}"),
    }
}

/// Category, both whys, and the first fix.
fn tells(text: &str, category: Category, expected: [&str; 3]) {
    let analysis = explain(text);
    let whys = whys(&analysis);
    assert_eq!(analysis.category, category, "{analysis:#?}");
    let told = [&whys[0], &whys[1], &analysis.suggested_fixes[0]];
    assert_eq!(told, expected);
}

#[test]
fn a_key_error_of_python_names_the_key_and_the_place() {
    tells(
        KEY_ERROR,
        Category::MissingKey,
        [
            "By rules, without a model: `KeyError: 'price'` came out of `total` (cart.py, line 41), at `return item['price']`.",
            "The key `price` is not in the dictionary that was asked for it.",
            "Use `.get('price')` with a default where it may be absent, or check the data where it comes in.",
        ],
    );
}

#[test]
fn a_property_of_undefined_names_the_property() {
    tells(
        "TypeError: Cannot read properties of undefined (reading 'price')\n    at total (/srv/shop/lib/cart.js:12:11)\n    at Array.map (<anonymous>)\n",
        Category::NullReference,
        [
            "By rules, without a model: `TypeError: Cannot read properties of undefined (reading 'price')` came out of `total` (cart.js, line 12).",
            "`price` was read of a value that is undefined.",
            "Use `?.price` where the value may be absent, or find out why it is not there: data that has not loaded yet, or a field the answer does not have.",
        ],
    );
}

#[test]
fn a_helpful_null_pointer_of_java_names_what_is_null_and_what_it_led_to() {
    tells(
        "com.shop.OrderException: order 12 failed\n\tat com.shop.Orders.place(Orders.java:88)\nCaused by: java.lang.NullPointerException: Cannot invoke \"String.length()\" because \"order.customer\" is null\n\tat com.shop.Mail.greet(Mail.java:7)\n\t... 1 more\n",
        Category::NullReference,
        [
            "By rules, without a model: `NullPointerException: Cannot invoke \"String.length()\" because \"order.customer\" is null` came out of `com.shop.Mail.greet` (Mail.java, line 7). It led to `OrderException: order 12 failed`.",
            "`order.customer` is null where it is used.",
            "Find out what should have set `order.customer`, and check it there (`Objects.requireNonNull`) so that it fails where it is forgotten.",
        ],
    );
}

#[test]
fn a_nil_map_of_go_says_how_to_make_it() {
    tells(
        "panic: assignment to entry in nil map\n\ngoroutine 1 [running]:\nexample.com/shop/cart.(*Cart).Add(...)\n\t/srv/shop/cart/cart.go:21\nmain.main()\n\t/srv/shop/main.go:9 +0x1d\n",
        Category::NullReference,
        [
            "By rules, without a model: `panic: assignment to entry in nil map` came out of `example.com/shop/cart.(*Cart).Add` (cart.go, line 21).",
            "A map that was declared but never made was written to.",
            "Make the map before its first write, `m = make(map[K]V)`, best where the struct that holds it is built.",
        ],
    );
}

#[test]
fn an_unwrap_of_rust_says_what_to_write_instead() {
    tells(
        "thread 'main' panicked at src/order.rs:12:9:\ncalled `Option::unwrap()` on a `None` value\nstack backtrace:\n   0: rust_begin_unwind\n   1: core::option::unwrap_failed\n   2: shop::order::place\n             at ./src/order.rs:12:9\n",
        Category::NullReference,
        [
            "By rules, without a model: `panic: called 'Option::unwrap()' on a 'None' value` came out of `shop::order::place` (./src/order.rs, line 12).",
            "`unwrap()` was called on an `Option` that is `None`: the code took it for certain that there is a value.",
            "Handle the `None`: `let Some(value) = … else { … }`, `ok_or(…)?` or `unwrap_or_default()`; where it cannot be, say why with `expect(\"…\")`.",
        ],
    );
}

#[test]
fn an_undefined_array_key_of_php_names_the_key() {
    tells(
        "ErrorException: Undefined array key \"price\" in /srv/shop/src/Cart.php:12\nStack trace:\n#0 /srv/shop/src/Checkout.php(34): Shop\\Cart->total()\n#1 {main}\n",
        Category::MissingKey,
        [
            "By rules, without a model: `ErrorException: Undefined array key \"price\"` came out of `Shop\\Cart::total` (Cart.php, line 12).",
            "The array has no key `price`.",
            "Use `$array['price'] ?? $default` where it may be absent, or check the input where it comes in.",
        ],
    );
}

#[test]
fn a_method_on_nil_of_ruby_names_the_method() {
    tells(
        "/srv/shop/item.rb:4:in 'Shop::Item#price': undefined method 'price' for nil (NoMethodError)\n\tfrom /srv/shop/cart.rb:6:in 'Shop::Cart#total'\n",
        Category::NullReference,
        [
            "By rules, without a model: `NoMethodError: undefined method 'price' for nil` came out of `Shop::Item.price` (item.rb, line 4).",
            "The method `price` was called on nil.",
            "Find out why there is no object here (a query that found nothing?), check it before, or use `&.price`.",
        ],
    );
}

#[test]
fn a_null_reference_of_csharp_says_where_to_look() {
    tells(
        "Unhandled exception. System.NullReferenceException: Object reference not set to an instance of an object.\n   at Shop.Orders.OrderService.Place(Order order) in /src/shop/OrderService.cs:line 12\n   at Shop.Program.Main(String[] args) in /src/shop/Program.cs:line 5\n",
        Category::NullReference,
        [
            "By rules, without a model: `System.NullReferenceException: Object reference not set to an instance of an object.` came out of `Shop.Orders.OrderService.Place` (OrderService.cs, line 12).",
            "A member was used of a variable that is null; .NET does not say which.",
            "Look at the line for what may be null (a query with `FirstOrDefault`, a property nobody set), check it, or use `?.`.",
        ],
    );
}

#[test]
fn what_changed_is_told_with_its_evidence() {
    let occurrence = Occurrence {
        release: Some("2.4".into()),
        environment: Some("staging".into()),
        ..occurrence(KEY_ERROR)
    };
    let circumstances = Circumstances {
        severity: Severity::Critical,
        first_seen: DateTime::from_timestamp(1_700_000_000, 0),
        releases: vec!["2.4".into()],
        environments: vec!["staging".into()],
        occurrences: 12,
        users: 3,
        ..Circumstances::default()
    };
    let analysis = held(&occurrence, &circumstances);
    assert_eq!(
        whys(&analysis)[2],
        "It was seen with release 2.4 alone, so what changed there comes first. It was seen in \
         staging only: settings, data and services may differ there."
    );
    assert_eq!(
        analysis.impact_assessment,
        "Severity critical. Seen 12 times, by 3 users. First seen 2023-11-14 22:13 UTC. \
         Environments: staging."
    );
    let evidence: Vec<_> = analysis
        .evidence
        .iter()
        .map(|e| e.points_at.to_string())
        .collect();
    assert_eq!(
        evidence,
        ["exception:0", "frame:0.0", "release:2.4", "tag:environment"]
    );
    assert_eq!(analysis.risk_level, Severity::Critical);
}

#[test]
fn what_no_rule_knows_has_no_cause_but_a_place_to_begin() {
    let mut unknown = occurrence(KEY_ERROR);
    unknown.exceptions[0].kind = Some("Oops".into());
    unknown.exceptions[0].value = Some("that went wrong".into());
    let analysis = held(&unknown, &Circumstances::default());
    assert_eq!(analysis.category, Category::Unknown);
    assert!(analysis.confidence_score == 0.0);
    assert_eq!(
        analysis.root_cause.to_string(),
        "Cause not found: By rules, without a model: neither type nor message of `Oops: that went \
         wrong` is known to the rules, so its cause cannot be told by them. It came out of `total` \
         (cart.py, line 41). Ask a model, or read the code from there."
    );
}

#[test]
fn a_weak_word_tells_less_surely_than_a_type() {
    let said = |kind: Option<&str>, value: &str| {
        let exception = Exception {
            kind: kind.map(str::to_owned),
            value: Some(value.to_owned()),
            ..Exception::default()
        };
        let occurrence = Occurrence {
            platform: Some("python".into()),
            exceptions: vec![exception],
            ..Occurrence::default()
        };
        let analysis = held(&occurrence, &Circumstances::default());
        (analysis.category, analysis.confidence_score)
    };
    let weak = said(Some("Oops"), "the socket did it");
    let strong = said(Some("KeyError"), "the socket did it");
    assert_eq!(weak.0, Category::Connection);
    assert_eq!(strong.0, Category::MissingKey);
    assert!(weak.1 < strong.1);
}

#[test]
fn a_message_that_was_only_logged_is_explained_too() {
    let logged = Occurrence {
        message: Some(Message {
            formatted: "dial tcp 10.0.0.3:5432: connect: connection refused".into(),
            template: None,
        }),
        ..Occurrence::default()
    };
    let analysis = held(&logged, &Circumstances::default());
    assert_eq!(analysis.category, Category::Connection);
    assert_eq!(
        whys(&analysis)[1],
        "Nothing accepts connections at `10.0.0.3:5432`."
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any text, any number of exceptions and frames: an answer within bounds, the same each time.
    #[test]
    fn no_text_breaks_the_rules(
        platform in prop::sample::select(vec!["python", "node", "java", "go", "native", "php", "ruby", "csharp", ""]),
        texts in prop::collection::vec(any_text(), 1..12),
        release in any_text(),
    ) {
        let text = |n: usize| Some(texts[n % texts.len()].clone());
        let exceptions = (0..texts.len()).map(|n| Exception {
            kind: text(n),
            value: text(n + 1),
            module: text(n + 2).filter(|_| n % 2 == 0),
            stacktrace: Some(Stacktrace { frames: vec![Frame {
                function: text(n + 3),
                module: text(n + 4),
                filename: text(n + 5),
                lineno: Some(n as u32),
                context_line: text(n + 6),
                ..Frame::default()
            }; n % 3] }),
            ..Exception::default()
        });
        let occurrence = Occurrence {
            platform: Some(platform.to_owned()),
            exceptions: exceptions.collect(),
            release: Some(release.clone()),
            environment: text(0),
            ..Occurrence::default()
        };
        let circumstances = Circumstances {
            releases: vec![release.clone(), release],
            environments: text(0).into_iter().collect(),
            occurrences: 2,
            ..Circumstances::default()
        };
        held(&occurrence, &circumstances);
    }
}

/// Anything, words of the tables among it, short and long.
fn any_text() -> impl Strategy<Value = String> {
    let words = "(KeyError: '|undefined method |because \"|\" is null|nil|\\[|::|`|é|\n|connection refused|open |: no such file or directory|[a-z.$]{0,9}){0,30}";
    prop_oneof![
        4 => words,
        2 => ".{0,80}",
        1 => ("é{0,9}", 1_000_usize..9_000).prop_map(|(text, times)| text.repeat(times)),
    ]
}

#[test]
fn a_driver_s_failure_is_placed_in_the_application_s_own_code() {
    let analysis = explain(
        "org.springframework.jdbc.CannotGetJdbcConnectionException: Failed to obtain JDBC Connection\n\tat org.springframework.jdbc.core.JdbcTemplate.query(JdbcTemplate.java:4)\n\tat com.shop.Orders.all(Orders.java:70)\nCaused by: org.postgresql.util.PSQLException: Connection to db:5432 refused. Check that the hostname and port are correct.\n\tat org.postgresql.core.v3.ConnectionFactoryImpl.open(ConnectionFactoryImpl.java:1)\n\t... 2 more\nCaused by: java.net.ConnectException: Connection refused\n\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)\n\tat org.postgresql.core.PGStream.createSocket(PGStream.java:260)\n\t... 3 more\n",
    );
    let whys = whys(&analysis);
    assert!(
        whys[0].contains("came out of `com.shop.Orders.all` (Orders.java, line 70)"),
        "{whys:?}"
    );
    assert_eq!(whys[1], "Nothing accepts connections at `db:5432`.");
}
