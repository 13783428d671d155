//! A new error joins the one that it is most like, if it is like enough.

use bugsage_domain::actor::Actor;
use bugsage_domain::error::{Alike, ErrorCommand, ErrorGroup, SharedFeature};
use bugsage_domain::ids::{ErrorId, OrganizationId};
use bugsage_domain::similarity::{CANDIDATES, EMBEDDER, JOIN_AT, Likeness, Sketch};
use bugsage_event_store::{CommandContext, ExecuteError, Executor, Metadata, tenant};
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use super::NotLooked;

#[derive(FromRow)]
struct Candidate {
    root_id: Uuid,
    sketch: Json<Sketch>,
}

/// Joins the most alike error of the project that is open, that nobody took it apart from, and
/// whose project wants it.
pub(super) async fn join(
    app: &PgPool,
    executor: &Executor,
    organization: OrganizationId,
    error: ErrorId,
    sketch: &Sketch,
) -> Result<(), NotLooked> {
    let candidates = candidates(app, organization, error, sketch).await?;
    let alike = candidates
        .into_iter()
        .filter(|candidate| candidate.sketch.may_join)
        .map(|candidate| {
            (
                sketch.likeness(&candidate.sketch),
                ErrorId(candidate.root_id),
            )
        });
    let nearest = alike.max_by(|(one, _), (other, _)| one.score.total_cmp(&other.score));
    let Some((likeness, into)) = nearest.filter(|(likeness, _)| likeness.score >= JOIN_AT) else {
        return Ok(());
    };
    let command = ErrorCommand::Join {
        into,
        alike: told(likeness),
    };
    let joined = executor
        .execute::<ErrorGroup, _>(
            &error.to_string(),
            command,
            context(organization),
            |_, _| Value::Null,
        )
        .await;
    match joined {
        Ok(_) => {
            metrics::counter!("bugsage_similarity_joined_total").increment(1);
            Ok(())
        }
        // Merged or deleted meanwhile, the one or the other: then it is as somebody wants it.
        Err(ExecuteError::Refused(_) | ExecuteError::Contended) => Ok(()),
        Err(error) => Err(NotLooked::Join(error.to_string())),
    }
}

async fn candidates(
    app: &PgPool,
    organization: OrganizationId,
    error: ErrorId,
    sketch: &Sketch,
) -> Result<Vec<Candidate>, sqlx::Error> {
    let mut transaction = tenant(app, organization).await?;
    sqlx::query_as(
        "select n.root_id, n.sketch
           from error_state me join projects p on p.project_id = me.project_id and p.join_similar
          cross join lateral nearest_errors($1, me.project_id, $3, $4, $2, $5) n
          cross join lateral (
                select status from error_state
                 where organization_id = $1 and error_id = n.root_id offset 0) r
          where me.organization_id = $1 and me.error_id = $2 and me.root_id = $2
            and r.status in ('detected', 'analyzing', 'fixing')
            and not exists (select 1 from fingerprints f join refused_joins x
                     on (x.organization_id, x.project_id, x.grouping_version, x.fingerprint)
                      = (f.organization_id, f.project_id, f.grouping_version, f.fingerprint)
                  where f.error_id = $2 and x.error_id in (n.error_id, n.root_id))",
    )
    .bind(organization.0)
    .bind(error.0)
    .bind(EMBEDDER)
    .bind(sketch.vector())
    .bind(CANDIDATES as i32)
    .fetch_all(&mut *transaction)
    .await
}

fn told(likeness: Likeness) -> Alike {
    let shared = likeness.shared.into_iter();
    Alike {
        embedder: EMBEDDER.to_owned(),
        score: (likeness.score * 1_000.0).round() / 1_000.0,
        shared: shared
            .map(|one| SharedFeature {
                kind: one.kind,
                value: one.value,
            })
            .collect(),
    }
}

fn context(organization: OrganizationId) -> CommandContext {
    CommandContext {
        metadata: Metadata {
            organization_id: organization,
            actor: Actor::System.to_string(),
            request_id: "similarity".to_owned(),
            correlation_id: "similarity".to_owned(),
            causation_id: None,
        },
        idempotency: None,
        if_match: None,
        texts: Vec::new(),
    }
}
