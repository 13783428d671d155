//! Vectors as they are kept.

use std::collections::HashSet;

use bugsage_domain::ids::{ErrorId, OrganizationId};
use bugsage_event_store::tenant;
use bugsage_models::{Embeddings, MicroDollars};
use sqlx::PgPool;
use uuid::Uuid;

use super::DIMENSIONS_MAX;
use super::batch::Text;

/// What a model made, ready to be kept.
pub(super) struct Made {
    model: String,
    dimensions: usize,
    /// Of length one each, and filled up with zeros: neither changes a cosine.
    vectors: Vec<Vec<f32>>,
    cost: MicroDollars,
}

/// Why vectors cannot be kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unfit {
    #[error(
        "the model makes vectors of {0} numbers, over {DIMENSIONS_MAX}: set BUGSAGE_EMBEDDINGS_DIMENSIONS if it can make shorter ones"
    )]
    TooLong(usize),
    #[error("the model made a vector without any length")]
    Empty,
}

impl Made {
    pub(super) fn of(embeddings: Embeddings, cost: MicroDollars) -> Result<Self, Unfit> {
        let dimensions = embeddings.vectors.first().map_or(0, Vec::len);
        if dimensions > DIMENSIONS_MAX as usize {
            return Err(Unfit::TooLong(dimensions));
        }
        let vectors = embeddings.vectors.into_iter().map(|mut vector| {
            // In f64: the squares of what f32 holds may not fit it.
            let square: f64 = vector.iter().map(|n| f64::from(*n).powi(2)).sum();
            if square == 0.0 {
                return Err(Unfit::Empty);
            }
            for number in &mut vector {
                #[expect(clippy::cast_possible_truncation, reason = "between -1 and 1")]
                let unit = (f64::from(*number) / square.sqrt()) as f32;
                *number = unit;
            }
            vector.resize(DIMENSIONS_MAX as usize, 0.0);
            Ok(vector)
        });
        Ok(Self {
            vectors: vectors.collect::<Result<_, _>>()?,
            model: embeddings.call.model,
            dimensions,
            cost,
        })
    }
}

/// The vectors of an organization, by one embedder.
pub(super) struct Vectors<'a> {
    pub(super) app: &'a PgPool,
    pub(super) organization: OrganizationId,
    pub(super) embedder: &'a str,
}

impl Vectors<'_> {
    /// Gives errors the vectors that their texts have; those that got one.
    pub(super) async fn reuse(&self, texts: &[Text]) -> Result<HashSet<ErrorId>, sqlx::Error> {
        let pairs = texts
            .iter()
            .flat_map(|text| text.errors.iter().map(|error| (error.0, &text.digest)));
        let (errors, digests): (Vec<Uuid>, Vec<&Vec<u8>>) = pairs.unzip();
        let mut transaction = tenant(self.app, self.organization).await?;
        let reused: Vec<Uuid> = sqlx::query_scalar("select reuse_vectors($1, $2, $3, $4)")
            .bind(self.organization.0)
            .bind(self.embedder)
            .bind(errors)
            .bind(digests)
            .fetch_all(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(reused.into_iter().map(ErrorId).collect())
    }

    /// Keeps what was made of these texts, in their order.
    pub(super) async fn keep(&self, texts: &[Text], made: &Made) -> Result<(), sqlx::Error> {
        let mut transaction = tenant(self.app, self.organization).await?;
        let mut cost = i64::try_from(made.cost).unwrap_or(i64::MAX);
        for (text, vector) in texts.iter().zip(&made.vectors) {
            for error in &text.errors {
                sqlx::query("select keep_vector($1, $2, $3, $4, $5, $6, $7, $8)")
                    .bind(self.organization.0)
                    .bind(error.0)
                    .bind(self.embedder)
                    .bind(&text.digest)
                    .bind(&made.model)
                    .bind(i32::try_from(made.dimensions).unwrap_or(i32::MAX))
                    .bind(std::mem::take(&mut cost))
                    .bind(vector)
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        transaction.commit().await
    }

    /// Nothing will be made of these.
    pub(super) async fn give_up(&self, errors: &[ErrorId]) -> Result<(), sqlx::Error> {
        if errors.is_empty() {
            return Ok(());
        }
        let mut transaction = tenant(self.app, self.organization).await?;
        sqlx::query("select give_up_vectors($1, $2, $3)")
            .bind(self.organization.0)
            .bind(self.embedder)
            .bind(errors.iter().map(|error| error.0).collect::<Vec<_>>())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }

    /// What vectors have cost the organization this month (UTC).
    pub(super) async fn spent(&self) -> Result<MicroDollars, sqlx::Error> {
        let mut transaction = tenant(self.app, self.organization).await?;
        let spent: i64 = sqlx::query_scalar(
            "select coalesce(sum(cost_micros), 0)::bigint from model_vectors
              where organization_id = $1 and cost_micros > 0
                and made_at >= date_trunc('month', now() at time zone 'UTC') at time zone 'UTC'",
        )
        .bind(self.organization.0)
        .fetch_one(&mut *transaction)
        .await?;
        transaction.rollback().await?;
        Ok(spent.unsigned_abs())
    }
}
