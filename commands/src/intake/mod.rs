//! From the bytes of a request to events: nothing here knows of HTTP servers or databases.

pub mod auth;
pub mod envelope;
pub mod inflate;
pub mod kinds;
pub mod plain;
