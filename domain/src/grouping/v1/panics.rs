//! Rust's panics, whose SDK calls everything the application's own that it does not know by name.

use crate::occurrence::Frame;

/// Where the compiler and Cargo keep the sources of other people's crates.
const FOREIGN: [&str; 3] = ["/rustc/", "/.cargo/registry/", "/.cargo/git/"];

/// The frames up to the panic: what is above is its machinery and the SDK itself.
pub(super) fn below(frames: &[Frame]) -> &[Frame] {
    let panic = frames.iter().rposition(is_panic);
    &frames[..panic.unwrap_or(frames.len())]
}

/// The source says that the frame is a library's, whatever the sender says.
pub(super) fn is_foreign(frame: &Frame) -> bool {
    frame
        .abs_path
        .as_deref()
        .is_some_and(|path| FOREIGN.iter().any(|mark| path.contains(mark)))
}

fn is_panic(frame: &Frame) -> bool {
    frame.function.as_deref().is_some_and(|name| {
        name.ends_with("rust_begin_unwind") || name.starts_with("std::panicking::begin_panic")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::grouping::{CURRENT, Grouping, fingerprint};
    use crate::occurrence::decode;

    /// A panic as the SDK sends it: what it does not know by name is the application's.
    fn panic(own: &Value) -> Grouping {
        let event = json!({"platform": "native", "exception": {"values": [{
            "type": "panic",
            "value": "called `Option::unwrap()` on a `None` value",
            "stacktrace": {"frames": [
                {"function": "std::rt::lang_start", "in_app": false},
                own,
                {"function": "<Vec<T> as Extend<T>>::extend", "in_app": true,
                 "abs_path": "/rustc/5980761/library/alloc/src/vec/mod.rs"},
                {"function": "core::panicking::panic_fmt", "in_app": false},
                {"function": "__rustc::rust_begin_unwind", "in_app": true},
                {"function": "sentry_panic::panic_handler", "in_app": true},
            ]},
        }]}});
        let event = decode(event.to_string().as_bytes()).unwrap();
        fingerprint(CURRENT, &event)
    }

    #[test]
    fn a_panic_happens_in_the_function_that_panicked() {
        let found = panic(&json!({"function": "shop::find_order", "in_app": true}));
        assert_eq!(found.culprit.as_deref(), Some("shop::find_order"));
    }

    #[test]
    fn like_panics_of_two_functions_are_two_errors() {
        let one = panic(&json!({"function": "shop::find_order", "in_app": true}));
        let other = panic(&json!({"function": "shop::charge", "in_app": true}));
        assert_ne!(one.fingerprint, other.fingerprint);
    }
}
