//! The `bugsage` program, run with nothing but the settings of a test.

use std::path::PathBuf;
use std::process::{Command, Output};

use bugsage_test_database::TestDatabase;

/// What seals the secrets of tests.
pub(crate) const SEAL_KEYS: (&str, &str) = (
    "BUGSAGE_SEAL_KEYS",
    "test=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
);

/// The program with only these settings, and the keys of tests unless others are given, ready to
/// be run.
pub(crate) fn command(arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bugsage"));
    command
        .args(arguments)
        .env_clear()
        .envs([SEAL_KEYS])
        .envs(settings.iter().copied());
    command
}

/// Runs it to its end.
pub(crate) fn bugsage(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    command(arguments, settings).output().expect("bugsage runs")
}

/// Runs it on a database.
pub(crate) fn on(database: &TestDatabase, arguments: &[&str]) -> Output {
    let url = database.url();
    bugsage(
        arguments,
        &[("DATABASE_URL", &url), ("BUGSAGE_NATS", "off")],
    )
}

/// What a command that must fail tells.
#[track_caller]
pub(crate) fn told(output: &Output) -> String {
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A folder of one test, gone with it.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let name = format!("bugsage-test-{}", uuid::Uuid::new_v4().simple());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).expect("a folder");
        Self(path)
    }

    /// A file in it, with this text.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file");
        path.to_str().expect("a path").to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok(); // a test that failed before it was used
    }
}
