//! Which frame of a stack decides.

use std::time::Instant;

use super::*;

fn frame(module: &str, function: &str) -> Value {
    json!({"module": module, "function": function})
}

fn marked(module: &str, function: &str, in_app: bool) -> Value {
    json!({"module": module, "function": function, "in_app": in_app})
}

/// A Python error with these frames, the failing one first.
fn failing(frames: &[Value]) -> Value {
    raised("python", "ValueError", "it failed", frames)
}

#[track_caller]
fn culprit(platform: &str, frames: &[Value]) -> String {
    group(&raised(platform, "Error", "it failed", frames))
        .culprit
        .unwrap()
}

#[test]
fn the_topmost_frame_of_the_application_decides() {
    let stack = |library: &str, own: &str, caller: &str| {
        failing(&[
            marked("lib", library, false),
            marked("app", own, true),
            marked("app", caller, true),
        ])
    };
    alike(&[stack("a", "b", "c"), stack("changed", "b", "changed")]);
    different(&[stack("a", "b", "c"), stack("a", "changed", "c")]);
}

#[test]
fn of_library_frames_alone_the_topmost_decides() {
    let stack = |top: &str| failing(&[marked("lib", top, false), marked("lib", "run", false)]);
    different(&[stack("a"), stack("b")]);
}

#[test]
fn where_nothing_is_marked_paths_packages_and_modules_tell_libraries() {
    let own = |mut frame: Value, key: &str, value: &str| {
        frame[key] = json!(value);
        frame
    };
    let bare = |function: &str| json!({"function": function});
    for (platform, library) in [
        (
            "python",
            own(
                bare("get"),
                "abs_path",
                "/venv/lib/python3.12/site-packages/r/api.py",
            ),
        ),
        (
            "python",
            own(
                bare("run"),
                "abs_path",
                "/usr/lib/python3.12/json/decoder.py",
            ),
        ),
        (
            "node",
            own(
                bare("next"),
                "filename",
                "node_modules/express/lib/router.js",
            ),
        ),
        ("node", own(bare("emit"), "filename", "node:events")),
        (
            "ruby",
            own(
                bare("call"),
                "abs_path",
                "/usr/local/bundle/gems/rack-3.0/rack.rb",
            ),
        ),
        (
            "php",
            own(
                bare("handle"),
                "filename",
                "/srv/app/vendor/laravel/kernel.php",
            ),
        ),
        (
            "go",
            own(
                bare("ServeHTTP"),
                "abs_path",
                "/usr/local/go/src/net/http/server.go",
            ),
        ),
        ("java", own(bare("get"), "module", "java.util.ArrayList")),
        (
            "java",
            own(
                bare("doGet"),
                "module",
                "org.springframework.web.Dispatcher",
            ),
        ),
        (
            "csharp",
            own(bare("First"), "module", "System.Linq.Enumerable"),
        ),
        ("rust", bare("core::slice::index::slice_index_fail")),
        (
            "rust",
            bare("<alloc::vec::Vec<T> as core::ops::Index>::index"),
        ),
        (
            "cocoa",
            own(bare("objc_msg"), "package", "/usr/lib/libobjc.A.dylib"),
        ),
        ("cocoa", own(bare("tap"), "package", "UIKitCore")),
    ] {
        let application = frame("shop.cart", "pay");
        assert_eq!(
            culprit(platform, &[library, application]),
            "shop.cart in pay"
        );
    }
}

#[test]
fn polyfills_do_not_decide() {
    let file = |file: &str| json!({"function": "invoke", "filename": file, "in_app": true});
    for polyfill in [
        "core-js/internals/a.js",
        "@babel/runtime/b.js",
        "tslib/tslib.es6.js",
    ] {
        let own = json!({"function": "pay", "filename": "cart.js", "in_app": true});
        assert_eq!(culprit("node", &[file(polyfill), own]), "cart.js in pay");
    }
}

#[test]
fn of_polyfills_alone_the_type_and_the_message_serve() {
    let only = |file: &str, value: &str| {
        raised(
            "node",
            "TypeError",
            value,
            &[json!({"function": "f", "filename": file})],
        )
    };
    alike(&[only("core-js/a.js", "x"), only("tslib/b.js", "x")]);
    different(&[only("core-js/a.js", "x"), only("core-js/a.js", "y")]);
}

#[test]
fn async_plumbing_does_not_decide() {
    for (platform, plumbing) in [
        (
            "csharp",
            frame(
                "System.Runtime.CompilerServices.TaskAwaiter",
                "ThrowForNonSuccess",
            ),
        ),
        (
            "csharp",
            frame(
                "System.Runtime.ExceptionServices.ExceptionDispatchInfo",
                "Throw",
            ),
        ),
        ("csharp", frame("System.Threading.Tasks.Task", "Execute")),
        (
            "python",
            json!({"function": "_run", "filename": "asyncio/events.py"}),
        ),
        ("python", frame("concurrent.futures.thread", "run")),
        ("python", frame("asgiref.sync", "main_wrap")),
        (
            "javascript",
            json!({"function": "asyncGeneratorStep", "filename": "app.js"}),
        ),
        (
            "javascript",
            json!({"function": "Generator.next", "filename": "<anonymous>"}),
        ),
        ("node", json!({"function": "async Promise.all (index 0)"})),
        (
            "node",
            json!({"function": "processTicksAndRejections", "filename": "node:internal/process/task_queues"}),
        ),
        (
            "rust",
            json!({"function": "<F as core::future::future::Future>::poll"}),
        ),
        ("rust", json!({"function": "core::panicking::panic_fmt"})),
        (
            "rust",
            json!({"function": "tokio::runtime::task::raw::poll"}),
        ),
        (
            "java",
            frame("jdk.internal.reflect.DirectMethodHandleAccessor", "invoke"),
        ),
        ("java", frame("kotlinx.coroutines.DispatchedTask", "run")),
    ] {
        // Even where the sender takes it for its own.
        for in_app in [json!(null), json!(true)] {
            let mut plumbing = plumbing.clone();
            plumbing["in_app"] = in_app;
            let own = marked("shop.cart", "pay", true);
            assert_eq!(culprit(platform, &[plumbing, own]), "shop.cart in pay");
        }
    }
}

