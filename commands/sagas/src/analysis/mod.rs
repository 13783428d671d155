//! Why errors happen: which are analysed, and how.
//!
//! The [saga](AnalysisSaga) asks for an analysis where the policy of its
//! project wants one, and for a job where one was
//! asked for, by whomever. The job gathers a [`Material`], asks the models of the settings, within their
//! budgets, and [rules](bugsage_domain::analysis::rules) where none answers, and completes the analysis.

mod analyst;
mod ask;
mod budget;
mod costs;
mod frequent;
mod gather;
mod lines;
mod material;
mod places;
mod precedents;
mod prompt;
mod reached;
mod react;
mod source;
mod versions;
mod wanted;
mod watch;
mod work;

use bugsage_domain::ids::ErrorId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use analyst::{Analyst, RULES};
pub use budget::Budgets;
pub use frequent::run as frequent;
pub use material::Material;
pub use prompt::Prompt;
pub use react::AnalysisSaga;
pub use versions::{VERSIONS, Version};

use crate::{Register, job_id};
use reached::Reached;
use wanted::Wanted;
use watch::Watch;
use work::Analyse;

/// The saga's name.
const SAGA: &str = "analysis";

/// What is to be analysed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Task {
    error: ErrorId,
    number: u32,
    /// The analysis on whose context it is a second opinion.
    opinion_on: Option<u32>,
    /// The one to be asked.
    provider: Option<String>,
    /// The version of the question; without, as for all.
    #[serde(default)]
    prompt_version: Option<String>,
    /// Nobody asked for it: it may not take what is kept for those who ask.
    #[serde(default)]
    by_itself: bool,
}

/// The job of the analysis whose request stands at this position.
#[must_use]
pub fn job_of(position: i64) -> Uuid {
    job_id(SAGA, position, 0)
}

/// Adds the saga and its works.
#[must_use]
pub fn register(register: Register, analyst: Analyst) -> Register {
    bugsage_domain::analysis::rules::prepare();
    register
        .saga(AnalysisSaga)
        .work(Wanted {
            policy: analyst.policy,
            clock: analyst.clock.clone(),
        })
        .work(Watch {
            clock: analyst.clock.clone(),
        })
        .work(Analyse {
            analyst,
            reached: Reached::default(),
        })
}
