use super::samples::{GO, GO_HTTP};
use super::{calls, chain, parsed, raised};

#[test]
fn earlier_panics_come_first() {
    assert_eq!(
        chain(&parsed(GO)),
        [
            "panic: order 12: out of stock",
            "runtime error: invalid memory address or nil pointer dereference",
        ]
    );
}

#[test]
fn frames_are_those_of_the_goroutine_that_panicked() {
    assert_eq!(
        calls(raised(&parsed(GO))),
        [
            "main | main | main.go:10",
            "main | main.func1 | main.go:12",
            "example.com/shop | Map | map.go:9",
            "example.com/shop/order | (*Service).Place | service.go:41",
            "runtime | panic | panic.go:770",
        ]
    );
}

#[test]
fn a_panic_that_a_server_caught_is_a_panic() {
    let trace = parsed(GO_HTTP);
    assert_eq!(chain(&trace), ["panic: no cart"]);
    assert_eq!(
        calls(raised(&trace)),
        [
            "main | handle | main.go:22",
            "net/http | (*conn).serve.func1 | server.go:1898",
        ]
    );
}

#[test]
fn a_message_may_have_many_lines() {
    let text = "panic: one\ntwo\n\ngoroutine 1 [running]:\nmain.main()\n\t/a/b.go:1 +0x1\n";
    assert_eq!(chain(&parsed(text)), ["panic: one\ntwo"]);
}

#[test]
fn a_fatal_error_is_named() {
    let text = "fatal error: all goroutines are asleep - deadlock!\n\n\
                goroutine 1 [chan receive, 2 minutes]:\nmain.main()\n\t/a/b.go:1 +0x1\n";
    assert_eq!(
        chain(&parsed(text)),
        ["fatal error: all goroutines are asleep - deadlock!"]
    );
}

#[test]
fn a_dump_without_panic_has_the_line_above_for_its_message() {
    let text = "cart is slow\ngoroutine 1 [running]:\nmain.main()\n\t/a/b.go:1 +0x1\n";
    assert_eq!(chain(&parsed(text)), ["?: cart is slow"]);
}

#[test]
fn elided_frames_are_passed_over() {
    let text = "goroutine 1 [running]:\nmain.f(...)\n\t/a/b.go:1\n...additional frames elided...\n\
                created by main.main\n\t/a/b.go:7 +0x1\n";
    assert_eq!(
        calls(raised(&parsed(text))),
        ["main | main | b.go:7", "main | f | b.go:1"]
    );
}

#[test]
fn a_goroutine_without_frames_is_passed_over() {
    let text = "SIGABRT: abort\n\ngoroutine 0 gp=0x52e0 m=0 mp=0x52f [idle]:\n\n\
                goroutine 1 gp=0xc02380 m=nil [running]:\nmain.f(...)\n\t/a/b.go:1\n";
    assert_eq!(calls(raised(&parsed(text))), ["main | f | b.go:1"]);
}
