//! Running `git` so that it asks nobody, reads no settings but ours, runs nothing of a repository, and ends.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::RepositoryError;

/// Where programs are: nothing of this process's environment reaches `git`, for it may hold secrets.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Bytes of what it answers.
const OUTPUT_MAX: u64 = 16 * 1024 * 1024;
/// Bytes of what it complains.
const COMPLAINT_MAX: u64 = 16 * 1024;
/// Characters of what is told of that.
const TOLD_MAX: usize = 200;
/// How long reading may take.
const READING: Duration = Duration::from_secs(10);
/// The oldest that connects to the addresses that were checked (`http.curloptResolve`).
const OLDEST: (u32, u32) = (2, 37);
/// What holds for every run. No redirect is followed, for it could lead anywhere; who sends less than a
/// kilobyte a second for twenty seconds is left.
const SETTINGS: [&str; 9] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "credential.helper=",
    "fetch.unpackLimit=1",
    "gc.autoDetach=false",
    "http.followRedirects=false",
    "http.lowSpeedLimit=1000",
    "http.lowSpeedTime=20",
    "http.proxy=",
];

/// One run.
pub(super) struct Git(Command);

impl Git {
    /// Of this repository, for the protocols named (with colons); `git` itself refuses every other.
    pub(super) fn new(folder: &Path, protocols: &str) -> Self {
        let mut git = Command::new("git");
        git.env_clear()
            .env("PATH", PATH)
            .env("LC_ALL", "C")
            .env("HOME", folder)
            .env("GIT_DIR", folder)
            .env("GIT_ALLOW_PROTOCOL", protocols)
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "/bin/false")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        #[cfg(unix)]
        git.process_group(0);
        let mut run = Self(git);
        for setting in SETTINGS {
            run = run.with(setting);
        }
        run
    }

    /// With one more setting; before any argument.
    pub(super) fn with(mut self, setting: &str) -> Self {
        self.0.args(["-c", setting]);
        self
    }

    pub(super) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.0.args(args);
        self
    }

    /// What it answers within the time for reading; an error if it fails.
    pub(super) async fn read(self) -> Result<Vec<u8>, RepositoryError> {
        let output = self.run(READING).await?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(RepositoryError::Git(told(&output.stderr))),
        }
    }

    /// Runs it to its end, or ends it with all that it started.
    pub(super) async fn run(mut self, patience: Duration) -> Result<Output, RepositoryError> {
        let child = self.0.spawn().map_err(|_| RepositoryError::NoGit)?;
        let mut running = Running(child);
        let ended = timeout(patience, running.output()).await;
        let ended = ended.map_err(|_| RepositoryError::Slow(patience.as_secs()))?;
        ended.map_err(|error| RepositoryError::Git(error.to_string()))
    }
}

/// Whether there is a `git` that is new enough.
pub(super) async fn is_there() -> Result<(), RepositoryError> {
    let said = Git::new(Path::new("/"), "").args(["--version"]).read();
    let said = said.await.map_err(|_| RepositoryError::NoGit)?;
    let said = String::from_utf8_lossy(&said).into_owned();
    let version = said.trim_start_matches("git version ").split('.');
    let mut numbers = version.map_while(|part| part.trim().parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) >= OLDEST => Ok(()),
        _ => Err(RepositoryError::NoGit),
    }
}

/// The last complaint, which is the one that ended it.
pub(super) fn told(complaints: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaints);
    let mut lines = text.lines().rev().filter(|line| !line.trim().is_empty());
    let telling = |line: &&str| line.starts_with("fatal:") || line.starts_with("error:");
    let line = lines.clone().find(telling).or_else(|| lines.next());
    let line = line.unwrap_or("nothing, and failed").trim();
    let plain = line.chars().filter(|char| !char.is_control());
    plain.take(TOLD_MAX).collect()
}

/// A run whose helpers end with it: `git` fetches by programs of its own, which else go on.
struct Running(Child);

impl Running {
    async fn output(&mut self) -> std::io::Result<Output> {
        let (stdout, stderr) = (self.0.stdout.take(), self.0.stderr.take());
        let read = futures::future::try_join(all(stdout, OUTPUT_MAX), all(stderr, COMPLAINT_MAX));
        let (stdout, stderr) = read.await?;
        if stdout.len() as u64 > OUTPUT_MAX {
            return Err(std::io::Error::other("more than can be read"));
        }
        Ok(Output {
            status: self.0.wait().await?,
            stdout,
            stderr,
        })
    }
}

/// To the end, of which so much is kept.
async fn all(pipe: Option<impl AsyncRead + Unpin>, max: u64) -> std::io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    if let Some(mut pipe) = pipe {
        (&mut pipe).take(max + 1).read_to_end(&mut kept).await?;
        tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    }
    Ok(kept)
}

#[cfg(unix)]
impl Drop for Running {
    fn drop(&mut self) {
        // None once it was waited for: the number may be another's by then.
        let id = self.0.id().and_then(|id| i32::try_from(id).ok());
        if let Some(group) = id.and_then(rustix::process::Pid::from_raw) {
            let killed = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            if let Err(error) = killed {
                tracing::warn!(%error, "a git that is no longer wanted goes on");
            }
        }
    }
}
