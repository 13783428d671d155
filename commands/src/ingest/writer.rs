//! The one writer of occurrences: commits whatever is waiting, answers after the commit.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use bugsage_domain::ids::{EventId, OrganizationId, ProjectId};
use bugsage_event_store::spans::{self, InSpan};
use bugsage_event_store::{Line, Verdict, append, in_time, is_away};
use opentelemetry::KeyValue;
use opentelemetry::trace::{Link, SpanContext};
use sqlx::{Connection, PgConnection, PgPool};
use tokio::sync::{mpsc, oneshot};

use super::batch::{self, Taken};
use super::causes::{Cause, Uncaused, appends};
use super::compression::training::Untrained;
use super::facets::{self, Facet, Facets};
use super::known::{self, Known, Place};
use super::{Outcome, Prepared, Stored, Submission};
use crate::clock::Clock;
use crate::pressure::{Gauge, Pressure};
use crate::similarity::Newcomers;

/// How often a batch is tried again after another transaction was in its way.
const TRIES: u32 = 20;
/// Days of partitions made ahead when one is found missing.
const PARTITIONS_AHEAD: i32 = 3;

/// How much may wait and go together.
#[derive(Debug, Clone, Copy)]
pub struct IngestLimits {
    /// Occurrences that may wait for a commit; more are refused with [`IngestError::Full`].
    pub queue: usize,
    /// Occurrences in one commit.
    pub batch: usize,
}

impl Default for IngestLimits {
    fn default() -> Self {
        Self {
            queue: 8_192,
            batch: 512,
        }
    }
}

/// What goes on beside the writer.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// Who wants to know of new errors.
    pub newcomers: Option<Newcomers>,
    /// Told when occurrences queue.
    pub pressure: Pressure,
}

/// Why an occurrence was not stored.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// Too many are waiting; come back in a moment.
    #[error("too many occurrences are waiting to be stored")]
    Full,
    /// The idempotency key came before with another body.
    #[error("this idempotency key was used before for another request")]
    KeyReused,
    /// The database did not confirm it, or the service is stopping. It may be stored all the same.
    #[error("the database did not confirm that the occurrence is stored")]
    Unavailable,
    /// The database refuses this occurrence. A fault of ours.
    #[error("the occurrence could not be stored: {0}")]
    Failed(String),
}

/// Whom to tell, and the span in which they wait.
type Answer = (
    oneshot::Sender<Result<Stored, IngestError>>,
    Option<SpanContext>,
);

/// Hands occurrences to the writer. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ingest {
    queue: mpsc::Sender<(Submission, Answer)>,
}

impl Ingest {
    /// Starts the writer. It ends, with everything accepted written, when the last clone is dropped.
    #[must_use]
    pub fn start(
        app: PgPool,
        clock: Clock,
        limits: IngestLimits,
        beside: Beside,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(limits.queue);
        let writer = Writer {
            clock,
            newcomers: beside.newcomers,
            gauge: Gauge::new(beside.pressure),
            known: Known::default(),
            facets: Facets::default(),
            untrained: Untrained::start(app.clone()),
            line: Line::new(app.clone()),
            app,
        };
        let task = tokio::spawn(writer.run(waiting, limits.batch));
        (Self { queue }, task)
    }

    /// Stores occurrences and answers after their commit, one answer each, in order.
    ///
    /// Either all of them are queued or none: a request half accepted could not be repeated.
    ///
    /// # Errors
    /// [`IngestError::Full`] when they do not fit into the queue, `Unavailable` when it has ended.
    pub async fn store(
        &self,
        submissions: Vec<Submission>,
    ) -> Result<Vec<Result<Stored, IngestError>>, IngestError> {
        let room = self
            .queue
            .try_reserve_many(submissions.len())
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(()) => IngestError::Full,
                mpsc::error::TrySendError::Closed(()) => IngestError::Unavailable,
            })?;
        let span = spans::span("ingest.wait", |span| span);
        let mut answers = Vec::with_capacity(submissions.len());
        for (place, submission) in room.zip(submissions) {
            let (answer, stored) = oneshot::channel();
            place.send((submission, (answer, span.context())));
            answers.push(stored);
        }
        let waiting = async {
            let mut results = Vec::with_capacity(answers.len());
            for stored in answers {
                results.push(stored.await.unwrap_or(Err(IngestError::Unavailable)));
            }
            results
        };
        Ok(waiting.in_span(span).await)
    }

    /// Occurrences that wait for the next commit.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }
}

