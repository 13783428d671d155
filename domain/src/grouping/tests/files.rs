//! Files, bundles and their addresses: what varies and what does not.

use super::*;

#[test]
fn one_function_in_several_browsers() {
    let frame = |function: &str, file: &str| {
        let frame = json!({"function": function, "filename": file, "lineno": 1, "in_app": true});
        raised("javascript", "TypeError", "x is undefined", &[frame])
    };
    alike(&[
        frame("Foo.testMethod", "https://a.example.org/static/app.js"),
        frame("testMethod", "http://b.example.org/app.0f3a1c22.js?v=7"),
        frame("async testMethod", "https://a.example.org/v1.2.3/app.js"),
        frame(
            "Foo.testMethod [as other]",
            "blob:https://a.example.org/0191f0a4",
        ),
        frame("testMethod/<", "webpack:///./src/app.js"),
        frame("new testMethod", "app:///main.jsbundle"),
    ]);
    different(&[
        frame("testMethod", "https://a.example.org/app.js"),
        frame("otherMethod", "https://a.example.org/app.js"),
    ]);
}

#[test]
fn a_browsers_function_without_a_name_counts_by_its_file() {
    let frame = |function: Value, file: &str| {
        let frame = json!({"function": function, "filename": file, "lineno": 1, "in_app": true});
        raised("javascript", "TypeError", "x is undefined", &[frame])
    };
    let file = "https://a.example.org/app.js";
    alike(&[
        frame(json!(null), file),
        frame(json!("?"), file),
        frame(json!("<anonymous>"), file),
        frame(json!("Object.<anonymous>"), file),
        frame(json!("global code"), file),
    ]);
    different(&[
        frame(json!(null), file),
        frame(json!(null), "https://a.example.org/b.js"),
    ]);
}

#[test]
fn an_address_as_module_does_not_count() {
    let frame = |module: &str| {
        let frame = json!({"module": module, "function": "pay", "in_app": true,
            "filename": "https://a.example.org/static/app.js"});
        raised("javascript", "TypeError", "x", &[frame])
    };
    alike(&[frame("static/js/app"), frame("cdn/v2/app")]);
}

#[test]
fn minified_functions_under_a_hashed_folder_are_alike_in_every_build() {
    let frame = |function: &str, file: &str, column: u32| {
        let source = format!("!function(t){{{}}}", "var e;".repeat(column as usize));
        let frame = json!({"function": function, "filename": file, "lineno": 1, "colno": column,
            "context_line": source, "in_app": true});
        raised("javascript", "TypeError", "x is undefined", &[frame])
    };
    alike(&[
        frame("t", "https://a.example.org/3f2a9c1b/app.js", 401),
        frame("n", "https://a.example.org/9d8e7f6a/app.js", 977),
        frame("e.t", "https://a.example.org/9d8e7f6a/app.js", 980),
    ]);
}

#[test]
fn hashes_and_versions_in_file_names_do_not_count() {
    let frame = |platform: &str, file: &str| {
        let frame = json!({"filename": file, "in_app": true});
        raised(platform, "Error", "x", &[frame])
    };
    alike(&[
        frame("javascript", "https://a.example.org/app.0f3a1c22.js"),
        frame("javascript", "https://b.example.org/x/app.99e1aa07.js?q#f"),
    ]);
    alike(&[
        frame("javascript", "https://a.example.org/index-BxYz12_3.js"),
        frame("javascript", "https://a.example.org/index-Qw9tR-4a.js"),
    ]);
    alike(&[
        frame("javascript", "https://cdn.example.org/lib@1.2.3/lib.js"),
        frame(
            "javascript",
            "https://cdn.example.org/lib@1.3.0-rc.1/lib.js",
        ),
    ]);
    alike(&[
        frame("ruby", "/usr/gems/rails-7.0.1/lib/base.rb"),
        frame("ruby", "/opt/gems/rails-7.1.0/lib/base.rb"),
    ]);
    alike(&[
        frame("ruby", "gems/rails-7.0.1/base.rb"),
        frame("ruby", "gems/rails-7.1.0/base.rb"),
    ]);
    alike(&[
        in_function("go", "example.org/shop@v1.2.3/cart", "Pay"),
        in_function("go", "example.org/shop@v1.3.0/cart", "Pay"),
    ]);
    different(&[
        frame("node", "/srv/user-settings.js"),
        frame("node", "/srv/user-handlers.js"),
    ]);
    different(&[
        frame("ruby", "app/models/a.rb"),
        frame("ruby", "app/views/a.rb"),
    ]);
}
