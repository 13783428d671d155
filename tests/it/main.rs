//! The whole system from outside: a service on a real port over a real database, asked
//! through HTTP and by real SDKs. Every answer is held against the OpenAPI document.

mod app;
mod conformance;
mod ingest;
mod smoke;
