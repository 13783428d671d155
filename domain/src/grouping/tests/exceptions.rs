use super::super::Kind;
use super::*;

/// One exception of a chain or tree, with a frame of its own.
fn exception(kind: &str, value: &str, function: &str) -> Value {
    let frames = json!([{"module": "app", "function": function, "in_app": true}]);
    json!({"type": kind, "value": value, "stacktrace": {"frames": frames}})
}

fn chain(exceptions: &[Value]) -> Value {
    json!({"platform": "python", "exception": {"values": exceptions}})
}

/// Gives an exception its place in a tree.
fn placed(mut exception: Value, id: i64, parent: Option<i64>) -> Value {
    exception["mechanism"] = json!({"type": "chained", "exception_id": id, "parent_id": parent});
    exception
}

/// An aggregate of exceptions, sent as SDKs do: itself last.
fn aggregate(children: &[Value]) -> Value {
    let mut all: Vec<_> = children.to_vec();
    let mut outermost = exception("ExceptionGroup", "several failed", "gather");
    outermost["mechanism"] = json!({"exception_id": 0, "is_exception_group": true});
    all.push(outermost);
    chain(&all)
}

#[test]
fn of_a_chain_the_outermost_and_the_root_cause_count() {
    let error = |outer: &str, middle: &str, root: &str| {
        chain(&[
            exception("IOError", root, "read"),
            exception("LoadError", middle, "load"),
            exception("AppError", outer, "main"),
        ])
    };
    alike(&[error("a", "b", "c"), error("a", "changed", "c")]);
    different(&[
        error("a", "b", "c"),
        error("changed", "b", "c"),
        error("a", "b", "changed"),
    ]);
}

#[test]
fn an_inner_cause_without_frames_counts_by_its_words() {
    let error = |cause: &str| {
        chain(&[
            json!({"type": "IOError", "value": cause}),
            exception("AppError", "a", "main"),
        ])
    };
    alike(&[error("row 1 is gone"), error("row 2 is gone")]);
    different(&[error("row 1 is gone"), error("disk full")]);
}

#[test]
fn ids_that_go_in_circles_change_nothing() {
    let inner = || exception("IOError", "a", "read");
    let outer = || exception("AppError", "b", "main");
    alike(&[
        chain(&[inner(), outer()]),
        chain(&[placed(inner(), 1, Some(0)), placed(outer(), 0, None)]),
        chain(&[placed(inner(), 1, Some(0)), placed(outer(), 0, Some(1))]),
        chain(&[placed(inner(), 1, Some(1)), placed(outer(), 0, Some(0))]),
        chain(&[placed(inner(), 0, Some(0)), placed(outer(), 0, None)]),
        chain(&[placed(inner(), 1, Some(99)), placed(outer(), 2, Some(98))]),
        chain(&[
            placed(inner(), i64::MAX, Some(i64::MIN)),
            placed(outer(), -1, None),
        ]),
    ]);
}

#[test]
fn children_of_one_type_that_differ_by_a_number_count_as_one() {
    let child = |n: u32| exception("ValueError", &format!("row {n}"), "check");
    alike(&[
        aggregate(&[child(1)]),
        aggregate(&[child(1), child(2)]),
        aggregate(&[child(7), child(8), child(9)]),
    ]);
    alike(&[aggregate(&[child(1), child(2)]), chain(&[child(3)])]);
}

#[test]
fn children_of_two_types_count_each_in_whatever_order() {
    let value = || exception("ValueError", "a", "check");
    let key = || exception("KeyError", "b", "look_up");
    alike(&[
        aggregate(&[value(), key()]),
        aggregate(&[key(), value(), value()]),
    ]);
    different(&[
        aggregate(&[value(), key()]),
        aggregate(&[value()]),
        aggregate(&[key()]),
    ]);
}

#[test]
fn an_aggregate_without_children_stands_for_itself() {
    assert_eq!(
        group(&aggregate(&[])).title,
        "ExceptionGroup: several failed"
    );
}

#[test]
fn a_bare_object_is_a_list_of_one() {
    let one = exception("ValueError", "a", "check");
    alike(&[
        json!({"exception": {"values": [one]}}),
        json!({"exception": [one]}),
        json!({"exception": one}),
    ]);
}

#[test]
fn without_a_type_the_frame_and_the_words_serve() {
    let error = |value: &str| {
        let mut one = exception("", value, "check");
        one["type"] = json!(null);
        chain(&[one])
    };
    alike(&[error("row 1"), error("row 2")]);
    different(&[error("row 1"), error("column 1")]);
    assert_eq!(group(&error("row 1")).title, "row <int>");
}

