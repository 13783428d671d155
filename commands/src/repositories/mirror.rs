//! Making and fetching mirrors.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bugsage_domain::ids::{OrganizationId, ProjectId};
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use url::Url;

use super::git::{self, Git, told};
use super::reading::Mirror;
use super::{Address, Known, Repositories, RepositoryError, room};

/// For how long what was fetched is taken for what is there.
const FRESH: Duration = Duration::from_secs(30);
/// For how long nobody asks one again that could not be fetched.
const BROKEN: Duration = Duration::from_secs(300);
/// Between two looks how large a mirror has become.
const LOOK: Duration = Duration::from_millis(200);
/// Everything that can be a revision, and what the repository itself takes for its default.
const REFS: [&str; 3] = [
    "+refs/heads/*:refs/heads/*",
    "+refs/tags/*:refs/tags/*",
    "+HEAD:refs/bugsage/default",
];

impl Repositories {
    /// The mirror of a project's repository, as the repository was half a minute ago at most. Where it
    /// cannot be fetched, there is none, for what it shows could be old.
    ///
    /// # Errors
    /// [`RepositoryError`].
    pub async fn mirror(
        &self,
        organization: OrganizationId,
        project: ProjectId,
        address: &str,
    ) -> Result<Mirror, RepositoryError> {
        let folder = self.bounds.folder.as_ref().ok_or(RepositoryError::Off)?;
        let address = self.check(address)?;
        let digest = Sha256::digest(address.to_string().as_bytes());
        let digest: String = digest[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let of_project = folder.join(format!("{organization}-{project}"));
        let mirror = of_project.join(format!("{digest}.git"));
        let known = self.known(&mirror);
        let mut known = known.lock().await;
        let (at, fetched) = match known.take() {
            Some((at, fetched)) if at.elapsed() < kept(&fetched) => (at, fetched),
            _ => {
                let fetched = self.fetch(&of_project, &mirror, &address).await;
                // From its end: who waited for a slow one is content with it.
                (Instant::now(), fetched)
            }
        };
        *known = Some((at, fetched.clone()));
        fetched.map(|()| Mirror::new(mirror))
    }

    /// Removes what is mirrored of a project that has no repository any more.
    ///
    /// # Errors
    /// [`RepositoryError::Folder`].
    pub async fn forget(
        &self,
        organization: OrganizationId,
        project: ProjectId,
    ) -> Result<(), RepositoryError> {
        match &self.bounds.folder {
            Some(folder) => remove(&folder.join(format!("{organization}-{project}"))).await,
            None => Ok(()),
        }
    }

    fn known(&self, mirror: &Path) -> Known {
        let mut all = match self.known.lock() {
            Ok(all) => all,
            Err(broken) => broken.into_inner(),
        };
        all.entry(mirror.to_owned()).or_default().clone()
    }

    async fn fetch(
        &self,
        of_project: &Path,
        mirror: &Path,
        address: &Address,
    ) -> Result<(), RepositoryError> {
        git::is_there().await?;
        prepare(of_project, mirror).await?;
        let git = match address {
            Address::Local(path) => {
                let path = room::allowed(path, &self.bounds.allow)?;
                fetching(Git::new(mirror, "file"), path.display().to_string())
            }
            Address::Web(url) => {
                let found = self.outgoing.addresses(url).await?;
                let git = Git::new(mirror, "http:https").with(&pinned(url, &found));
                fetching(git, url.to_string())
            }
        };
        let bytes = self.bounds.bytes;
        let too_large = RepositoryError::Large(bytes / 1024 / 1024);
        let fetched = tokio::select! {
            output = git.run(self.bounds.patience) => output,
            () = outgrown(mirror, bytes) => Err(too_large.clone()),
        };
        let fetched = match fetched {
            Ok(_) if size(mirror).await > bytes => Err(too_large),
            fetched => fetched,
        };
        match fetched {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => Err(RepositoryError::Git(told(&output.stderr))),
            // What was killed may leave locks behind, and what is too large is not kept.
            Err(error) => {
                remove(mirror).await?;
                Err(error)
            }
        }
    }
}

/// For how long nobody fetches again; where it failed, longer, or each analysis would wait for it in vain.
fn kept(fetched: &Result<(), RepositoryError>) -> Duration {
    match fetched {
        Ok(()) => FRESH,
        Err(_) => BROKEN,
    }
}

fn fetching(git: Git, from: String) -> Git {
    let how = [
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
        "--prune",
        "--force",
        "--end-of-options",
    ];
    git.args(how).args([from]).args(REFS)
}

/// Makes it where there is none, in place of what the project's repository was before.
async fn prepare(of_project: &Path, mirror: &Path) -> Result<(), RepositoryError> {
    if tokio::fs::try_exists(mirror).await.map_err(unusable)? {
        return Ok(());
    }
    remove(of_project).await?;
    tokio::fs::create_dir_all(of_project)
        .await
        .map_err(unusable)?;
    let init = Git::new(mirror, "").args(["init", "--quiet", "--bare", "--template="]);
    init.read().await.map(|_| ())
}

async fn remove(folder: &Path) -> Result<(), RepositoryError> {
    match tokio::fs::remove_dir_all(folder).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unusable(error)),
        _ => Ok(()),
    }
}

fn unusable(error: std::io::Error) -> RepositoryError {
    RepositoryError::Folder(error.to_string())
}

/// Ends when the mirror has more than so many bytes.
async fn outgrown(mirror: &Path, bytes: u64) {
    while size(mirror).await <= bytes {
        tokio::time::sleep(LOOK).await;
    }
}

async fn size(mirror: &Path) -> u64 {
    let folder: PathBuf = mirror.to_owned();
    let size = tokio::task::spawn_blocking(move || room::bytes(&folder)).await;
    size.unwrap_or(u64::MAX)
}

/// The setting by which `git` connects to the addresses that were checked, and looks no name up itself.
fn pinned(url: &Url, found: &[IpAddr]) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let found = found.iter().map(|ip| match SocketAddr::new(*ip, 0).ip() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    });
    let found: Vec<_> = found.collect();
    format!("http.curloptResolve={host}:{port}:{}", found.join(","))
}
