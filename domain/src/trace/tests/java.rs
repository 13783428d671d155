use super::samples::{JAVA, KOTLIN};
use super::{calls, chain, parsed, raised};

#[test]
fn causes_come_first_and_suppressed_ones_not_at_all() {
    assert_eq!(
        chain(&parsed(JAVA)),
        [
            "SQLException: ERROR: duplicate key\n  Detail: Key (id)=(12) already exists.",
            "OrderException: order 12 failed",
        ]
    );
}

#[test]
fn frames_have_class_method_file_and_line() {
    assert_eq!(
        calls(raised(&parsed(JAVA))),
        [
            "com.shop.Main | main | Main.java:12",
            "jdk.internal.reflect.NativeMethodAccessorImpl | invoke0 | -",
            "com.shop.order.OrderService$$Lambda$14/0x0000000800c03000 | accept | -",
            "com.shop.order.OrderService | place | OrderService.java:88",
        ]
    );
}

#[test]
fn the_package_is_the_module_of_an_exception() {
    assert_eq!(
        raised(&parsed(JAVA)).module.as_deref(),
        Some("com.shop.order")
    );
}

#[test]
fn frames_that_a_cause_shares_are_restored() {
    assert_eq!(
        calls(&parsed(JAVA).exceptions[0]),
        [
            "com.shop.Main | main | Main.java:12",
            "jdk.internal.reflect.NativeMethodAccessorImpl | invoke0 | -",
            "com.shop.order.Orders | insert | Orders.java:21",
            "org.postgresql.Driver | send | Driver.java:300",
        ]
    );
}

#[test]
fn kotlin_names_may_hold_spaces_and_brackets() {
    assert_eq!(
        calls(raised(&parsed(KOTLIN))),
        [
            "kotlinx.coroutines.DispatchedTask | run | DispatchedTask.kt:108",
            "shop.CartTest$sum$1 | invokeSuspend | CartTest.kt",
            "shop.CartTest | should sum items (when full) | CartTest.kt:14",
        ]
    );
}

#[test]
fn a_log_may_stand_before_the_name() {
    let frame = "\n\tat a.B.c(B.java:1)\n";
    for head in [
        "10:00:00 ERROR [main] a.b.Cart - failed: java.lang.IllegalStateException: no cart",
        "10:00:00 ERROR [main] a.b.Cart - failed\njava.lang.IllegalStateException: no cart",
        "Error: failed\njava.lang.IllegalStateException: no cart",
    ] {
        let trace = parsed(&format!("{head}{frame}"));
        assert_eq!(chain(&trace), ["IllegalStateException: no cart"], "{head}");
    }
}

#[test]
fn a_line_without_a_name_is_the_message() {
    let trace = parsed("the cart is gone\n\tat a.B.c(B.java:1)\n");
    assert_eq!(chain(&trace), ["?: the cart is gone"]);
}

#[test]
fn frames_alone_are_a_trace() {
    let trace = parsed("\tat a.B.c(B.java:1)\n\tat a.B.d(SourceFile)\n");
    assert_eq!(chain(&trace), ["?: ?"]);
    assert_eq!(
        calls(raised(&trace)),
        ["a.B | d | SourceFile", "a.B | c | B.java:1"]
    );
}

#[test]
fn a_circle_of_causes_ends_where_it_closes() {
    let text = "a.AException: a\n\tat a.B.c(B.java:1)\nCaused by: a.BException: b\n\tat a.B.d(B.java:2)\n\
                Caused by: [CIRCULAR REFERENCE: a.AException: a]\n";
    assert_eq!(chain(&parsed(text)), ["BException: b", "AException: a"]);
}

#[test]
fn an_exception_without_frames_is_a_link_of_the_chain() {
    let text = "a.AException: a\nCaused by: a.BException: b\n\tat a.B.c(B.java:1)\n";
    // It reads like a message of two lines, but for the words.
    assert_eq!(chain(&parsed(text)), ["BException: b", "AException: a"]);
}

#[test]
fn a_second_trace_is_another_matter() {
    let text = "a.AException: a\n\tat a.B.c(B.java:1)\n\na.BException: b\n\tat a.B.d(B.java:2)\n";
    let trace = parsed(text);
    assert_eq!(chain(&trace), ["AException: a"]);
    assert_eq!(calls(raised(&trace)), ["a.B | c | B.java:1"]);
}

#[test]
fn common_frames_omitted_by_logback_are_restored() {
    let text = "a.A: a\n\tat a.B.c(B.java:1)\n\tat a.B.m(B.java:9)\n\
                Caused by: a.C: b\n\tat a.B.d(B.java:2)\n\t... 1 common frames omitted\n";
    assert_eq!(
        calls(&parsed(text).exceptions[0]),
        ["a.B | m | B.java:9", "a.B | d | B.java:2"]
    );
}

#[test]
fn modules_with_versions_are_no_part_of_the_class() {
    let trace = parsed("a.A: a\n\tat java.base@21.0.1/java.util.List.of(List.java:3)\n");
    assert_eq!(calls(raised(&trace)), ["java.util.List | of | List.java:3"]);
}
