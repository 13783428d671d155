//! The shops as child processes.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;
use tokio::time::timeout;

use crate::app::TestApp;

/// The longest scene, many at once on a busy machine.
const DEADLINE: Duration = Duration::from_secs(180);

const SHOPS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/clients");

/// Runs `shop.py` in an interpreter that cannot import Brotli.
const WITHOUT_BROTLI: &str = "import runpy, sys; sys.modules['brotli'] = None; \
     script = sys.argv.pop(1); runpy.run_path(script, run_name='__main__')";

/// A program that uses an SDK.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shop {
    /// Sends brotli.
    Python,
    /// Sends gzip.
    PythonWithoutBrotli,
    Node,
    Rust,
}

/// How a scene went.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) status: ExitStatus,
    /// The ids that the SDK gave.
    pub(super) ids: Vec<String>,
    /// What the program said to people, the SDK's debug log included.
    pub(super) stderr: String,
}

impl Shop {
    /// Plays a scene that must end well.
    pub(super) async fn play(self, app: &TestApp, scene: &str, number: u32) -> Vec<String> {
        let played = self.play_at(&app.project.dsn, scene, number).await;
        assert!(played.status.success(), "{self:?} {scene}: {played:?}");
        played.ids
    }

    /// Plays a scene whose failure nothing catches; what is stored of it.
    pub(super) async fn fail(self, app: &TestApp, scene: &str, number: u32) -> Value {
        let played = self.play_at(&app.project.dsn, scene, number).await;
        let errors = app.errors().await;
        assert!(!errors.is_empty(), "nothing arrived: {played:?}");
        let newest = errors[0]["id"].as_str().expect("an id");
        let error = app.get_settled(&format!("/api/v1/errors/{newest}")).await;
        let error = error.expect(200);
        let event_id = error["latest_event_id"].as_str().expect("an id");
        app.occurrence(event_id).await
    }

    /// Plays a scene with any DSN.
    pub(super) async fn play_at(self, dsn: &str, scene: &str, number: u32) -> Played {
        let mut command = self.command();
        command
            .args([dsn, scene, &number.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let child = command.spawn();
        let child = child.unwrap_or_else(|error| panic!("{self:?} does not start: {error}"));
        let ended = timeout(DEADLINE, child.wait_with_output()).await;
        let output = ended
            .unwrap_or_else(|_| panic!("{self:?} plays {scene} for more than {DEADLINE:?}"))
            .expect("its output");
        let stdout = String::from_utf8(output.stdout).expect("text");
        Played {
            status: output.status,
            ids: stdout.lines().map(|id| id.replace('-', "")).collect(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    fn command(self) -> Command {
        let mut command = match self {
            Self::Rust => Command::new(env!("CARGO_BIN_EXE_sentry-rust-client")),
            Self::Node => Command::new(setting("BUGSAGE_TEST_NODE")),
            Self::Python | Self::PythonWithoutBrotli => {
                Command::new(setting("BUGSAGE_TEST_PYTHON"))
            }
        };
        // Nothing of the caller's may reach the SDK: no proxy, no setting.
        command.env_clear();
        let script = |name: &str| Path::new(SHOPS).join(name);
        match self {
            Self::Rust => &mut command,
            Self::Node => command
                .env("NODE_PATH", setting("BUGSAGE_TEST_NODE_MODULES"))
                .arg(script("node/shop.js")),
            Self::Python => command
                .env("SENTRY_DEBUG", "1")
                .arg(script("python/shop.py")),
            Self::PythonWithoutBrotli => command
                .args(["-c", WITHOUT_BROTLI])
                .arg(script("python/shop.py")),
        };
        command
    }
}

pub(crate) fn setting(name: &str) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "where `make test` installed the SDKs"
    )]
    let value = std::env::var(name);
    value.unwrap_or_else(|_| {
        panic!("{name} is not set: run `make test`, which installs the SDKs and sets it")
    })
}
