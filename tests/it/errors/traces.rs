//! Stack traces as each language prints them.

use serde_json::json;

use crate::app::TestApp;

/// The platform, what was raised, the function it was raised in, and how it is printed.
const TRACES: [(&str, &str, &str, &str); 8] = [
    (
        "python",
        "KeyError",
        "add",
        "Traceback (most recent call last):\n  File \"/srv/cart.py\", line 17, in add\n    return carts[key]\nKeyError: 'cart'",
    ),
    (
        "javascript",
        "TypeError",
        "add",
        "TypeError: cart is undefined\n    at add (/srv/cart.js:17:3)\n    at main (/srv/main.js:2:1)",
    ),
    (
        "java",
        "IllegalStateException",
        "add",
        "java.lang.IllegalStateException: no cart\n\tat shop.Cart.add(Cart.java:17)\n\tat shop.Main.main(Main.java:2)",
    ),
    (
        "go",
        "panic",
        "add",
        "panic: no cart\n\ngoroutine 1 [running]:\nmain.add(0x1)\n\t/srv/cart.go:17 +0x1d\nmain.main()\n\t/srv/main.go:2 +0x2a\n",
    ),
    (
        "native",
        "panic",
        "add",
        "thread 'main' panicked at src/cart.rs:17:5:\nno cart\nstack backtrace:\n   0: shop::add\n             at ./src/cart.rs:17:5\n   1: shop::main\n             at ./src/main.rs:2:1\n",
    ),
    (
        "csharp",
        "InvalidOperationException",
        "Add",
        "System.InvalidOperationException: no cart\n   at Shop.Cart.Add(String key) in /srv/Cart.cs:line 17\n   at Shop.Program.Main() in /srv/Program.cs:line 2",
    ),
    (
        "ruby",
        "KeyError",
        "add",
        "cart.rb:17:in `add': key not found (KeyError)\n\tfrom main.rb:2:in `<main>'",
    ),
    (
        "php",
        "RuntimeException",
        "add",
        "PHP Fatal error:  Uncaught RuntimeException: no cart in /srv/cart.php:17\nStack trace:\n#0 /srv/main.php(2): add('cart')\n#1 {main}\n  thrown in /srv/cart.php on line 17",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_of_each_language_becomes_frames() {
    let app = TestApp::start().await;
    for (platform, kind, function, trace) in TRACES {
        let report = json!({"title": format!("a trace of {platform}"), "stack_trace": trace});
        let created = app.post("/api/v1/errors", &report).await.expect(201);
        let event_id = created["event_id"].as_str().unwrap();
        let payload = app.occurrence(event_id).await["payload"].clone();
        assert_eq!(payload["platform"], platform);
        let exception = payload["exception"]["values"][0].to_string();
        assert!(exception.contains(kind), "{platform}: {exception}");
        assert!(exception.contains(function), "{platform}: {exception}");
        assert!(exception.contains("17"), "{platform}: {exception}");
    }
    app.stop().await;
}

/// The words differ, the place is the same.
#[tokio::test(flavor = "multi_thread")]
async fn reports_of_one_trace_are_one_error() {
    let app = TestApp::start().await;
    for title in ["the cart is broken", "cannot buy anything"] {
        let report = json!({"title": title, "stack_trace": TRACES[0].3});
        app.post("/api/v1/errors", &report).await.expect(201);
    }
    let errors = app.errors().await;
    assert_eq!((errors.len(), &errors[0]["count"]), (1, &json!(2)));
    app.stop().await;
}
