//! Ingest and what is done to errors meanwhile, and people, against a real PostgreSQL.

#![expect(clippy::disallowed_methods, reason = "tests make ids of their own")]
#![expect(clippy::unwrap_used, reason = "a test may fail wherever it stands")]

mod counting;
mod crowd;
mod dictionaries;
mod known;
mod limits;
mod merged;
mod midnight;
mod nearest;
mod outgoing;
mod people;
mod repositories;
mod sealed;
mod settled;
mod similar;
mod site;
mod trial;
