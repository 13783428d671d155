//! How much each may ask of the service: by address before anybody is known, then by key or person,
//! and by organization. A limit is so many a minute, and as many at once after a quiet minute.
//!
//! [`layer`] counts by address and tells every standing in the answer's headers; whoever proves a
//! caller calls [`admit`] once it is known. DSN keys have limits of their own ([`Limits::occurrences`]).
//! All is counted in this process alone, so two nodes let twice as much through.

mod bucket;
mod tally;

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{Extensions, HeaderName};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bugsage_domain::actor::Actor;
use bugsage_domain::ids::OrganizationId;
use moka::sync::Cache;
use uuid::Uuid;

use crate::address;
use crate::problem::Problem;
use crate::settings;
use crate::state::App;
use bucket::{Bucket, Kind, bucket, buckets, take};
use tally::Tally;

/// The answer's header with what is left of each limit.
pub const STANDING: HeaderName = HeaderName::from_static("ratelimit");
/// The answer's header with the limits themselves.
pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// All limits. Cheap to clone.
#[derive(Clone)]
pub struct Limits {
    addresses: Kind<IpAddr>,
    keys: Kind<Uuid>,
    users: Kind<Uuid>,
    organizations: Kind<Uuid>,
    /// Each with a limit of its own; counted anew when that changes.
    dsn_keys: Cache<(Uuid, NonZeroU32), Arc<Bucket>>,
}

impl Limits {
    /// As the settings say.
    #[must_use]
    pub fn new(settings: &settings::Limits) -> Self {
        Self {
            addresses: Kind::new("address", settings.address),
            keys: Kind::new("key", settings.key),
            users: Kind::new("user", settings.user),
            organizations: Kind::new("organization", settings.organization),
            dsn_keys: buckets(),
        }
    }

    /// Counts so many occurrences of a DSN key that may send `limit` a minute.
    ///
    /// # Errors
    /// After which time to come again.
    pub fn occurrences(
        &self,
        key: Uuid,
        limit: NonZeroU32,
        count: NonZeroU32,
    ) -> Result<(), Duration> {
        let bucket = self.dsn_keys.get_with((key, limit), || bucket(limit));
        take(&bucket, count, limit)
    }
}

/// Counts by the client's address, and tells in the answer where its sender stands.
pub async fn layer(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let tally = Tally::default();
    let address = address::of(request.extensions()).map(network);
    let counted = address.map_or(Ok(()), |address| {
        app.limits.addresses.count(address, &tally)
    });
    let mut answer = match counted {
        Ok(()) => {
            request.extensions_mut().insert(tally.clone());
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    };
    tally.tell(answer.headers_mut());
    answer
}

/// Counts a request of somebody who is proved, once however often it is asked: by their key or
/// person, and by the organization they act in, if they act in one. `extensions` are the request's.
///
/// # Errors
/// 429 with when to come again.
pub fn admit(
    app: &App,
    extensions: &Extensions,
    actor: &Actor,
    organization: Option<OrganizationId>,
) -> Result<(), Problem> {
    // Not behind the layer: nobody would be told.
    let Some(tally) = extensions.get::<Tally>() else {
        return Ok(());
    };
    let own = match actor {
        Actor::User { id } => Some((&app.limits.users, *id)),
        Actor::ApiKey { id } | Actor::ServiceAccount { id } | Actor::Integration { id } => {
            Some((&app.limits.keys, *id))
        }
        Actor::Saga { .. } | Actor::System => None,
    };
    if let Some((kind, id)) = own.filter(|(kind, _)| !tally.has(kind.name)) {
        kind.count(id, tally)?;
    }
    let kind = &app.limits.organizations;
    match organization {
        Some(organization) if !tally.has(kind.name) => kind.count(organization.0, tally),
        _ => Ok(()),
    }
}

/// Whoever has one address of IPv6 has the 2^64 beside it too.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            let bits = u128::from(address) >> 64 << 64;
            IpAddr::V6(Ipv6Addr::from(bits))
        }
    }
}

#[cfg(test)]
mod tests;
