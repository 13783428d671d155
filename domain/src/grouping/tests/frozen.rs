//! Version 1 is frozen: stored fingerprints are its answers. A difference here is a new version.

use super::*;

fn events() -> Vec<(&'static str, Value)> {
    let own = |module: &str, function: &str| json!({"module": module, "function": function, "in_app": true, "lineno": 7});
    let given = |fingerprint: Value| {
        let mut event = raised(
            "python",
            "ValueError",
            "bad row 7",
            &[own("shop.cart", "pay")],
        );
        event["fingerprint"] = fingerprint;
        event
    };
    vec![
        ("an exception", given(json!(null))),
        ("constants", given(json!(["a", "b"]))),
        (
            "a constant and the default",
            given(json!(["{{ default }}", "a"])),
        ),
        (
            "a checksum",
            json!({"checksum": "d41d8cd98f00b204e9800998ecf8427e"}),
        ),
        (
            "a log message",
            logged("order 4711 of joe@example.org at 2026-01-02T03:04:05Z: true"),
        ),
        (
            "a chain",
            json!({"platform": "java", "exception": {"values": [
            {"type": "SQLException", "value": "no such savepoint: ROLLBACK TO s1_x2"},
            {"type": "ShopException", "value": "payment failed\nat once", "stacktrace": {"frames": [
                own("shop.Cart$$EnhancerBySpringCGLIB$$a1b2c3d4", "lambda$pay$3")]}}]}}),
        ),
        (
            "an aggregate",
            json!({"exception": {"values": [
            {"type": "KeyError", "value": "'id'"},
            {"type": "ValueError", "value": "row 1"},
            {"type": "ExceptionGroup", "value": "2 failed", "mechanism": {"is_exception_group": true}}]}}),
        ),
        (
            "a browser",
            raised(
                "javascript",
                "TypeError",
                "x is undefined",
                &[json!({
            "function": "Cart.pay/<", "filename": "https://a.example.org/app.0f3a1c22.js"})],
            ),
        ),
        (
            "a Rust panic",
            raised(
                "rust",
                "panic",
                "called `Option::unwrap()` on a `None` value",
                &[
                    json!({"function": "core::panicking::panic_fmt"}),
                    json!({"function": "shop::cart::pay::<u8>::{{closure}}::h0123456789abcdef", "filename": "src/cart.rs"}),
                ],
            ),
        ),
        (
            "a recursion",
            raised(
                "python",
                "RecursionError",
                "maximum recursion depth exceeded",
                &["a", "b"]
                    .repeat(100)
                    .iter()
                    .map(|f| own("m", f))
                    .collect::<Vec<_>>(),
            ),
        ),
        (
            "an NSError",
            json!({"platform": "cocoa", "exception": [{"type": "NSError", "value": "x",
            "mechanism": {"type": "NSError", "meta": {"ns_error": {"domain": "NSCocoa", "code": 4}}}}],
            "threads": [{"crashed": true, "stacktrace": {"frames": [{"function": "-[Cart pay]", "package": "/Cart"}]}}]}),
        ),
        (
            "a chunk that did not load",
            raised(
                "javascript",
                "ChunkLoadError",
                "Loading chunk 5 failed.",
                &[],
            ),
        ),
        ("nothing but a route", json!({"transaction": "/orders/17"})),
        ("nothing", json!({})),
    ]
}

#[test]
fn the_fingerprints_of_version_1_never_change() {
    let fingerprints: Vec<String> = events()
        .iter()
        .map(|(name, event)| format!("{} {name}", group(event).fingerprint))
        .collect();
    insta::assert_snapshot!(fingerprints.join("\n"), @r"
    6f093bf4f9a73bae3e6c249abd1173b3 an exception
    a223cf377a2f39b2fdc84f59625a4782 constants
    22acb78e2440262280ae5124a35f6eeb a constant and the default
    eb6f6ef6876832dc0f41808a2a5ee1b0 a checksum
    dc396ef28d084895ee3572abfedd934f a log message
    cc7f75dd84a52306d724c3c7503b8b53 a chain
    72657d0da0eba82ff57458dbf16ff04b an aggregate
    a6a66544b105d2938b92e6854d90df45 a browser
    eab56021c303754defa8b40dc75d0b63 a Rust panic
    081ba1a6ebd2ebc6b61ca0c28556c827 a recursion
    b95ec1c76af83d1b3505f4a9eb8c9dfd an NSError
    14ff0a5d769ac3865745f0f68f14ecf1 a chunk that did not load
    f4fbec504890aa86fec363f46ecbcf1f nothing but a route
    101cb9b9f7077b62a2dc790f88f9b860 nothing
    ");
}

#[test]
fn the_number_of_a_version_is_its_own_for_ever() {
    assert_eq!(super::super::Version::V1.number(), 1);
}
