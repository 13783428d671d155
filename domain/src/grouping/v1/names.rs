//! Names of functions and classes without what varies from build to build or run to run.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// What compilers, proxy generators and reflection add to a name.
static GENERATED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        // Spring, Guice, javassist, Hibernate, Byte Buddy, Mockito, lambdas of the JVM.
        r"\$\$(?:EnhancerBy|FastClassBy)\w*(?:\$\$[0-9a-fA-F]+)?|\$\$SpringCGLIB\$\$\d+",
        r"|_\$\$_(?:javassist|jvst)\w*|\$(?:HibernateProxy|ByteBuddy|MockitoMock)\$\w+",
        r"|\$\$Lambda(?:\$\d+)?(?:/(?:0x)?[0-9a-fA-F]+)?|[./]0x[0-9a-fA-F]+",
        // Scala, Kotlin; numbers of anonymous classes, lambdas and accessors.
        r"|\$mc\w+\$sp|\$adapted|\$default\b|\$\d+",
        // Hashes, closures and crate numbers of Rust.
        r"|::h[0-9a-f]{16}\b|\[[0-9a-f]{16}\]",
        r"|::\{\{closure\}\}|::\{(?:closure|closure_env|async_\w+)#\d+\}",
        // Parts that a C compiler split off.
        r"|\.(?:isra|part|constprop|cold|llvm|lto_priv)\b(?:\.\d+)?",
        // Arity and state machines of .NET.
        r"|`\d+|\+<>c(?:__DisplayClass\w+)?",
        // Clojure, ERB, and what else is numbered at random.
        r"|_{2,}\d+(?:_+\d+)*\b|\d{5,}",
    ))
});
/// Names that a number is added to.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(Accessor|lambda_method|\$?Proxy|\bproxy|\beval|\bclosure #|\.func)\d+(?:\.\d+)*")
});
/// What .NET makes of a method: `<Load>b__0`, `<Load>g__Local|5_0`, and the class `+<Load>d__5`.
static OF_METHOD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\+<\w+>d__\w+|<(\w+)>[bdg]__\w*(?:\|\d+(?:_\d+)?)?"));
static RUBY_BLOCK: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:block|rescue|ensure)(?: \(\d+ levels\))? in "));
static PHP_LINE: LazyLock<Regex> = LazyLock::new(|| pattern(r":\d+\}"));

#[expect(
    clippy::expect_used,
    reason = "constant patterns, compiled by the tests"
)]
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// The platforms whose names are a browser's or Node's.
pub(super) fn is_web(platform: &str) -> bool {
    matches!(platform, "javascript" | "node")
}

/// A class or module.
pub(crate) fn class(name: &str) -> String {
    let may_vary = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'$' | b'{' | b'+' | b'<');
    if !name.bytes().any(may_vary) {
        return name.to_owned();
    }
    let name = OF_METHOD.replace_all(name, "$1");
    let name = GENERATED.replace_all(&name, "");
    NUMBERED.replace_all(&name, "$1").into_owned()
}

/// A function; `None` if its name says nothing.
pub(super) fn function(name: &str, platform: &str) -> Option<String> {
    let name = name.trim();
    let name: Cow<'_, str> = match platform {
        "javascript" | "node" => script(name).into(),
        "php" => PHP_LINE.replace(name.split('\0').next().unwrap_or(name), "}"),
        "ruby" => RUBY_BLOCK.replace(name, ""),
        "native" | "c" | "cocoa" | "objc" => native(name),
        _ => name.into(),
    };
    let name = name.split("@anonymous").next().unwrap_or(&name);
    let name = class(&without_generics(name));
    (!says_nothing(&name, platform)).then_some(name)
}

/// `Foo.testMethod`, `testMethod`, `test/<`, `async testMethod`, `new Foo`, `Foo.bar [as baz]`
fn script(name: &str) -> &str {
    let name = name.strip_prefix("async ").unwrap_or(name);
    let name = name.strip_prefix("new ").unwrap_or(name);
    let name = name.split(['/', '[', '(']).next().unwrap_or(name).trim();
    name.rsplit('.').next().unwrap_or(name)
}

/// Without parameters, and with one spelling of the anonymous namespace.
fn native(name: &str) -> Cow<'_, str> {
    // `__41-[Foo bar]_block_invoke`
    let method = name.find("-[").or_else(|| name.find("+["));
    if let Some(start) = method.filter(|start| name[..*start].starts_with("__") || *start == 0) {
        let name = &name[start..];
        return name.split("_block_invoke").next().unwrap_or(name).into();
    }
    let name = name
        .replace("(anonymous namespace)", "{anonymous}")
        .replace("`anonymous namespace'", "{anonymous}")
        .replace("`anonymous-namespace'", "{anonymous}")
        .replace("operator()", "operator{}");
    match name.split_once('(') {
        Some((before, _)) if !before.is_empty() => before.trim_end().to_owned().into(),
        _ => name.into(),
    }
}

/// Drops the arguments of types and templates: `a::<u8>::b`, `Foo<Bar<int>>::baz`. Brackets that
/// follow no name are a name themselves: `<lambda>`, `<init>`, `<A as B>::c`.
fn without_generics(name: &str) -> Cow<'_, str> {
    if !name.contains('<') || name.contains("operator") {
        return name.into();
    }
    let mut kept = String::with_capacity(name.len());
    let mut dropped = 0_usize;
    let mut before = ' ';
    for char in name.chars() {
        let is_argument = before.is_alphanumeric() || matches!(before, '_' | ':' | '>' | '}');
        match char {
            '<' if dropped > 0 || is_argument => dropped += 1,
            '>' if dropped > 0 && before != '-' => dropped -= 1,
            _ if dropped > 0 => {}
            _ => kept.push(char),
        }
        before = char;
    }
    // Unbalanced, so no generics: better the whole than half a name.
    if dropped > 0 {
        return name.into();
    }
    // `a::<u8>` leaves its colons behind.
    let kept = kept.replace("::::", "::");
    kept.strip_suffix("::")
        .map(str::to_owned)
        .unwrap_or(kept)
        .into()
}

/// No name, an address, or the one or two letters that a minifier made anew with this build.
fn says_nothing(name: &str, platform: &str) -> bool {
    let is_address = name
        .strip_prefix("0x")
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_address
        || (is_web(platform) && name.chars().count() <= 2)
        || matches!(
            name,
            "" | "?"
                | "??"
                | "<anonymous>"
                | "anonymous"
                | "Anonymous function"
                | "{closure}"
                | "<unknown>"
                | "<redacted>"
                | "unknown"
                | "null"
                | "undefined"
                | "eval code"
                | "global code"
                | "module code"
        )
}
