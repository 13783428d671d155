//! Ingest and what is done to errors meanwhile, against a real PostgreSQL.

mod counting;
mod crowd;
mod limits;
mod merged;
mod midnight;
mod settled;
mod site;
