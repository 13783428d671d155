//! One target under libFuzzer, which brings the `main` and reads the arguments.
#![no_main]

use std::sync::LazyLock;

use bugsage_test_fuzz::{Target, target};

/// libFuzzer would take a name among the arguments for a folder.
#[expect(clippy::disallowed_methods, reason = "no service, so no settings")]
static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
    target(&name).expect("FUZZ_TARGET names a target")
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| TARGET(bytes));
