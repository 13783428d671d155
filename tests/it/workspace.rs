//! Rules about the workspace itself: which crate may know which, and what must not be linked.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Who may depend on whom: everything left out is forbidden.
const EDGES: [(&str, &[&str]); 7] = [
    ("bugsage-domain", &[]),
    ("bugsage-event-store", &["bugsage-domain"]),
    ("bugsage-models", &[]),
    (
        "bugsage-commands",
        &["bugsage-domain", "bugsage-event-store"],
    ),
    (
        "bugsage-projections",
        &["bugsage-domain", "bugsage-event-store"],
    ),
    (
        "bugsage-sagas",
        &[
            "bugsage-domain",
            "bugsage-event-store",
            "bugsage-models",
            "bugsage-commands",
            "bugsage-projections",
        ],
    ),
    (
        "bugsage-api",
        &[
            "bugsage-domain",
            "bugsage-event-store",
            "bugsage-models",
            "bugsage-commands",
            "bugsage-projections",
            "bugsage-sagas",
        ],
    ),
];

/// Crates that reach the outside, and the only ones of ours that may use them.
const OUTSIDE: [(&str, &[&str]); 6] = [
    (
        "sqlx",
        &[
            "bugsage-event-store",
            "bugsage-commands",
            "bugsage-projections",
            "bugsage-sagas",
            "bugsage-api",
        ],
    ),
    (
        "tokio",
        &[
            "bugsage-event-store",
            "bugsage-models",
            "bugsage-commands",
            "bugsage-sagas",
            "bugsage-api",
        ],
    ),
    ("axum", &["bugsage-api", "bugsage-models"]),
    ("async-nats", &["bugsage-api", "bugsage-sagas"]),
    (
        "reqwest",
        &["bugsage-api", "bugsage-commands", "bugsage-models"],
    ),
    ("sentry", &[]),
];

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What a crate of ours needs at run time and to be built; tests may look across.
fn dependencies(package: &Value) -> BTreeSet<&str> {
    let all = package["dependencies"].as_array().expect("a list");
    all.iter()
        .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
        .filter_map(|dependency| dependency["name"].as_str())
        .collect()
}

#[test]
fn crates_depend_on_each_other_one_way() {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version=1"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("JSON");
    for package in metadata["packages"].as_array().expect("a list") {
        let name = package["name"].as_str().expect("a name");
        if ["bugsage-test", "bugsage-bench"]
            .iter()
            .any(|outside| name.starts_with(outside))
        {
            continue;
        }
        let needed = dependencies(package);
        let ours = needed.iter().filter(|other| other.starts_with("bugsage"));
        let (_, allowed) = EDGES
            .iter()
            .find(|(known, _)| *known == name)
            .unwrap_or_else(|| panic!("{name} is a new crate: say in EDGES what it may know"));
        for other in ours {
            assert!(allowed.contains(other), "{name} must not know {other}");
        }
        for (outside, may) in OUTSIDE {
            let is_used = needed.contains(outside);
            assert!(
                !is_used || may.contains(&name),
                "{name} must not use {outside}"
            );
        }
    }
}

/// Every file of a folder's Rust sources.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .collect()
}

/// Both are what has been proved of a caller: a handler asks for `Authorized` to get them.
#[test]
fn only_access_makes_scopes_and_contexts() {
    let api = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/src");
    let access = api.join("access");
    let mut made = 0;
    for file in sources(&api) {
        let text = std::fs::read_to_string(&file).expect("a text");
        for words in ["Scope::of(", "CommandContext {", "Metadata {", "Acting {"] {
            let makes = text.lines().any(|line| {
                line.contains(words) && !line.trim_start().starts_with("//") && !line.contains("->")
            });
            // Whoever makes an organization acts in one that is nobody's yet.
            let founds = words == "Acting {" && file.ends_with("organizations/organization.rs");
            assert!(
                !makes || founds || file.starts_with(&access),
                "{}: {words}",
                file.display()
            );
            made += usize::from(makes);
        }
    }
    assert!(made >= 4, "what is looked for is not how it is written");
}

#[test]
fn one_sqlx_one_tls_provider_and_no_openssl_are_linked() {
    let tree = cargo(&[
        "tree",
        "--workspace",
        "--prefix=none",
        "--edges=normal,build,dev",
    ]);
    let linked: BTreeSet<(&str, &str)> = tree
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, words.next()?))
        })
        .collect();
    let versions = |name: &str| linked.iter().filter(|(known, _)| *known == name).count();
    for forbidden in ["ring", "openssl", "openssl-sys", "native-tls"] {
        assert_eq!(versions(forbidden), 0, "{forbidden} must not be linked");
    }
    for single in ["sqlx", "rustls", "aws-lc-rs", "axum", "reqwest", "tokio"] {
        assert_eq!(versions(single), 1, "{single} must be linked once");
    }
}
