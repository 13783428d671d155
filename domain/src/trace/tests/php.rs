use super::samples::{LARAVEL, PHP, PHP_NEXT};
use super::{calls, chain, parsed, raised};

#[test]
fn the_message_goes_on_to_the_place() {
    assert_eq!(
        chain(&parsed(PHP)),
        ["Shop\\CartError: cart failed\nin two lines"]
    );
}

#[test]
fn each_place_belongs_to_the_function_that_was_called_before() {
    assert_eq!(
        calls(raised(&parsed(PHP))),
        [
            "- | - | index.php:7",
            "- | array_map | -",
            "- | Shop\\Checkout::{closure} | Checkout (old).php:34",
            "- | Shop\\Cart::total | Cart.php:12",
        ]
    );
}

#[test]
fn what_a_cause_led_to_comes_next() {
    let trace = parsed(PHP_NEXT);
    assert_eq!(
        chain(&trace),
        [
            "PDOException: SQLSTATE[23000]: duplicate",
            "Shop\\OrderError: ?",
        ]
    );
    assert_eq!(
        calls(&trace.exceptions[0]),
        ["- | - | orders.php:9", "- | insert | db.php:3"]
    );
    assert_eq!(calls(raised(&trace)), ["- | - | orders.php:11"]);
}

#[test]
fn laravel_logs_causes_last() {
    let trace = parsed(LARAVEL);
    assert_eq!(
        chain(&trace),
        ["PDOException: duplicate", "Shop\\OrderError: order failed"]
    );
    assert_eq!(
        calls(raised(&trace)),
        [
            "- | - | Router.php:9",
            "- | Shop\\Orders::place | Orders.php:21",
        ]
    );
}

#[test]
fn a_log_may_stand_before_the_name() {
    let text = "[01-May-2024 10:00:00 UTC] PHP Fatal error:  Uncaught Error: no cart in /a/b.php:3\n\
                Stack trace:\n#0 {main}\n  thrown in /a/b.php on line 3\n";
    assert_eq!(chain(&parsed(text)), ["Error: no cart"]);
}

#[test]
fn frames_alone_are_a_trace() {
    let trace = parsed("#0 /a/b.php(3): f()\n#1 {main}\n");
    assert_eq!(chain(&trace), ["?: ?"]);
    assert_eq!(calls(raised(&trace)), ["- | - | b.php:3", "- | f | -"]);
}

#[test]
fn a_call_without_a_name_has_none() {
    let trace = parsed("#0 /srv/a.php(9): (7)\n#1 {main}\n");
    assert_eq!(calls(raised(&trace)), ["- | - | a.php:9", "- | - | -"]);
}
