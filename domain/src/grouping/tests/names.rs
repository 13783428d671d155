//! Names of functions and classes: what varies and what does not.

use super::*;

/// Spellings of one function.
#[track_caller]
fn one_function(platform: &str, functions: &[&str]) {
    let events: Vec<_> = functions
        .iter()
        .map(|f| in_function(platform, "m", f))
        .collect();
    alike(&events);
}

#[track_caller]
fn different_functions(platform: &str, functions: &[&str]) {
    let events: Vec<_> = functions
        .iter()
        .map(|f| in_function(platform, "m", f))
        .collect();
    different(&events);
}

/// Spellings of one class.
#[track_caller]
fn one_class(platform: &str, classes: &[&str]) {
    let events: Vec<_> = classes
        .iter()
        .map(|c| in_function(platform, c, "run"))
        .collect();
    alike(&events);
}

#[test]
fn proxies_of_the_jvm_are_the_class_they_stand_for() {
    one_class(
        "java",
        &[
            "shop.Cart",
            "shop.Cart$$EnhancerBySpringCGLIB$$a1b2c3d4",
            "shop.Cart$$FastClassBySpringCGLIB$$12345678",
            "shop.Cart$$SpringCGLIB$$0",
            "shop.Cart$$EnhancerByCGLIB$$deadbeef",
            "shop.Cart$$EnhancerByGuice$$47110815",
            "shop.Cart$$FastClassByGuice$$8f00b204",
            "shop.Cart_$$_javassist_12",
            "shop.Cart_$$_jvst4a5_1",
            "shop.Cart$HibernateProxy$x7Gh2Lqa",
            "shop.Cart$ByteBuddy$AbCdEf12",
            "shop.Cart$MockitoMock$1834521",
        ],
    );
}

#[test]
fn lambdas_and_anonymous_classes_of_the_jvm_have_no_numbers() {
    one_class(
        "java",
        &[
            "shop.Cart$$Lambda$14/0x0000000800c03000",
            "shop.Cart$$Lambda$99",
            "shop.Cart$$Lambda/0x0007f1a2b",
        ],
    );
    one_class("java", &["shop.Cart$1", "shop.Cart$2"]);
    one_function("java", &["lambda$pay$0", "lambda$pay$17"]);
    one_function("java", &["access$100", "access$200"]);
    one_class(
        "java",
        &["com.sun.proxy.$Proxy12", "com.sun.proxy.$Proxy345"],
    );
    one_class("java", &["jdk.proxy2.$Proxy12", "jdk.proxy3.$Proxy9"]);
}

#[test]
fn generated_accessors_have_no_numbers() {
    // Plumbing that alone is left of the stack.
    one_class(
        "java",
        &[
            "sun.reflect.GeneratedMethodAccessor12345",
            "sun.reflect.GeneratedMethodAccessor7",
        ],
    );
    one_class(
        "java",
        &[
            "a.GeneratedConstructorAccessor1",
            "a.GeneratedConstructorAccessor20",
        ],
    );
}

#[test]
fn clojure_kotlin_and_scala_functions_have_no_numbers() {
    one_class("java", &["user$fn__1539", "user$fn__88"]);
    one_class("java", &["user$eval1234$fn__1539", "user$eval99$fn__8"]);
    one_function("java", &["pay$default", "pay"]);
    one_function("java", &["$anonfun$main$1", "$anonfun$main$2$adapted"]);
    one_function("java", &["apply$mcV$sp", "apply$mcI$sp", "apply"]);
    one_class("java", &["a.B$$anonfun$1", "a.B$$anonfun$22"]);
}

#[test]
fn names_that_differ_by_a_digit_of_their_own_differ() {
    different_functions("java", &["toUtf8", "toUtf16"]);
    different_functions("python", &["sha1", "sha256"]);
    different(&[
        in_function("java", "a.Keys2D", "f"),
        in_function("java", "a.Keys3D", "f"),
    ]);
}

#[test]
fn templates_of_erb_have_no_numbers() {
    one_function(
        "ruby",
        &[
            "_app_views_users_show_html_erb__3087463_70012",
            "_app_views_users_show_html_erb___1234567_890",
            "_app_views_users_show_html_erb__42",
        ],
    );
    one_function(
        "ruby",
        &[
            "pay",
            "block in pay",
            "block (2 levels) in pay",
            "rescue in pay",
        ],
    );
}

#[test]
fn anonymous_classes_of_php_have_no_path() {
    one_function(
        "php",
        &[
            "class@anonymous\u{0}/srv/releases/1/a.php:12$0::pay",
            "class@anonymous\u{0}/srv/releases/2/a.php:13$a1::pay",
        ],
    );
    one_function(
        "php",
        &[
            "{closure:App\\Cart::pay():12}",
            "{closure:App\\Cart::pay():13}",
        ],
    );
}

