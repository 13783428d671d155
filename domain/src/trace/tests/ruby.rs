use super::samples::{RAILS, RUBY, RUBY_BOTTOM};
use super::{calls, chain, parsed, raised};

#[test]
fn causes_come_first() {
    assert_eq!(
        chain(&parsed(RUBY)),
        [
            "NoMethodError: undefined method 'price' for nil",
            "Shop::CartError: cart failed\nsecond line of it",
        ]
    );
}

#[test]
fn frames_have_class_method_file_and_line() {
    assert_eq!(
        calls(raised(&parsed(RUBY))),
        [
            "- | <main> | app.rb:12",
            "Shop::Cart | block in open | cart.rb:3",
            "Shop::Cart | total | cart.rb:7",
        ]
    );
}

#[test]
fn the_namespace_is_the_module_of_an_exception() {
    assert_eq!(raised(&parsed(RUBY)).module.as_deref(), Some("Shop"));
}

#[test]
fn the_newest_call_may_stand_at_the_bottom() {
    let trace = parsed(RUBY_BOTTOM);
    assert_eq!(chain(&trace), ["ZeroDivisionError: divided by 0"]);
    assert_eq!(
        calls(raised(&trace)),
        [
            "- | <main> | app.rb:9",
            "- | block (2 levels) in run | app.rb:6",
            "- | total | app.rb:2",
        ]
    );
}

#[test]
fn a_trace_cut_before_its_newest_call_keeps_its_order() {
    let cut: String = RUBY_BOTTOM
        .lines()
        .take(3)
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(
        calls(raised(&parsed(&cut))),
        [
            "- | <main> | app.rb:9",
            "- | block (2 levels) in run | app.rb:6"
        ]
    );
}

#[test]
fn a_bare_backtrace_belongs_to_the_name_above() {
    let trace = parsed(RAILS);
    assert_eq!(
        chain(&trace),
        ["ActiveRecord::RecordNotFound: Couldn't find Cart with 'id'=7"]
    );
    assert_eq!(
        calls(raised(&trace)),
        [
            "CartsController | show | app/controllers/carts_controller.rb:5",
            "- | total | app/models/cart.rb:12",
        ]
    );
}

#[test]
fn a_bare_backtrace_may_follow_a_colon() {
    let trace = parsed("Shop::CartError: no cart\n\tapp/cart.rb:1:in 'total'\n");
    assert_eq!(chain(&trace), ["Shop::CartError: no cart"]);
}

#[test]
fn a_backtrace_without_name_has_the_line_above_for_its_message() {
    let trace = parsed("no cart today\napp/cart.rb:1:in `total'\n");
    assert_eq!(chain(&trace), ["?: no cart today"]);
}
