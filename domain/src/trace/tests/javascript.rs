use super::samples::{CHROME, FIREFOX, NODE, SAFARI};
use super::{calls, chain, frames, parsed, raised};

#[test]
fn causes_come_first_and_codes_are_no_part_of_the_name() {
    assert_eq!(
        chain(&parsed(NODE)),
        [
            "TypeError: Cannot read properties of undefined (reading 'price')",
            "CartError: cart failed",
        ]
    );
}

#[test]
fn frames_have_function_file_line_and_column() {
    assert_eq!(
        calls(raised(&parsed(NODE))),
        [
            "- | - | main.mjs:4:3",
            "- | Module.load | node:internal/modules/cjs/loader:1104:14",
            "- | Object.<anonymous> | index.js:7:1",
            "- | Promise.all | -",
            "- | new Checkout | checkout.js:3:5",
            "- | Cart.total | cart.js:12:11",
        ]
    );
}

#[test]
fn evaluated_code_is_where_it_was_evaluated() {
    assert_eq!(
        calls(&parsed(NODE).exceptions[0]),
        [
            "- | eval | template.js:9:3",
            "- | Array.map | -",
            "- | - | item.js:5:20",
        ]
    );
}

#[test]
fn addresses_are_kept_whole_beside_the_file_name() {
    let trace = parsed(CHROME);
    let paths: Vec<_> = frames(raised(&trace))
        .iter()
        .map(|f| f.abs_path.as_deref())
        .collect();
    let script = Some("https://shop.example/static/app.3f2a.js?v=1");
    assert_eq!(
        paths,
        [
            Some("https://shop.example/static/core.wasm"),
            script,
            script
        ]
    );
}

#[test]
fn what_chrome_says_before_the_name_is_left_out() {
    assert_eq!(chain(&parsed(CHROME)), ["TypeError: t is not a function"]);
}

#[test]
fn firefox_frames_are_read() {
    let trace = parsed(FIREFOX);
    assert_eq!(chain(&trace), ["TypeError: cart is undefined"]);
    assert_eq!(
        calls(raised(&trace)),
        [
            "- | - | https://shop.example/:3:1",
            "- | run | run.js:5",
            "- | load | view.js:7:1",
            "- | render/< | view.js:40:3",
            "- | total | cart.js:12:9",
        ]
    );
}

#[test]
fn safari_frames_are_read_without_a_name_above() {
    let trace = parsed(SAFARI);
    assert_eq!(chain(&trace), ["?: ?"]);
    assert_eq!(
        calls(raised(&trace)),
        [
            "- | global code | https://shop.example/:3:1",
            "- | - | view.js:40:3",
            "- | map | -",
            "- | total | cart.js:12:9",
        ]
    );
}

#[test]
fn a_message_may_have_many_lines() {
    let text = "Error: one\n\n  two: 2\nthree\n    at f (a.js:1:2)\n";
    assert_eq!(chain(&parsed(text)), ["Error: one\n\n  two: 2\nthree"]);
}

#[test]
fn a_name_of_ones_own_is_a_name() {
    let trace = parsed("Timeout: no answer\n    at f (a.js:1:2)\n");
    assert_eq!(chain(&trace), ["Timeout: no answer"]);
}

#[test]
fn windows_paths_are_absolute() {
    let trace = parsed("Error: x\n    at f (C:\\shop\\a.js:1:2)\n");
    assert_eq!(calls(raised(&trace)), ["- | f | a.js:1:2"]);
    let path = frames(raised(&trace))[0].abs_path.as_deref();
    assert_eq!(path, Some("C:\\shop\\a.js"));
}

#[test]
fn addresses_in_bytecode_are_places() {
    let trace = parsed("Error: x\n    at f (address at index.android.bundle:1:2345)\n");
    assert_eq!(
        calls(raised(&trace)),
        ["- | f | index.android.bundle:1:2345"]
    );
}