#[test]
fn a_php_closure_counts_by_its_file() {
    let closure = |file: &str, line: u32| {
        raised(
            "php",
            "Error",
            "x",
            &[json!({"function": "{closure}", "filename": file,
            "context_line": "throw new Error();", "lineno": line, "in_app": true})],
        )
    };
    alike(&[closure("src/a.php", 1), closure("src/a.php", 2)]);
    different(&[closure("src/a.php", 1), closure("src/b.php", 1)]);
}

#[test]
fn lambdas_and_decorators_of_python_are_functions() {
    different_functions(
        "python",
        &["<lambda>", "wrapper", "<module>", "f.<locals>.g"],
    );
}

#[test]
fn rust_names_have_no_hashes_generics_and_closures() {
    one_function(
        "rust",
        &[
            "shop::cart::pay",
            "shop::cart::pay::h0123456789abcdef",
            "shop::cart::pay::{{closure}}",
            "shop::cart::pay::{{closure}}::{{closure}}::hfedcba9876543210",
            "shop::cart::pay::{closure#0}",
            "shop::cart::pay::{async_fn#0}",
            "shop::cart::pay::<u8>",
            "shop::cart::pay::<alloc::vec::Vec<core::option::Option<u8>>>",
            "shop::cart::pay<fn(u8) -> u16>",
            "shop[1a2b3c4d5e6f7a8b]::cart::pay",
        ],
    );
    one_function(
        "rust",
        &[
            "<shop::Cart<u8> as shop::Pay>::pay",
            "<shop::Cart<u16> as shop::Pay>::pay",
        ],
    );
    different_functions(
        "rust",
        &[
            "<shop::Cart as shop::Pay>::pay",
            "<shop::Cash as shop::Pay>::pay",
            "shop::Pay::pay",
        ],
    );
}

#[test]
fn cpp_names_have_no_template_arguments_and_parameters() {
    one_function(
        "native",
        &[
            "shop::Cart<int>::pay",
            "shop::Cart<std::map<int, std::string>>::pay",
            "shop::Cart<int>::pay(std::string const&, int)",
            "shop::Cart::pay(int) const",
            "shop::Cart::pay(int) [clone .isra.0]",
            "shop::Cart::pay.constprop.0",
        ],
    );
    different_functions(
        "native",
        &[
            "Cart::operator<",
            "Cart::operator<<",
            "Cart::operator()(int)",
            "Cart::operator->",
        ],
    );
}

#[test]
fn both_spellings_of_the_anonymous_namespace_are_one() {
    one_function(
        "native",
        &[
            "shop::(anonymous namespace)::pay(int)",
            "shop::`anonymous namespace'::pay",
            "shop::{anonymous}::pay",
            "shop::`anonymous-namespace'::pay",
        ],
    );
}

#[test]
fn blocks_of_objective_c_are_their_method() {
    one_function(
        "cocoa",
        &[
            "-[Cart pay:]",
            "__12-[Cart pay:]_block_invoke",
            "__13-[Cart pay:]_block_invoke_2",
        ],
    );
    different_functions(
        "cocoa",
        &["-[Cart pay:]", "+[Cart pay:]", "-[Cart(More) pay:]"],
    );
}

#[test]
fn state_machines_and_lambdas_of_dotnet_are_their_method() {
    alike(&[
        in_function("csharp", "Shop.Cart+<Pay>d__5", "MoveNext"),
        in_function("csharp", "Shop.Cart+<Pay>d__17`1", "MoveNext"),
        in_function("csharp", "Shop.Cart", "Pay"),
    ]);
    one_function(
        "csharp",
        &["<Pay>b__0", "<Pay>b__12_1", "<Pay>g__Local|5_0"],
    );
    one_class(
        "csharp",
        &[
            "Shop.Cart+<>c__DisplayClass5_0",
            "Shop.Cart+<>c",
            "Shop.Cart",
        ],
    );
    one_class("csharp", &["Shop.List`1", "Shop.List"]);
}

#[test]
fn closures_of_go_have_no_numbers() {
    one_function("go", &["pay.func1", "pay.func2", "pay.func1.2"]);
}

#[test]
fn native_frames_without_names_count_by_their_binary() {
    let frame = |function: Value, package: &str| {
        let frame = json!({"function": function, "package": package, "in_app": true});
        raised("native", "SIGSEGV", "", &[frame])
    };
    alike(&[
        frame(json!(null), "/opt/shop/libcart.so"),
        frame(json!("0x7f3a2210"), "/srv/shop/libcart.so"),
        frame(json!("<unknown>"), "/opt/shop/libcart.so"),
    ]);
    different(&[
        frame(json!(null), "libcart.so"),
        frame(json!(null), "libcash.so"),
    ]);
}
