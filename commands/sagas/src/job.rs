//! A job: something to do outside, as it is asked for and as a worker gets it.

use std::time::Duration;

use bugsage_domain::actor::Actor;
use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::{CommandContext, Idempotency, Metadata, RecordedEvent};
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

/// What goes first among jobs of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Somebody waits for it.
    Critical,
    /// What comes in.
    Normal,
    /// What can wait, however much it is.
    Backlog,
}

impl Priority {
    /// All of them, in their order; the index of one is its number in the table.
    pub const ALL: [Self; 3] = [Self::Critical, Self::Normal, Self::Backlog];

    /// The word used in JSON and in subjects.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Normal => "normal",
            Self::Backlog => "backlog",
        }
    }

    /// The one with this number; the last where there is none.
    #[must_use]
    pub fn numbered(number: i16) -> Self {
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        Self::ALL.get(index).copied().unwrap_or(Self::Backlog)
    }
}

/// A job that a saga asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Which [`Work`](crate::Work) does it.
    pub kind: &'static str,
    /// What it goes before.
    pub priority: Priority,
    /// What the work needs to know, at most 8 KiB: ids and numbers, never texts of people.
    pub payload: Value,
    /// Not before so long.
    pub after: Duration,
}

/// Which step of a saga this is: what makes it safe to perform twice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) saga: &'a str,
    pub(crate) event: &'a RecordedEvent,
    pub(crate) step: usize,
}

/// The id of the job that a saga asks for at this position, as this step of its reaction, from 0. So whoever
/// caused an event can name the job before the saga has seen it.
#[must_use]
pub fn job_id(saga: &str, position: i64, step: usize) -> Uuid {
    let name = format!("bugsage:job:{saga}:{position}:{step}");
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}

impl Place<'_> {
    fn correlation_id(&self) -> &str {
        let correlation = self.event.metadata.get("correlation_id");
        correlation.and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn context(&self) -> CommandContext {
        context(
            self.event.organization_id,
            self.saga,
            (self.event.position, self.step),
            self.correlation_id(),
            "",
        )
    }
}

/// Adds jobs in the transaction of the checkpoint, each once.
pub(crate) async fn enqueue(
    projector: &mut PgConnection,
    jobs: &[(Place<'_>, NewJob)],
) -> Result<(), sqlx::Error> {
    if jobs.is_empty() {
        return Ok(());
    }
    fn each<'a, T>(
        jobs: &'a [(Place<'a>, NewJob)],
        of: impl Fn(&'a Place<'a>, &'a NewJob) -> T,
    ) -> Vec<T> {
        jobs.iter().map(|(place, job)| of(place, job)).collect()
    }
    let ids = |place: &Place<'_>, _: &NewJob| job_id(place.saga, place.event.position, place.step);
    let step = |place: &Place<'_>, _: &NewJob| i32::try_from(place.step).unwrap_or(i32::MAX);
    sqlx::query(
        "select enqueue_job(id, organization, kind, priority, saga, position, step, correlation, payload, delay)
           from unnest($1::uuid[], $2::uuid[], $3::text[], $4::smallint[], $5::text[], $6::bigint[],
                       $7::integer[], $8::text[], $9::jsonb[], $10::double precision[])
             as j (id, organization, kind, priority, saga, position, step, correlation, payload, delay)",
    )
    .bind(each(jobs, ids))
    .bind(each(jobs, |place, _| place.event.organization_id.0))
    .bind(each(jobs, |_, job| job.kind))
    .bind(each(jobs, |_, job| job.priority as i16))
    .bind(each(jobs, |place, _| place.saga))
    .bind(each(jobs, |place, _| place.event.position))
    .bind(each(jobs, step))
    .bind(each(jobs, |place, _| place.correlation_id()))
    .bind(each(jobs, |_, job| &job.payload))
    .bind(each(jobs, |_, job| job.after.as_secs_f64()))
    .execute(projector)
    .await
    .map(|_| ())
}

/// A job in the hands of a worker.
#[derive(Debug, Clone, FromRow)]
pub struct Job {
    /// Its id.
    #[sqlx(rename = "job_id")]
    pub id: Uuid,
    /// The tenant.
    #[sqlx(rename = "organization_id", try_from = "Uuid")]
    pub organization: OrganizationId,
    /// What is to be done.
    pub kind: String,
    /// The saga that asked for it.
    pub saga: String,
    /// On which domain event.
    pub position: i64,
    /// As which step, from 0.
    pub step: i32,
    /// Shared by everything that followed from the same first cause.
    pub correlation_id: String,
    /// What the saga gave along.
    pub payload: Value,
    /// How often it was begun, this time included.
    pub tries: i32,
    /// Proves that it is still this worker's.
    pub(crate) lease: i64,
    priority: i16,
}

impl Job {
    pub(crate) fn priority(&self) -> Priority {
        Priority::numbered(self.priority)
    }

    /// For a command that this job issues, `part` of what it does: however often the job is tried, the
    /// first such command that takes effect is the only one. (For a day; then the aggregate must refuse.)
    #[must_use]
    pub fn context(&self, part: &str) -> CommandContext {
        let step = usize::try_from(self.step).unwrap_or_default();
        context(
            self.organization,
            &self.saga,
            (self.position, step),
            &self.correlation_id,
            part,
        )
    }
}

fn context(
    organization_id: OrganizationId,
    saga: &str,
    (position, step): (i64, usize),
    correlation_id: &str,
    part: &str,
) -> CommandContext {
    let mut context = once(organization_id, saga, &format!("{position}:{step}:{part}"));
    context.metadata.correlation_id = correlation_id.to_owned();
    context.metadata.causation_id = Some(position.to_string());
    context
}

/// For a command of a saga that follows from no event, `what` telling it from its others: however often
/// it is issued, the first that takes effect is the only one.
pub(crate) fn once(organization_id: OrganizationId, saga: &str, what: &str) -> CommandContext {
    let name = saga.to_owned();
    let request_id = format!("saga:{saga}:{what}");
    // Such a key fits into no header: no client can use it up.
    let key = format!("→{request_id}");
    CommandContext {
        metadata: Metadata {
            organization_id,
            actor: Actor::Saga { name }.to_string(),
            correlation_id: request_id.clone(),
            request_id,
            causation_id: None,
        },
        idempotency: Some(Idempotency {
            // Whatever it asked the second time: the first holds.
            request: key.clone().into_bytes(),
            key,
        }),
        if_match: None,
        texts: Vec::new(),
    }
}