/// What the transaction of a batch came to.
enum Failure {
    /// Another transaction was in the way: the same batch may succeed.
    Again,
    /// The day has no partition yet.
    NoPartition,
    /// The database is away.
    Away,
    /// It refuses the batch.
    Refused(String),
    /// An idempotency key of the batch was used for another occurrence.
    KeyTaken,
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        if is_away(&error) {
            tracing::error!(%error, "the database is away");
            return Self::Away;
        }
        match error.as_database_error() {
            Some(db) if matches!(db.code().as_deref(), Some("40001" | "40P01")) => Self::Again,
            Some(db) if db.message().contains("no partition") => Self::NoPartition,
            _ => Self::Refused(error.to_string()),
        }
    }
}

impl From<Uncaused> for Failure {
    fn from(error: Uncaused) -> Self {
        match error {
            Uncaused::Database(error) => error.into(),
            Uncaused::Other(reason) => Self::Refused(reason),
        }
    }
}

struct Writer {
    app: PgPool,
    line: Line,
    clock: Clock,
    newcomers: Option<Newcomers>,
    gauge: Gauge,
    known: Known,
    facets: Facets,
    untrained: Untrained,
}

impl Writer {
    async fn run(mut self, mut waiting: mpsc::Receiver<(Submission, Answer)>, size: usize) {
        let mut taken = Vec::with_capacity(size);
        while waiting.recv_many(&mut taken, size).await > 0 {
            // Whoever is ready to hand something over comes along: a batch costs much for itself.
            tokio::task::yield_now().await;
            while taken.len() < size
                && let Ok(one) = waiting.try_recv()
            {
                taken.push(one);
            }
            metrics::histogram!("bugsage_ingest_batch_occurrences").record(taken.len() as f64);
            let (submissions, answers): (Vec<_>, Vec<_>) = taken.drain(..).unzip();
            let started = Instant::now();
            let span = spans::span("ingest.batch", |span| {
                let waiting = answers.iter().filter_map(|(_, waiting)| waiting.clone());
                span.with_links(waiting.map(Link::with_context).collect())
                    .with_attributes([KeyValue::new("occurrences", submissions.len() as i64)])
            });
            let results = self.store_all(&submissions).in_span(span).await;
            let took = started.elapsed();
            metrics::histogram!("bugsage_ingest_commit_seconds").record(took);
            self.gauge.note(waiting.len(), took);
            for ((answer, _), result) in answers.into_iter().zip(results) {
                answer.send(result).ok(); // the caller may have gone
            }
        }
    }

    /// Stores a batch; where the database refuses it, each alone, so that one fails no other.
    async fn store_all(&mut self, submissions: &[Submission]) -> Vec<Result<Stored, IngestError>> {
        match in_time(self.store_batch(submissions)).await {
            Ok(results) => results,
            Err(Failure::Refused(reason)) if submissions.len() == 1 => {
                tracing::error!(reason, "an occurrence was refused by the database");
                vec![Err(IngestError::Failed(reason))]
            }
            Err(Failure::KeyTaken) if submissions.len() == 1 => vec![Err(IngestError::KeyReused)],
            Err(Failure::Refused(_) | Failure::KeyTaken) => {
                let mut results = Vec::with_capacity(submissions.len());
                for submission in submissions {
                    results
                        .extend(Box::pin(self.store_all(std::slice::from_ref(submission))).await);
                }
                results
            }
            Err(_) => submissions
                .iter()
                .map(|_| Err(IngestError::Unavailable))
                .collect(),
        }
    }

