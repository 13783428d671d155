//! When a project has enough occurrences, its dictionary is trained from them, once.

use std::collections::HashMap;

use bugsage_domain::ids::{OrganizationId, ProjectId};
use bugsage_event_store::{in_time, tenant};
use sqlx::PgPool;
use tokio::sync::mpsc;

use super::PLAIN;
use crate::ingest::Prepared;

/// Occurrences a dictionary is trained from.
const SAMPLES: u32 = 1_000;
/// Bytes of a dictionary.
const SIZE: usize = 32 * 1024;
/// Projects counted at once before the count starts anew.
const PROJECTS: usize = 10_000;
/// Projects that may wait for their training; more come back after as many occurrences.
const WAITING: usize = 16;

type Project = (OrganizationId, ProjectId);

/// Counts the occurrences that were stored without a dictionary.
#[derive(Debug)]
pub(in crate::ingest) struct Untrained {
    counts: HashMap<Project, u32>,
    trainer: mpsc::Sender<Project>,
}

impl Untrained {
    /// Starts the trainer; it ends with this.
    pub(in crate::ingest) fn start(app: PgPool) -> Self {
        let (trainer, projects) = mpsc::channel(WAITING);
        tokio::spawn(train(app, projects));
        Self {
            counts: HashMap::new(),
            trainer,
        }
    }

    /// Notes what was committed, and has a dictionary trained when it is time.
    pub(in crate::ingest) fn note(&mut self, occurrence: &Prepared) {
        if occurrence.encoding != PLAIN {
            return;
        }
        let project = (occurrence.organization_id, occurrence.project_id);
        let count = self.counts.entry(project).or_default();
        *count += 1;
        if *count >= SAMPLES {
            *count = 0;
            self.trainer.try_send(project).ok(); // else the next thousand asks again
        }
        if self.counts.len() > PROJECTS {
            self.counts.clear();
        }
    }
}

async fn train(app: PgPool, mut projects: mpsc::Receiver<Project>) {
    while let Some((organization, project)) = projects.recv().await {
        match in_time(train_one(&app, organization, project)).await {
            Ok(Some(bytes)) => tracing::info!(%project, bytes, "a dictionary was trained"),
            Ok(None) => {}
            Err(error) => tracing::warn!(%project, %error, "no dictionary could be trained"),
        }
    }
}

/// Trains the dictionary of a project from occurrences taken at random, unless it has one; its size.
async fn train_one(
    app: &PgPool,
    organization: OrganizationId,
    project: ProjectId,
) -> Result<Option<usize>, sqlx::Error> {
    let mut transaction = tenant(app, organization).await?;
    // In the order of their ids, which are random.
    let payloads: Vec<Vec<u8>> = sqlx::query_scalar(
        "select o.payload
           from (select * from occurrence_ids
                  where organization_id = $1 and project_id = $2 order by event_id limit $3) i
           join occurrences o on o.organization_id = i.organization_id and o.error_id = i.error_id
            and o.received_at = i.received_at and o.event_id = i.event_id
          where o.encoding = 0
            and (select p.dictionary_id from projects p where p.project_id = $2) is null",
    )
    .bind(organization.0)
    .bind(project.0)
    .bind(i64::from(SAMPLES))
    .fetch_all(&mut *transaction)
    .await?;
    drop(transaction);
    let trained = tokio::task::spawn_blocking(move || dictionary(&payloads)).await;
    let Ok(Some(bytes)) = trained else {
        return Ok(None); // too few, or too little in common
    };
    let kept: bool = sqlx::query_scalar("select keep_dictionary($1, $2, $3)")
        .bind(organization.0)
        .bind(project.0)
        .bind(&bytes)
        .fetch_one(app)
        .await?;
    Ok(kept.then_some(bytes.len()))
}

fn dictionary(payloads: &[Vec<u8>]) -> Option<Vec<u8>> {
    let unpack = |payload: &Vec<u8>| zstd::stream::decode_all(payload.as_slice()).ok();
    let samples: Vec<Vec<u8>> = payloads.iter().filter_map(unpack).collect();
    zstd::dict::from_samples(&samples, SIZE).ok()
}
