//! Whoever makes analyses: models where there are any, and rules.

use std::time::Duration;

use bugsage_commands::access::analysis_policy::AnalysisPolicy;
use bugsage_commands::clock::Clock;
use bugsage_commands::ingest::keyed_digest;
use bugsage_commands::repositories::Repositories;
use bugsage_domain::analysis::{Analysis, RootCause};
use bugsage_domain::error::{ErrorCommand, HeldBack, Spent, TextRef};
use bugsage_domain::ids::TextId;
use bugsage_domain::occurrence::Occurrence;
use bugsage_event_store::NewText;
use bugsage_models::{Chain, Exhausted};
use bugsage_projections::Queries;
use tokio::time::Instant;

use super::ask::{Answer, Asking};
use super::costs::Costs;
use super::prompt::Prompt;
use super::work::tell;
use super::{Budgets, Material, Task, Version};
use crate::{Context, Failure, Job};

/// The name of the analyst that needs no model.
pub const RULES: &str = "rules";
/// The version of the rules.
const RULES_VERSION: &str = "rules-1";

/// Makes analyses.
#[derive(Clone)]
pub struct Analyst {
    /// The models, in the order in which they are asked; may be none.
    pub chain: Chain,
    /// What may be spent on them.
    pub budgets: Budgets,
    /// The policy of projects without one of their own.
    pub policy: AnalysisPolicy,
    /// What is known of errors.
    pub queries: Queries,
    /// The source of projects.
    pub repositories: Repositories,
    /// Time and ids.
    pub clock: Clock,
    /// What texts are digested with.
    pub secret: Vec<u8>,
}

/// An analysis that was made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) analysis: Analysis,
    pub(super) provider: String,
    pub(super) model: String,
    pub(super) prompt_version: &'static str,
    pub(super) spent: Spent,
    pub(super) dropped: u32,
    pub(super) held_back: Option<HeldBack>,
    /// Who was asked and what came of it, for operators.
    pub(super) attempts: Vec<String>,
}

impl Made {
    pub(super) fn is_found(&self) -> bool {
        matches!(self.analysis.root_cause, RootCause::Found { .. })
    }
}

impl Analyst {
    /// A text, and what an event holds of it.
    pub(super) fn text(&self, body: String) -> (TextRef, NewText) {
        let id = TextId(self.clock.new_id());
        let digest = keyed_digest(&self.secret, body.as_bytes());
        let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        (TextRef { id, digest }, NewText { id, body })
    }

    /// Asks the models; where there are none, or none answers, the rules.
    pub(super) async fn analyse(
        &self,
        job: &Job,
        context: &Context,
        task: &Task,
        material: &Material,
    ) -> Result<Made, Failure> {
        let begun = Instant::now();
        let occurrence = material.occurrence().map_err(Failure::lasting)?;
        let names = self.names(task);
        let asked = if names.is_empty() {
            None
        } else {
            let version = version(task)?;
            let request = Prompt::of(material, &occurrence, version).request();
            let costs = Costs {
                database: context.database.clone(),
                organization: job.organization,
                error: task.error,
                try_id: self.clock.new_id(),
                paid: 0,
            };
            let left = self.left(task, &costs).await?;
            let request = request.map_err(Failure::lasting)?;
            let asking = Asking::new(&self.chain, request, left, costs);
            Some((asking.ask(&names).await?, left, version))
        };
        let mut made = match asked {
            None => by_rules(&occurrence, material),
            Some((Ok(answer), _, version)) => by_model(answer, version),
            Some((Err(exhausted), left, _)) => {
                let (number, why) = (task.number, left.held_back(&exhausted));
                let at = self.clock.now();
                let command = ErrorCommand::HoldBackAnalysis { number, why, at };
                tell(context, task, command, job.context("hold back")).await?;
                Made {
                    held_back: Some(why),
                    spent: spent(&exhausted),
                    attempts: told(&exhausted),
                    ..by_rules(&occurrence, material)
                }
            }
        };
        let dropped = made.analysis.drop_unfounded(&material.things(&occurrence));
        made.dropped = u32::try_from(dropped).unwrap_or(u32::MAX);
        made.spent.milliseconds = milliseconds(begun.elapsed());
        Ok(made)
    }

    /// Who is to be asked, in their order; nobody for rules. One that is no longer in the settings is
    /// passed over.
    fn names(&self, task: &Task) -> Vec<String> {
        let known = self.chain.standings().map(|(name, ..)| name.to_owned());
        match task.provider.as_deref() {
            Some(RULES) => Vec::new(),
            Some(one) => known.filter(|name| name == one).collect(),
            None => known.collect(),
        }
    }
}

fn by_rules(occurrence: &Occurrence, material: &Material) -> Made {
    Made {
        analysis: material.by_rules(occurrence),
        provider: RULES.to_owned(),
        model: RULES.to_owned(),
        prompt_version: RULES_VERSION,
        spent: Spent::default(),
        dropped: 0,
        held_back: None,
        attempts: Vec::new(),
    }
}

/// Another node may know it, that runs a newer program.
fn version(task: &Task) -> Result<&'static Version, Failure> {
    let named = task.prompt_version.as_deref();
    let unknown = || format!("there is no prompt {} here", named.unwrap_or_default());
    Version::named(named).ok_or_else(|| Failure::passing(unknown()))
}

fn by_model(answer: Answer, version: &Version) -> Made {
    Made {
        analysis: answer.analysis,
        provider: answer.provider,
        model: answer.model,
        prompt_version: version.name,
        spent: spent(&answer.tried),
        dropped: 0,
        held_back: None,
        attempts: told(&answer.tried),
    }
}

/// What all attempts took together.
fn spent(tried: &Exhausted) -> Spent {
    let usages = || tried.attempts.iter().map(|attempt| attempt.usage);
    Spent {
        input_tokens: usages().map(|usage| usage.input).sum(),
        output_tokens: usages().map(|usage| usage.output).sum(),
        micros: tried.cost(),
        milliseconds: 0,
    }
}

fn told(tried: &Exhausted) -> Vec<String> {
    let attempts = tried.attempts.iter();
    let attempts =
        attempts.map(|attempt| format!("{}: {}", attempt.provider, attempt.outcome.word()));
    attempts.collect()
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
