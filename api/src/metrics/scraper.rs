//! Who may read the metrics: whoever has the token of the settings. They are of the whole installation,
//! so no role in one of its organizations is enough; and the token works while the database is away.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};

use crate::access::identity::bearer;
use crate::problem::Problem;
use crate::state::App;

/// Prometheus, or somebody else with its token.
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
        Err(Problem::unauthorized(match token {
            Some(_) => "this takes the token of BUGSAGE_METRICS_TOKEN: Authorization: Bearer …",
            None => "this takes the token of BUGSAGE_METRICS_TOKEN, which is not set",
        }))
    }
}
