use super::samples::{ANYHOW, RUST, RUST_FULL, RUST_OLD};
use super::{calls, chain, parsed, raised};

#[test]
fn the_message_is_what_stands_under_the_place() {
    assert_eq!(
        chain(&parsed(RUST)),
        ["panic: assertion `left == right` failed\n  left: 1\n right: 2"]
    );
}

#[test]
fn frames_that_only_handled_the_panic_are_left_out() {
    assert_eq!(
        calls(raised(&parsed(RUST))),
        [
            "- | core::ops::function::FnOnce::call_once | -",
            "- | shop::main | ./src/main.rs:5:5",
            "- | shop::order::place | ./src/order.rs:12:9",
            "- | core::panicking::panic_fmt | panicking.rs:72:14",
        ]
    );
}

#[test]
fn before_1_73_the_message_was_quoted_before_the_place() {
    let trace = parsed(RUST_OLD);
    assert_eq!(
        chain(&trace),
        ["panic: called `Result::unwrap()` on an `Err` value:\nClosed"]
    );
    assert_eq!(calls(raised(&trace)), ["- | - | src/queue.rs:31:18"]);
}

#[test]
fn addresses_and_hashes_are_no_part_of_a_name() {
    assert_eq!(
        calls(raised(&parsed(RUST_FULL))),
        [
            "- | __libc_start_main_impl | ./csu/../csu/libc-start.c:360:3",
            "- | <unknown> | -",
            "- | shop::Queue::close | queue.rs:20:5",
            "- | <shop::Queue as core::ops::drop::Drop>::drop | queue.rs:31:18",
        ]
    );
}

#[test]
fn hashes_of_crates_are_no_part_of_a_name() {
    let text = "stack backtrace:\n  0: 0x55d0 - <shop[e28293b1aa0f68bd]::Queue<[u8]> as core[c1f1a4ba060b9bfa]::Drop>::drop\n";
    assert_eq!(
        calls(raised(&parsed(text))),
        ["- | <shop::Queue<[u8]> as core::Drop>::drop | -"]
    );
}

#[test]
fn a_panic_without_backtrace_has_its_place_for_a_frame() {
    let trace = parsed("thread 'main' panicked at src/main.rs:4:5:\nno cart\n");
    assert_eq!(chain(&trace), ["panic: no cart"]);
    assert_eq!(calls(raised(&trace)), ["- | - | src/main.rs:4:5"]);
}

#[test]
fn a_report_has_its_causes_first() {
    let trace = parsed(ANYHOW);
    assert_eq!(
        chain(&trace),
        [
            "Error: No such file or directory (os error 2)",
            "Error: cannot read settings",
            "Error: cannot start",
        ]
    );
    assert_eq!(
        calls(raised(&trace)),
        [
            "- | shop::main | ./src/main.rs:4:5",
            "- | shop::settings::read | ./src/settings.rs:8:20",
        ]
    );
}

#[test]
fn a_second_panic_is_another_matter() {
    let text =
        "thread 'a' panicked at src/a.rs:1:2:\none\nthread 'b' panicked at src/b.rs:3:4:\ntwo\n";
    assert_eq!(chain(&parsed(text)), ["panic: one"]);
}

#[test]
fn a_call_of_which_only_the_hash_is_left_has_no_name() {
    let trace = parsed(
        "thread 'main' panicked at src/a.rs:1:2:\nx\nstack backtrace:\n   0: shop::pay\n   1: ::h0123456789abcdef\n             at src/b.rs:3:4\n",
    );
    assert_eq!(
        calls(raised(&trace)),
        ["- | - | src/b.rs:3:4", "- | shop::pay | -"]
    );
}
