//! What a repository showed of an error, as it is kept with what an analysis was made from.

use bugsage_domain::analysis::repository::{Repository, Suspect};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What the repository of a project showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AnalysisRepository {
    /// The commit that was read; null where nothing could be.
    pub revision: Option<String>,
    /// Which commit that is, or why there is none, in words.
    pub said: String,
    /// Commits that may have brought the error, the most suspect first; at most five.
    pub suspect_commits: Vec<SuspectCommit>,
}

/// A commit that may have brought an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SuspectCommit {
    /// Its hash.
    pub commit: String,
    /// The name of who wrote it.
    pub author: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What it says of itself.
    pub subject: String,
    /// How suspect it is, 1 to 100: how near to the failure it changed something, times how recent it is.
    /// It says where to look first, and not that the commit is at fault.
    pub score: u8,
    /// The frames at whose lines it changed something.
    pub frames: Vec<String>,
}

#[derive(Deserialize)]
struct Kept {
    circumstances: Circumstances,
}

#[derive(Deserialize)]
struct Circumstances {
    #[serde(default)]
    repository: Option<Repository>,
}

impl AnalysisRepository {
    /// Of a context as it is kept.
    pub(super) fn read(context: &str) -> Option<Self> {
        let kept: Kept = serde_json::from_str(context).ok()?;
        kept.circumstances.repository.map(Self::from)
    }
}

impl From<Repository> for AnalysisRepository {
    fn from(found: Repository) -> Self {
        Self {
            revision: found.revision,
            said: found.said,
            suspect_commits: found.suspects.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Suspect> for SuspectCommit {
    fn from(suspect: Suspect) -> Self {
        Self {
            commit: suspect.commit,
            author: suspect.author,
            at: suspect.at,
            subject: suspect.subject,
            score: suspect.score,
            frames: suspect.frames.iter().map(ToString::to_string).collect(),
        }
    }
}
