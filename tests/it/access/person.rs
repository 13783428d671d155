//! People without signing in: a layer takes who they are from a header, as a session would prove it.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use bugsage_api::access::Identity;
use bugsage_api::session::Person;
use bugsage_domain::ids::UserId;
use uuid::Uuid;

/// The header that names a person to the layer.
pub(crate) const HEADER: &str = "x-test-person";

/// Puts the layer around the service.
pub(crate) fn around(router: Router) -> Router {
    router.layer(from_fn(prove))
}

async fn prove(mut request: Request, next: Next) -> Response {
    let named = request.headers().get(HEADER);
    let user = named.and_then(|value| value.to_str().ok()?.parse().ok());
    if let Some(user) = user {
        let person = Person {
            user: UserId(user),
            session: Uuid::nil(),
            confined: None,
        };
        request.extensions_mut().insert(Identity::Person(person));
    }
    next.run(request).await
}
