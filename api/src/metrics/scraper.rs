//! Who may read the metrics: somebody with the permission, or Prometheus with the token of the
//! settings, which works while the database is away.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};

use crate::access::identity::bearer;
use crate::access::{Authorized, may};
use crate::problem::Problem;
use crate::state::App;

/// Somebody who may read the metrics.
pub struct Scraper(());

impl FromRequestParts<App> for Scraper {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let token = app.settings.server.metrics_token.as_ref();
        let given = bearer(parts);
        if let (Some(token), Some(given)) = (token, given)
            // Digests, so that how long it takes tells nothing of how much was right.
            && Sha256::digest(token.expose()) == Sha256::digest(given)
        {
            return Ok(Self(()));
        }
        Authorized::<may::OperationsRead>::from_request_parts(parts, app).await?;
        Ok(Self(()))
    }
}
