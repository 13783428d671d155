//! The address a request comes from.

use std::net::IpAddr;

use axum::http::Extensions;

/// The client's address, behind the proxies that are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub IpAddr);

/// Where this request comes from; `None` outside of a connection.
#[must_use]
pub fn of(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<Client>().map(|client| client.0)
}
