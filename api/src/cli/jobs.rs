//! `bugsage jobs …`: what operators see of jobs and do to them, in all organizations.

use std::process::ExitCode;

use bugsage_api::settings::Settings;
use bugsage_api::versions;
use bugsage_commands::access::Page;
use bugsage_commands::audit::Origin;
use bugsage_commands::clock::Clock;
use bugsage_event_store::{DatabaseRole, connect};
use bugsage_sagas::operators::{self, By, JobState};
use clap::{Subcommand, ValueEnum};
use sqlx::PgPool;
use uuid::Uuid;

use super::{Failure, say};

#[derive(Subcommand)]
pub(crate) enum Jobs {
    /// The newest jobs, as JSON lines.
    List {
        /// Where they stand; dead ones are dead letters.
        #[arg(long)]
        state: Option<Standing>,
        /// What they are to do.
        #[arg(long)]
        kind: Option<String>,
        /// How many, 1 to 1,000.
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Let a dead job be tried again, with all its tries.
    Retry {
        /// As `list` names it.
        id: Uuid,
    },
    /// Drop a job that is dead or waits.
    Drop {
        /// As `list` names it.
        id: Uuid,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Standing {
    Waiting,
    Running,
    Done,
    Dead,
}

impl From<Standing> for JobState {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Waiting => Self::Waiting,
            Standing::Running => Self::Running,
            Standing::Done => Self::Done,
            Standing::Dead => Self::Dead,
        }
    }
}

pub(crate) async fn run(settings: &Settings, command: Jobs) -> Result<ExitCode, Failure> {
    let url = settings.database.migrate_url.expose();
    let owner = connect(url, DatabaseRole::Owner, 2)?;
    versions::check(&owner).await?;
    let by = By {
        origin: Origin::operator(),
        at: Clock::default().now(),
    };
    match command {
        Jobs::List { state, kind, limit } => {
            let page = Page {
                limit,
                cursor: None,
            };
            let which = (state.map(JobState::from), kind.as_deref());
            let mut connection = owner.acquire().await?;
            for job in operators::list(&mut connection, None, which, &page)
                .await?
                .items
            {
                say(serde_json::to_string(&job)?);
            }
        }
        Jobs::Retry { id } => {
            let organization = organization_of(&owner, id).await?;
            operators::retry(&owner, organization, id, &by).await?;
        }
        Jobs::Drop { id } => {
            let organization = organization_of(&owner, id).await?;
            operators::remove(&owner, organization, id, &by).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn organization_of(
    owner: &PgPool,
    job: Uuid,
) -> Result<bugsage_domain::ids::OrganizationId, Failure> {
    let found: Option<Uuid> =
        sqlx::query_scalar("select organization_id from jobs where job_id = $1")
            .bind(job)
            .fetch_optional(owner)
            .await?;
    let found = found.ok_or_else(|| format!("there is no job {job}"))?;
    Ok(found.into())
}
