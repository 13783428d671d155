//! What the repository of a project shows of an occurrence.

use std::time::Duration;

use bugsage_commands::repositories::{Mirror, RepositoryError};
use bugsage_domain::analysis::repository::{
    Commit, Excerpt, Place, Repository, Touched, hash, meant, places, suspects, tags,
};
use bugsage_domain::ids::OrganizationId;
use bugsage_domain::occurrence::Occurrence;
use bugsage_domain::scrub::{self, Rules};
use bugsage_projections::subject::Subject;
use chrono::{DateTime, Utc};
use tokio::time::timeout;

use super::Analyst;

/// How long a mirror may be read for one analysis.
const READING: Duration = Duration::from_secs(30);
/// Lines shown above and below the one of a frame.
const AROUND: u32 = 5;
/// Characters of a line, of an author's name and of a subject.
const TEXT_MAX: usize = 200;

/// What is looked for, and what is known of where.
struct Sought<'a> {
    occurrence: &'a Occurrence,
    occurred_at: DateTime<Utc>,
    /// The first release that the error was seen in.
    first_release: Option<&'a str>,
}

impl Analyst {
    /// `None` where the project has no repository. Whatever goes wrong with one is a sentence of the
    /// material, and no failure.
    pub(super) async fn source(
        &self,
        organization: OrganizationId,
        subject: &Subject,
    ) -> Option<Repository> {
        let project = subject.project;
        let Some(address) = &subject.repository else {
            if let Err(error) = self.repositories.forget(organization, project).await {
                tracing::warn!(%organization, %project, %error, "a mirror is not removed");
            }
            return None;
        };
        let sought = Sought {
            occurrence: &subject.occurrence,
            occurred_at: subject.occurred_at,
            first_release: subject.releases.first().map(String::as_str),
        };
        let read = async {
            let mirror = self.repositories.mirror(organization, project, address);
            let mirror = mirror.await?;
            let read = timeout(READING, read(&mirror, &sought)).await;
            read.map_err(|_| RepositoryError::Slow(READING.as_secs()))?
        };
        Some(read.await.unwrap_or_else(|error: RepositoryError| {
            tracing::info!(%organization, %project, %error, "a repository cannot be read");
            Repository {
                said: format!("The project's repository could not be read: {error}."),
                ..Repository::default()
            }
        }))
    }
}

async fn read(mirror: &Mirror, sought: &Sought<'_>) -> Result<Repository, RepositoryError> {
    let release = sought.occurrence.release.as_deref();
    let (revision, mut said) = revision(mirror, release).await?;
    let Some(revision) = revision else {
        return Ok(Repository {
            said,
            ..Repository::default()
        });
    };
    let base = base(mirror, sought.first_release).await?;
    said.push_str(&match &base {
        Some((tag, _)) => format!(" Commits are those since {}.", plain(tag)),
        None => " The last release without the error is not known, so commits are the last ones."
            .to_owned(),
    });
    let files = mirror.files(&revision).await?;
    let after = base.as_ref().map(|(_, commit)| commit.as_str());
    let (mut excerpts, mut touched) = (Vec::new(), Vec::new());
    for (rank, place) in places(sought.occurrence).into_iter().enumerate() {
        let Some(file) = meant(&place.path, files.iter().map(String::as_str)) else {
            continue;
        };
        // One that cannot be read takes nothing from the others.
        let Ok(lines) = mirror.lines(&revision, file).await else {
            continue;
        };
        let count = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        if place.line > count {
            continue;
        }
        let found = mirror.touched((&revision, after), file, (place.line, count));
        let found = found
            .await
            .unwrap_or_default()
            .into_iter()
            .map(|commit| Touched {
                frame: place.frame.clone(),
                rank,
                commit: bounded(commit),
            });
        touched.extend(found);
        excerpts.extend((!place.has_source).then(|| excerpt(place, file, &lines)));
    }
    Ok(Repository {
        revision: Some(revision),
        said,
        excerpts,
        suspects: suspects(touched, sought.occurred_at),
    })
}

/// The commit of a release, else the newest one; and which it is, in words.
async fn revision(
    mirror: &Mirror,
    release: Option<&str>,
) -> Result<(Option<String>, String), RepositoryError> {
    if let Some(release) = release
        && let Some(found) = of_release(mirror, release).await?
    {
        let said = format!("Source is that of release {}.", plain(release));
        return Ok((Some(found), said));
    }
    let why = match release {
        Some(release) => format!("no tag or commit is called by release {}", plain(release)),
        None => "the occurrence names no release".to_owned(),
    };
    Ok(match mirror.newest().await? {
        Some(found) => {
            let said = format!(
                "Source is that of the default branch now, for {why}: lines may have moved."
            );
            (Some(found), said)
        }
        None => (
            None,
            format!("The repository shows nothing: it has no default branch, and {why}."),
        ),
    })
}

async fn of_release(mirror: &Mirror, release: &str) -> Result<Option<String>, RepositoryError> {
    if let Some(found) = mirror.tagged(&tags(release)).await? {
        return Ok(Some(found));
    }
    match hash(release) {
        Some(hash) => mirror.hashed(&hash).await,
        None => Ok(None),
    }
}

/// The last release without the error: the nearest tag before the first one that it was seen in.
async fn base(
    mirror: &Mirror,
    first_release: Option<&str>,
) -> Result<Option<(String, String)>, RepositoryError> {
    let Some(release) = first_release else {
        return Ok(None);
    };
    match of_release(mirror, release).await? {
        Some(first) => mirror.tag_before(&first).await,
        None => Ok(None),
    }
}

fn excerpt(place: Place, file: &str, lines: &[String]) -> Excerpt {
    let first = place.line.saturating_sub(AROUND).max(1);
    let shown = lines.iter().skip(first as usize - 1);
    let shown = shown.take((place.line - first + AROUND) as usize + 1);
    Excerpt {
        frame: place.frame,
        path: file.to_owned(),
        line: place.line,
        first,
        lines: shown.map(|line| plain(line)).collect(),
    }
}

fn bounded(commit: Commit) -> Commit {
    Commit {
        author: plain(&commit.author),
        subject: plain(&commit.subject),
        ..commit
    }
}

/// Without secrets, for they stand in source too.
fn plain(text: &str) -> String {
    let text: String = text.chars().take(TEXT_MAX).collect();
    scrub::scrub_text(&text, &Rules::default())
}