#[test]
fn a_comprehension_of_python_is_the_function_it_stands_in() {
    alike(&[
        failing(&[
            marked("app", "<listcomp>", true),
            marked("app", "load", true),
        ]),
        failing(&[marked("app", "load", true)]),
    ]);
}

#[test]
fn of_a_system_stack_alone_what_raised_does_not_decide() {
    let system = |function: &str| json!({"function": function, "package": "/usr/lib/libc.so.6", "in_app": false});
    assert_eq!(
        culprit(
            "native",
            &[system("__pthread_kill"), system("abort"), system("free")]
        ),
        "libc.so.6 in free"
    );
}

/// Calls `circle` round and round, `depth` frames in all.
fn recursion(circle: &[&str], depth: usize) -> Vec<Value> {
    let calls = circle.iter().cycle().take(depth);
    let mut frames: Vec<_> = calls
        .map(|function| marked("app", function, true))
        .collect();
    frames.insert(0, marked("app", "main", true));
    frames.reverse();
    frames
}

#[test]
fn the_depth_of_a_direct_recursion_does_not_count() {
    let deep = |depth| failing(&recursion(&["walk"], depth));
    alike(&[deep(1), deep(2), deep(3), deep(50), deep(999)]);
}

#[test]
fn the_depth_of_a_mutual_recursion_does_not_count() {
    for circle in [["even", "odd"], ["odd", "even"]] {
        let deep = |depth| failing(&recursion(&circle, depth));
        alike(&[deep(4), deep(5), deep(50), deep(51), deep(999)]);
    }
    let deep = |depth| failing(&recursion(&["b", "a", "d", "c"], depth));
    alike(&[deep(8), deep(9), deep(10), deep(11), deep(500)]);
}

#[test]
fn where_the_stack_was_full_the_top_is_chance() {
    let full = |leaf: &str, depth| {
        let mut frames = recursion(&["resolve", "expand", "resolve", "visit"], depth);
        frames.insert(0, marked("app", leaf, true));
        raised(
            "python",
            "RecursionError",
            "maximum recursion depth exceeded",
            &frames,
        )
    };
    alike(&[
        full("len", 400),
        full("index", 401),
        full("hash", 402),
        full("len", 403),
    ]);
}

#[test]
fn what_a_recursion_calls_decides_where_the_stack_was_not_full() {
    let stack = |leaf: &str, depth| {
        let mut frames = recursion(&["walk", "step"], depth);
        frames.insert(0, marked("app", leaf, true));
        failing(&frames)
    };
    alike(&[stack("parse", 4), stack("parse", 41)]);
    different(&[stack("parse", 4), stack("read", 4)]);
}

#[test]
fn thousands_of_frames_cost_one_look_at_each() {
    let circle: Vec<String> = (0..63)
        .map(|i| format!("step_{}", char::from(b'!' + i)))
        .collect();
    let circle: Vec<&str> = circle.iter().map(String::as_str).collect();
    let stacks = [
        failing(&recursion(&["walk"], 5_000)),
        failing(&recursion(&circle, 5_000)),
        raised("python", "RecursionError", "", &recursion(&circle, 5_000)),
        failing(&vec![
            json!({"function": "<listcomp>", "abs_path": "/usr/lib/python3/a.py"});
            5_000
        ]),
    ];
    for event in stacks {
        let occurrence = decode(event.to_string().as_bytes()).unwrap();
        let started = Instant::now();
        fingerprint(CURRENT, &occurrence);
        // Unoptimised, on a busy machine; a quadratic search would take a minute.
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }
}

#[test]
fn a_frames_own_platform_goes_before_the_events() {
    // React Native: a native frame under JavaScript.
    let native = |function: &str| json!({"platform": "native", "function": function, "package": "/data/app/libcart.so", "in_app": true});
    let stack = |function: &str| raised("javascript", "Error", "x", &[native(function)]);
    alike(&[
        stack("shop::Cart::pay(int)"),
        stack("shop::Cart::pay(long)"),
    ]);
    // Unity: a managed frame above native ones.
    let unity = |module: &str| {
        let managed =
            json!({"platform": "csharp", "module": module, "function": "MoveNext", "in_app": true});
        raised("native", "Error", "x", &[managed, native("il2cpp::run")])
    };
    alike(&[unity("Shop.Cart+<Pay>d__5"), unity("Shop.Cart+<Pay>d__6")]);
}

#[test]
fn line_numbers_do_not_count_where_functions_have_names() {
    let at = |line: u32| {
        let frame = json!({"module": "app", "function": "pay", "lineno": line, "colno": line,
            "context_line": format!("pay({line})"), "in_app": true});
        failing(&[frame])
    };
    alike(&[at(7), at(8)]);
}

#[test]
fn a_nameless_function_counts_by_its_source_line_before_its_number() {
    let at = |line: u32, source: Value| {
        failing(&[
            json!({"filename": "app.py", "lineno": line, "context_line": source, "in_app": true}),
        ])
    };
    alike(&[at(7, json!("  pay()")), at(8, json!("pay()"))]);
    different(&[at(7, json!("pay()")), at(7, json!("load()"))]);
    different(&[at(7, json!(null)), at(8, json!(null))]);
}
