//! Which commits may have brought an error.

use chrono::{DateTime, TimeDelta, Utc};

use super::Suspect;
use crate::analysis::Pointer;

/// Commits that are told.
pub const SUSPECTS_MAX: usize = 5;
/// What each further frame from the failure leaves of a score.
const FURTHER: f64 = 0.8;
/// Days after which a commit is half as suspect.
const HALF_LIFE_DAYS: f64 = 14.0;
/// Clocks of those who write commits and of those who report errors may differ by so much.
const SKEW: TimeDelta = TimeDelta::hours(1);

/// A commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its hash.
    pub hash: String,
    /// The name of who wrote it.
    pub author: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// What it says of itself, in a line.
    pub subject: String,
}

/// A commit changed something at the line of a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The frame.
    pub frame: Pointer,
    /// How many frames are nearer to the failure.
    pub rank: usize,
    /// The commit.
    pub commit: Commit,
}

/// The commits by how suspect they are. The score of one is a product of two: how near to the failure it
/// touched something (1 at the nearest frame, four fifths as much at each further one), and how short before
/// the occurrence it was written (half as much every fourteen days). What was written after the occurrence
/// did not bring it, and is none. No score says that a commit is at fault: only where to look first.
#[must_use]
pub fn suspects(touched: Vec<Touched>, occurred_at: DateTime<Utc>) -> Vec<Suspect> {
    let mut suspects: Vec<Suspect> = Vec::new();
    for Touched {
        frame,
        rank,
        commit,
    } in touched
    {
        if commit.at > occurred_at + SKEW {
            continue;
        }
        let score = score(rank, occurred_at - commit.at);
        match suspects.iter_mut().find(|one| one.commit == commit.hash) {
            Some(known) => {
                known.score = known.score.max(score);
                known.frames.push(frame);
            }
            None => suspects.push(Suspect {
                commit: commit.hash,
                author: commit.author,
                at: commit.at,
                subject: commit.subject,
                score,
                frames: vec![frame],
            }),
        }
    }
    suspects.sort_by(|a, b| b.score.cmp(&a.score).then(b.at.cmp(&a.at)));
    suspects.truncate(SUSPECTS_MAX);
    suspects
}

fn score(rank: usize, age: TimeDelta) -> u8 {
    let nearness = FURTHER.powi(i32::try_from(rank).unwrap_or(i32::MAX));
    let days = age.as_seconds_f64().max(0.0) / 86_400.0;
    let recency = 0.5_f64.powf(days / HALF_LIFE_DAYS);
    // At least a hundredth: it touched the line, however long ago.
    (nearness * recency * 100.0).round().max(1.0) as u8
}
