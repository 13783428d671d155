//! Which frame of a stack decides.

use super::*;

fn frame(module: &str, function: &str) -> Value {
    json!({"module": module, "function": function})
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
fn a_file_named_like_a_librarys_module_is_the_applications() {
    for file in ["runtime.py", "asyncio_tools.py", "java.py", "reactor.py"] {
        let named = json!({"function": "pay", "filename": file});
        let caller = json!({"function": "main", "filename": "app.py"});
        assert_eq!(
            culprit("python", &[named, caller]),
            format!("{file} in pay")
        );
    }
}

#[test]
fn where_every_frame_is_marked_foreign_the_rule_is_ours() {
    let foreign = |module, function| marked(module, function, false);
    let stack = [
        foreign("java.util.ArrayList", "get"),
        foreign("shop.Cart", "pay"),
    ];
    assert_eq!(culprit("java", &stack), "shop.Cart in pay");
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