#[test]
fn without_a_value_the_type_and_the_frame_serve() {
    let error = |kind: &str, function: &str| {
        let mut one = exception(kind, "", function);
        one["value"] = json!(null);
        chain(&[one])
    };
    different(&[
        error("KeyError", "f"),
        error("KeyError", "g"),
        error("ValueError", "f"),
    ]);
    assert_eq!(group(&error("KeyError", "f")).title, "KeyError");
}

#[test]
fn the_type_counts_to_its_last_digit() {
    different(&[
        chain(&[exception("Http404", "a", "f")]),
        chain(&[exception("Http500", "a", "f")]),
    ]);
}

#[test]
fn a_huge_type_and_value_are_grouped_and_make_a_short_title() {
    let huge = chain(&[exception(
        &"T".repeat(300_000),
        &"v 1 ".repeat(300_000),
        "f",
    )]);
    alike(&[huge.clone(), huge.clone()]);
    assert_eq!(group(&huge).title.chars().count(), 255);
}

#[test]
fn a_synthetic_type_does_not_count() {
    let error = |kind: &str, function: &str| {
        let mut one = exception(kind, "0x1f", function);
        one["mechanism"] = json!({"synthetic": true});
        chain(&[one])
    };
    alike(&[error("SIGSEGV", "f"), error("EXC_BAD_ACCESS", "f")]);
    different(&[error("SIGSEGV", "f"), error("SIGSEGV", "g")]);
}

/// An exception beside two threads, of which one crashed.
fn with_threads(exception: &Value, crashed_in: &str, current_in: &str) -> Value {
    let thread = |function: &str, crashed: bool| {
        json!({"id": crashed.to_string(), "crashed": crashed, "current": !crashed,
            "stacktrace": {"frames": [{"module": "m", "function": function, "in_app": true}]}})
    };
    json!({"exception": {"values": [exception]},
        "threads": {"values": [thread(current_in, false), thread(crashed_in, true)]}})
}

#[test]
fn the_exceptions_own_stack_goes_before_a_crashed_threads() {
    let error = exception("Error", "a", "f");
    alike(&[
        with_threads(&error, "one", "two"),
        with_threads(&error, "three", "four"),
    ]);
}

#[test]
fn a_crashed_threads_stack_serves_an_exception_without_one() {
    let error = json!({"type": "Error", "value": "a"});
    alike(&[
        with_threads(&error, "one", "two"),
        with_threads(&error, "one", "changed"),
    ]);
    different(&[
        with_threads(&error, "one", "two"),
        with_threads(&error, "changed", "two"),
    ]);
}

#[test]
fn the_thread_that_the_exception_names_goes_first() {
    let error = json!({"type": "Error", "value": "a", "thread_id": "false"});
    alike(&[
        with_threads(&error, "one", "two"),
        with_threads(&error, "changed", "two"),
    ]);
    different(&[
        with_threads(&error, "one", "two"),
        with_threads(&error, "one", "changed"),
    ]);
}

#[test]
fn of_an_nserror_domain_and_code_count() {
    let error = |domain: &str, code: i64| {
        let mut error = json!({"type": "NSError", "value": "it failed"});
        let meta = json!({"ns_error": {"domain": domain, "code": code}});
        error["mechanism"] = json!({"type": "NSError", "meta": meta});
        with_threads(&error, "load", "idle")
    };
    alike(&[error("NSCocoa", 4), error("NSCocoa", 4)]);
    different(&[error("NSCocoa", 4), error("NSCocoa", 5), error("NSURL", 4)]);
    let kinds: Vec<_> = group(&error("a", 1))
        .explanation
        .iter()
        .map(|c| c.kind)
        .collect();
    assert!(kinds.contains(&Kind::Code) && kinds.contains(&Kind::Frame));
}

#[test]
fn chunk_load_errors_are_one_group_whatever_the_frames_and_hashes() {
    let error = |kind: &str, value: &str, function: &str| {
        raised(
            "javascript",
            kind,
            value,
            &[json!({"function": function, "filename": "a.js"})],
        )
    };
    alike(&[
        error(
            "ChunkLoadError",
            "Loading chunk 5 failed.\n(error: https://a.b/5.0f3a.js)",
            "f",
        ),
        error(
            "ChunkLoadError",
            "Loading chunk cart failed.\n(missing: https://c.d/cart.js)",
            "g",
        ),
        error("Error", "Loading CSS chunk 7 failed.\n(/7.9e1c.css)", "h"),
        error(
            "TypeError",
            "Failed to fetch dynamically imported module: https://a.b/c-4f.js",
            "i",
        ),
    ]);
}
