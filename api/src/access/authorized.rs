//! Permission as a type.

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use bugsage_domain::access::may::Needs;

use super::caller::Caller;
use crate::problem::Problem;
use crate::state::App;

/// A caller who has the permission `P`, as in `Authorized<may::ErrorsRead>`: what a handler must
/// ask for to get at a scope or a context. The handler's entry in the API's document names the
/// same permission; a test compares the two.
pub struct Authorized<P> {
    caller: Caller,
    permission: PhantomData<P>,
}

impl<P> Deref for Authorized<P> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<P: Needs + Send> FromRequestParts<App> for Authorized<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self {
            caller: Caller::prove(parts, app, P::PERMISSION).await?,
            permission: PhantomData,
        })
    }
}
