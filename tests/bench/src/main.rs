//! How fast it is, and what that costs. `make bench` runs all.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod analyses;
mod ceiling;
mod commands;
mod corpus;
mod generator;
mod ingest;
mod load;
mod passwords;
mod projections;
mod questions;
mod reads;
mod scans;
mod service;
mod stages;
mod table;

use clap::{Parser, ValueEnum};
use service::Server;

/// Measures BugSage and prints tables.
#[derive(Parser)]
struct Arguments {
    /// What to measure; everything if nothing is named.
    what: Vec<What>,
    /// Seconds of each run.
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// Only the rows of ingest and commands whose name and concurrency contain this, as in
    /// "200 groups, 32".
    #[arg(long, default_value = "", hide_default_value = true)]
    only: String,
    /// PostgreSQL, as a superuser.
    #[arg(long, env = "BUGSAGE_BENCH_DATABASE_URL", hide_env_values = true)]
    database: String,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum What {
    /// What one event costs before the database, stage by stage.
    Stages,
    /// Occurrences a second.
    Ingest,
    /// Commands a second beside stock postgres-es.
    Commands,
    /// Catching up and rebuilding.
    Projections,
    /// Questions among ever more errors.
    Reads,
    /// Explaining errors, with a model that takes its time and with one that takes none.
    Analyses,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let server = Server::new(&arguments.database)?;
    let wanted = |what: What| arguments.what.is_empty() || arguments.what.contains(&what);
    if wanted(What::Stages) {
        stages::run(arguments.seconds);
    }
    if wanted(What::Ingest) {
        ingest::run(&server, arguments.seconds, &arguments.only).await?;
    }
    if wanted(What::Commands) {
        commands::run(&server, arguments.seconds.div_ceil(3), &arguments.only).await?;
    }
    if wanted(What::Projections) {
        projections::run(&server).await?;
    }
    if wanted(What::Reads) {
        reads::run(&server, arguments.seconds).await?;
    }
    if wanted(What::Analyses) {
        analyses::run(&server).await?;
    }
    Ok(())
}