    async fn store_batch(
        &mut self,
        submissions: &[Submission],
    ) -> Result<Vec<Result<Stored, IngestError>>, Failure> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.transact(submissions).await {
                Err(Failure::Again) if tries < TRIES => {}
                Err(Failure::NoPartition) if tries < TRIES => {
                    let days: HashSet<_> = submissions
                        .iter()
                        .map(|submission| submission.occurrence.received_at.date_naive())
                        .collect();
                    for day in days {
                        ensure_partitions(&self.app, day).await?;
                    }
                }
                outcome => return outcome,
            }
        }
    }

    async fn transact(
        &mut self,
        submissions: &[Submission],
    ) -> Result<Vec<Result<Stored, IngestError>>, Failure> {
        let order = distinct_in_key_order(submissions);
        let occurrences: Vec<&Prepared> =
            order.iter().map(|i| &submissions[*i].occurrence).collect();
        let places = match submissions.iter().any(|s| s.idempotency.is_some()) {
            true => None,
            false => self.known.places(&occurrences),
        };
        let was_known = places.is_some();
        if let Some(places) = places
            && self.store_known(&occurrences, &places).await?
        {
            let stored = occurrences.iter().zip(places).map(|(occurrence, place)| {
                let stored = Stored {
                    event_id: occurrence.event_id,
                    error_id: place.root,
                    outcome: Outcome::Known,
                    position: None,
                };
                (key(occurrence), Ok(stored))
            });
            return Ok(answers(submissions, &stored.collect()));
        }
        let mut connection = self.line.take().await?;
        let mut transaction = connection.begin().await?;
        let taken = batch::take(&mut transaction, &occurrences, &self.clock).await?;
        let taken = taken.ok_or(Failure::Again)?;
        let facets: HashSet<Facet> = occurrences
            .iter()
            .zip(&taken)
            .filter(|(_, t)| t.outcome != Outcome::Duplicate)
            .flat_map(|(occurrence, t)| self.facets.unknown(occurrence, t.home))
            .collect();
        facets::record(&mut transaction, &facets).await?;

        let mut stored: HashMap<Key, Result<Stored, IngestError>> = HashMap::new();
        for (i, t) in order.iter().zip(&taken) {
            let occurrence = &submissions[*i].occurrence;
            stored.insert(
                key(occurrence),
                Ok(Stored {
                    event_id: occurrence.event_id,
                    error_id: t.root,
                    outcome: t.outcome,
                    position: None,
                }),
            );
        }
        let causes = appends(&mut transaction, submissions, &order, &taken, &self.clock).await?;
        self.append_causes(&mut transaction, causes, &mut stored)
            .await?;
        transaction.commit().await?;
        self.line.keep(connection);
        self.facets.remember(facets);
        // Else the next batch would be refused as well, if it is for a reason that lasts.
        if !was_known {
            self.known.learn(&occurrences, &taken);
        }
        self.note_untrained(&occurrences);
        self.tell_of_new(&occurrences, &taken);
        Ok(answers(submissions, &stored))
    }

    /// Stores them the short way; false, and nothing stored, if the database knows otherwise.
    async fn store_known(
        &mut self,
        occurrences: &[&Prepared],
        places: &[Place],
    ) -> Result<bool, sqlx::Error> {
        let facets: HashSet<Facet> = occurrences
            .iter()
            .zip(places)
            .flat_map(|(occurrence, place)| self.facets.unknown(occurrence, place.home))
            .collect();
        let strangers = self.known.strangers(occurrences, places);
        let mut connection = self.line.take().await?;
        let stored = known::store(&mut connection, occurrences, places, &strangers, &facets).await;
        match stored {
            Ok(()) => {}
            Err(error) if is_away(&error) => return Err(error),
            Err(error) => {
                tracing::debug!(%error, "a batch goes the long way");
                self.known.forget(occurrences);
                self.line.keep(connection);
                return Ok(false);
            }
        }
        self.line.keep(connection);
        self.facets.remember(facets);
        self.known.meet(strangers.into_keys());
        self.note_untrained(occurrences);
        Ok(true)
    }

    fn note_untrained(&mut self, occurrences: &[&Prepared]) {
        for occurrence in occurrences {
            self.untrained.note(occurrence);
        }
    }

    fn tell_of_new(&self, occurrences: &[&Prepared], taken: &[Taken]) {
        let Some(newcomers) = &self.newcomers else {
            return;
        };
        for (occurrence, taken) in occurrences.iter().zip(taken) {
            if taken.outcome == Outcome::New {
                newcomers.tell(occurrence.organization_id, taken.home);
            }
        }
    }

    /// Appends the domain events; another writer between load and append means: again.
    async fn append_causes(
        &self,
        connection: &mut PgConnection,
        causes: Vec<Cause>,
        stored: &mut HashMap<Key, Result<Stored, IngestError>>,
    ) -> Result<(), Failure> {
        if causes.is_empty() {
            return Ok(());
        }
        let (keys, batch): (Vec<_>, Vec<_>) = causes.into_iter().map(|c| (c.key, c.append)).unzip();
        for (key, verdict) in keys.into_iter().zip(append(connection, &batch).await?) {
            match verdict {
                Verdict::Appended { position, .. } => {
                    if let Some(Ok(stored)) = stored.get_mut(&key) {
                        stored.position = stored.position.max(position);
                    }
                }
                Verdict::Conflict { .. } => return Err(Failure::Again),
                // Not a repeat of this occurrence, which would be a duplicate: nothing may be stored.
                Verdict::Repeated { .. } | Verdict::KeyReused
                    if is_new_to_log(stored.get(&key)) =>
                {
                    return Err(Failure::KeyTaken);
                }
                Verdict::Repeated { .. } => {}
                Verdict::KeyReused => {
                    stored.insert(key, Err(IngestError::KeyReused));
                }
            }
        }
        Ok(())
    }
}

