//! The `bugsage` program.

mod cli;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bugsage_api::settings::{Roles, Settings};
use bugsage_api::traces::Traces;
use bugsage_api::{logs, serve, versions};
use bugsage_commands::clock::Clock;
use bugsage_event_store::{DatabaseRole, connect, migrate};
use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

use cli::audit::{self, Audit};
use cli::config::{self, Config};
use cli::demo::{self, Demo};
use cli::grouping::{self, Grouping};
use cli::jobs::{self, Jobs};
use cli::keys::{self, Keys};
use cli::projections::{self, Projections};
use cli::projects::{self, Projects};
use cli::replay::{self, Replay};
use cli::{Failure, say};

/// Errors grouped, explained, fixed, and never forgotten.
///
/// Settings are environment variables, and a file for those that are not set; DATABASE_URL,
/// NATS_URL (or BUGSAGE_NATS=off) and BUGSAGE_SEAL_KEYS must be given. `make run` sets all of them
/// up on one machine.
#[derive(Parser)]
#[command(name = "bugsage", version)]
struct Arguments {
    /// A file of settings, as bugsage.example.toml; the environment goes before it.
    #[arg(long, global = true, value_name = "FILE", env = "BUGSAGE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve, until SIGTERM or Ctrl-C.
    Serve {
        /// What this node does: api, worker and projector, with commas; goes before BUGSAGE_ROLES.
        /// Without any, all of it.
        #[arg(long, value_name = "ROLES")]
        role: Option<Roles>,
    },
    /// Bring the database schema up to date, as the owner (BUGSAGE_MIGRATE_DATABASE_URL).
    Migrate,
    /// Look at the settings.
    #[command(subcommand)]
    Config(Config),
    /// Look at, rebuild or verify the read models.
    #[command(subcommand)]
    Projections(Projections),
    /// Look at jobs, let dead ones be tried again, or drop them; as the owner.
    #[command(subcommand)]
    Jobs(Jobs),
    /// Try grouping on what is stored, before anything is switched; as the owner.
    #[command(subcommand)]
    Grouping(Grouping),
    /// Look at projects and change what they keep and scrub, as the owner.
    #[command(subcommand)]
    Projects(Projects),
    /// Export what happened around access, as the owner.
    #[command(subcommand)]
    Audit(Audit),
    /// Keys: those that seal secrets, and those that access tokens are signed with.
    #[command(subcommand)]
    Keys(Keys),
    /// Print the history of an error and the state it folds to, as JSON lines.
    Replay(Replay),
    /// Data to try BugSage with.
    #[command(subcommand)]
    Demo(Demo),
    /// Print the OpenAPI document.
    Openapi,
    /// Print docs/permissions.md, made from the table of permissions.
    Permissions,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("bugsage: cannot start threads: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(arguments.config.as_deref(), arguments.command)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bugsage: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(file: Option<&Path>, command: Command) -> Result<ExitCode, Failure> {
    let command = match command {
        Command::Openapi => {
            say(bugsage_api::routes::openapi().to_pretty_json()?);
            return Ok(ExitCode::SUCCESS);
        }
        Command::Permissions => {
            say(bugsage_domain::access::document().trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        Command::Config(command) => return config::run(file, command),
        Command::Demo(command) => return demo::run(file, command).await,
        Command::Keys(Keys::New) => return keys::new(),
        command => command,
    };
    let (mut settings, _) = Settings::load(file)?;
    logs::start(&settings.log)
        .map_err(|error| format!("the folder BUGSAGE_LOG_DIR cannot be written: {error}"))?;
    match command {
        Command::Serve { role } => {
            settings.server.roles = role.unwrap_or(settings.server.roles);
            serve_until_signal(settings).await
        }
        Command::Migrate => {
            let owner = connect(
                settings.database.migrate_url.expose(),
                DatabaseRole::Owner,
                2,
            )?;
            versions::check_server(&owner).await?;
            migrate(&owner).await.map_err(versions::explained)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Projections(command) => projections::run(&settings, command).await,
        Command::Jobs(command) => jobs::run(&settings, command).await,
        Command::Grouping(command) => grouping::run(&settings, command).await,
        Command::Projects(command) => projects::run(&settings, command).await,
        Command::Audit(command) => audit::run(&settings, command).await,
        Command::Keys(command) => keys::run(&settings, command).await,
        Command::Replay(replay) => replay::run(&settings, replay).await,
        Command::Openapi | Command::Permissions | Command::Config(_) | Command::Demo(_) => {
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn serve_until_signal(settings: Settings) -> Result<ExitCode, Failure> {
    let mut terminated = signal(SignalKind::terminate())?;
    let traces = Traces::start(&settings.traces)?;
    let running = serve::start(settings, Clock::default()).await?;
    tracing::info!(address = %running.address, "serving");
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping: finishing what was accepted");
    running.stop().await;
    if let Some(traces) = traces {
        traces.stop().await;
    }
    Ok(ExitCode::SUCCESS)
}
