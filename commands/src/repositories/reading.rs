//! Reading a mirror. Revisions are full hashes and files are those that `git` itself lists, so no name that
//! somebody chose can be taken for more than a name.

use std::path::PathBuf;

use bugsage_domain::analysis::repository::Commit;
use chrono::DateTime;

use super::RepositoryError;
use super::git::Git;

/// Bytes of a file that is read.
const FILE_MAX: usize = 1024 * 1024;
/// Commits asked for at one line.
const COMMITS_MAX: usize = 5;
/// Lines above and below that count as touched.
const AROUND: u32 = 2;

/// A mirror that was fetched.
#[derive(Debug, Clone)]
pub struct Mirror {
    folder: PathBuf,
}

impl Mirror {
    pub(super) const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The commit of the first of these tags that there is.
    ///
    /// # Errors
    /// [`RepositoryError`].
    pub async fn tagged(&self, tags: &[String]) -> Result<Option<String>, RepositoryError> {
        for tag in tags {
            if let Some(found) = self.commit(&format!("refs/tags/{tag}")).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The commit of a hash or the beginning of one, of hexadecimal digits alone.
    ///
    /// # Errors
    /// [`RepositoryError`].
    pub async fn hashed(&self, hash: &str) -> Result<Option<String>, RepositoryError> {
        match hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            true => self.commit(hash).await,
            false => Ok(None),
        }
    }

    /// The newest commit of the default branch.
    ///
    /// # Errors
    /// [`RepositoryError`].
    pub async fn newest(&self) -> Result<Option<String>, RepositoryError> {
        self.commit("refs/bugsage/default").await
    }

    /// The nearest tag before a commit: its name, and its commit.
    ///
    /// # Errors
    /// [`RepositoryError`].
    pub async fn tag_before(
        &self,
        commit: &str,
    ) -> Result<Option<(String, String)>, RepositoryError> {
        let parent = format!("{commit}^");
        let asked = ["describe", "--tags", "--abbrev=0", &parent];
        let Some(name) = known(self.git().args(asked).read().await)? else {
            return Ok(None);
        };
        let commit = self.commit(&format!("refs/tags/{name}")).await?;
        Ok(commit.map(|commit| (name, commit)))
    }

    /// All files at a commit.
    ///
    /// # Errors
    /// [`RepositoryError`].
    pub async fn files(&self, commit: &str) -> Result<Vec<String>, RepositoryError> {
        let asked = ["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit];
        let listed = self.git().args(asked).read().await?;
        let names = listed.split(|byte| *byte == 0);
        let names = names.filter_map(|name| std::str::from_utf8(name).ok());
        let names = names.filter(|name| !name.is_empty());
        Ok(names.map(str::to_owned).collect())
    }

    /// The lines of a file at a commit; none of what is too large.
    ///
    /// # Errors
    /// [`RepositoryError`].
    pub async fn lines(&self, commit: &str, file: &str) -> Result<Vec<String>, RepositoryError> {
        let asked = ["cat-file", "blob", &format!("{commit}:{file}")];
        let bytes = self.git().args(asked).read().await?;
        if bytes.len() > FILE_MAX {
            return Ok(Vec::new());
        }
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// The commits up to `commit`, and not up to `after`, that changed a line of a file or one close to it,
    /// newest first. The line must be one of the `count` lines of the file.
    ///
    /// # Errors
    /// [`RepositoryError`].
    pub async fn touched(
        &self,
        (commit, after): (&str, Option<&str>),
        file: &str,
        (line, count): (u32, u32),
    ) -> Result<Vec<Commit>, RepositoryError> {
        let first = line.saturating_sub(AROUND).max(1);
        let last = (line + AROUND).min(count);
        let range = match after {
            Some(after) => format!("{after}..{commit}"),
            None => commit.to_owned(),
        };
        let asked = [
            "log",
            "-s",
            "--no-color",
            "--no-show-signature",
            "--no-ext-diff",
            "--no-textconv",
            "--encoding=UTF-8",
            "--format=%H%x00%at%x00%an%x00%s",
            &format!("--max-count={COMMITS_MAX}"),
            &format!("-L{first},{last}:{file}"),
            &range,
        ];
        let told = self.git().args(asked).read().await?;
        let told = String::from_utf8_lossy(&told).into_owned();
        Ok(told.lines().filter_map(read).collect())
    }

    async fn commit(&self, name: &str) -> Result<Option<String>, RepositoryError> {
        let name = format!("{name}^{{commit}}");
        let asked = [
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &name,
        ];
        known(self.git().args(asked).read().await)
    }

    /// Reads alone: no protocol is allowed.
    fn git(&self) -> Git {
        Git::new(&self.folder, "")
    }
}

/// What is not there is no failure, of those questions that have no other.
fn known(answer: Result<Vec<u8>, RepositoryError>) -> Result<Option<String>, RepositoryError> {
    match answer {
        Ok(told) => {
            let told = String::from_utf8_lossy(&told);
            Ok(Some(told.trim().to_owned()).filter(|told| !told.is_empty()))
        }
        Err(RepositoryError::Git(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn read(line: &str) -> Option<Commit> {
    let mut parts = line.splitn(4, '\0');
    let (hash, at, author) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Commit {
        hash: hash.to_owned(),
        at: DateTime::from_timestamp(at.parse().ok()?, 0)?,
        author: author.to_owned(),
        subject: parts.next()?.to_owned(),
    })
}
