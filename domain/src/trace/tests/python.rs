use super::samples::{PYTHON, PYTHON_GROUP};
use super::{calls, chain, frames, parsed, raised};

#[test]
fn causes_come_first() {
    assert_eq!(
        chain(&parsed(PYTHON)),
        [
            "AttributeError: 'NoneType' object has no attribute 'price'",
            "CartError: cart 7 cannot be summed",
        ]
    );
}

#[test]
fn a_direct_cause_is_a_link_of_the_chain() {
    let text = PYTHON.replace(
        "During handling of the above exception, another exception occurred:",
        "The above exception was the direct cause of the following exception:",
    );
    assert_eq!(parsed(&text), parsed(PYTHON));
}

#[test]
fn frames_have_function_file_and_line() {
    let trace = parsed(PYTHON);
    assert_eq!(
        calls(raised(&trace)),
        [
            "- | _run_module_as_main | <frozen runpy>:198",
            "- | <module> | manage.py:9",
            "- | checkout | views.py:17",
        ]
    );
}

#[test]
fn an_absolute_path_is_kept_whole_beside_the_file_name() {
    let trace = parsed(PYTHON);
    let paths: Vec<_> = frames(raised(&trace))
        .iter()
        .map(|f| f.abs_path.as_deref())
        .collect();
    assert_eq!(paths, [None, None, Some("/srv/shop/cart/views.py")]);
}

#[test]
fn the_source_line_is_kept_and_the_marks_under_it_are_not() {
    let trace = parsed(PYTHON);
    let lines: Vec<_> = frames(&trace.exceptions[0])
        .iter()
        .map(|frame| frame.context_line.as_deref())
        .collect();
    let line = Some("return sum(item.price for item in self.items)");
    assert_eq!(lines, [line, line]);
}

#[test]
fn the_class_is_split_from_its_module() {
    let trace = parsed(PYTHON);
    assert_eq!(raised(&trace).module.as_deref(), Some("shop.cart.errors"));
    assert_eq!(trace.exceptions[0].module, None);
}

#[test]
fn a_trace_that_lost_its_indentation_is_read_alike() {
    let text: String = PYTHON
        .lines()
        .map(|line| format!("{}\n", line.trim()))
        .collect();
    assert_eq!(parsed(&text), parsed(PYTHON));
}

#[test]
fn an_indented_trace_is_read_alike() {
    let text: String = PYTHON.lines().map(|line| format!("\t  {line}\n")).collect();
    assert_eq!(parsed(&text), parsed(PYTHON));
}

#[test]
fn a_message_goes_on_to_the_blank_line() {
    let text = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\n\
                ValueError: one\n  two\n\nand then it stopped\n";
    assert_eq!(chain(&parsed(text)), ["ValueError: one\n  two"]);
}

#[test]
fn a_type_may_come_without_message() {
    let text = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nKeyboardInterrupt\n";
    assert_eq!(chain(&parsed(text)), ["KeyboardInterrupt: ?"]);
}

#[test]
fn a_second_trace_is_another_matter() {
    let text = format!("{PYTHON}\n{}", PYTHON.replace("cart 7", "cart 8"));
    assert_eq!(parsed(&text), parsed(PYTHON));
}

#[test]
fn a_log_may_stand_on_the_first_line() {
    let text = PYTHON.replacen("Traceback", "10:00:00 ERROR cart: Traceback", 1);
    assert_eq!(parsed(&text), parsed(PYTHON));
}

#[test]
fn a_repeated_line_is_no_frame() {
    let text = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    f()\n  \
                [Previous line repeated 996 more times]\nRecursionError: too deep\n";
    let trace = parsed(text);
    assert_eq!(chain(&trace), ["RecursionError: too deep"]);
    assert_eq!(calls(raised(&trace)), ["- | f | a.py:1"]);
}

#[test]
fn a_syntax_error_has_the_file_without_function() {
    let text =
        "  File \"a.py\", line 3\n    def f(\n         ^\nSyntaxError: '(' was never closed\n";
    let trace = parsed(text);
    assert_eq!(chain(&trace), ["SyntaxError: '(' was never closed"]);
    assert_eq!(calls(raised(&trace)), ["- | - | a.py:3"]);
}

#[test]
fn a_cut_trace_has_frames_without_a_type() {
    let text = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\n";
    assert_eq!(chain(&parsed(text)), ["?: ?"]);
}

#[test]
fn the_members_of_a_group_stand_before_it() {
    assert_eq!(
        chain(&parsed(PYTHON_GROUP)),
        [
            "ValueError: bad row",
            "ExceptionGroup: store (1 sub-exception)",
            "TimeoutError: no answer",
            "ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)",
        ]
    );
}

#[test]
fn the_members_of_a_group_name_it() {
    let trace = parsed(PYTHON_GROUP);
    let tree: Vec<_> = trace
        .exceptions
        .iter()
        .filter_map(|one| one.mechanism.as_ref())
        .map(|one| (one.exception_id, one.parent_id, one.is_exception_group))
        .collect();
    assert_eq!(
        tree,
        [
            (Some(3), Some(2), false),
            (Some(2), Some(0), true),
            (Some(1), Some(0), false),
            (Some(0), None, true),
        ]
    );
}

#[test]
fn each_member_of_a_group_has_its_own_frames() {
    let trace = parsed(PYTHON_GROUP);
    let stacks: Vec<_> = trace.exceptions.iter().flat_map(calls).collect();
    assert_eq!(
        stacks,
        [
            "- | store | store.py:3",
            "- | store_all | store.py:8",
            "- | fetch | fetch.py:5",
            "- | main | run.py:12",
        ]
    );
}