fn is_new_to_log(stored: Option<&Result<Stored, IngestError>>) -> bool {
    matches!(stored, Some(Ok(stored)) if stored.outcome != Outcome::Duplicate)
}

/// What an occurrence is known by.
pub(super) type Key = (OrganizationId, ProjectId, EventId);

pub(super) fn key(occurrence: &Prepared) -> Key {
    (
        occurrence.organization_id,
        occurrence.project_id,
        occurrence.event_id,
    )
}

/// The submissions to write: each id once, in the order in which all batches lock.
fn distinct_in_key_order(submissions: &[Submission]) -> Vec<usize> {
    let mut seen = HashSet::with_capacity(submissions.len());
    let mut order: Vec<usize> = (0..submissions.len())
        .filter(|i| seen.insert(key(&submissions[*i].occurrence)))
        .collect();
    order.sort_by_key(|i| {
        let o = &submissions[*i].occurrence;
        (
            o.organization_id,
            o.project_id,
            *o.fingerprint.as_bytes(),
            o.event_id,
        )
    });
    order
}

/// One answer a submission, in their order; the second of the same id is a duplicate.
fn answers(
    submissions: &[Submission],
    stored: &HashMap<Key, Result<Stored, IngestError>>,
) -> Vec<Result<Stored, IngestError>> {
    let mut told = HashSet::new();
    submissions
        .iter()
        .map(|submission| {
            let key = key(&submission.occurrence);
            match stored.get(&key) {
                Some(Ok(first)) if told.insert(key) => Ok(first.clone()),
                Some(Ok(first)) => Ok(Stored {
                    outcome: Outcome::Duplicate,
                    ..first.clone()
                }),
                Some(Err(_)) => Err(IngestError::KeyReused),
                None => Err(IngestError::Failed("it was lost from its batch".to_owned())),
            }
        })
        .collect()
}

/// Makes the partitions of a day and the days after it.
pub(crate) async fn ensure_partitions(
    app: &PgPool,
    day: chrono::NaiveDate,
) -> Result<(), sqlx::Error> {
    sqlx::query("select ensure_occurrence_partitions($1, $2)")
        .bind(day)
        .bind(PARTITIONS_AHEAD)
        .execute(app)
        .await
        .map(|_| ())
}
