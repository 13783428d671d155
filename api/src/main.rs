//! The `bugsage` program.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use bugsage_api::settings::Settings;
use bugsage_api::{demo, serve, versions};
use bugsage_commands::clock::Clock;
use bugsage_event_store::subscription::{self, Projection};
use bugsage_event_store::{DatabaseRole, connect, migrate};
use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

type Failure = Box<dyn std::error::Error>;

/// Errors grouped, explained, fixed, and never forgotten.
///
/// Settings are environment variables; DATABASE_URL and NATS_URL are the two that must be
/// set (or BUGSAGE_NATS=off). `make run` sets all of them up on one machine.
#[derive(Parser)]
#[command(name = "bugsage", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API, ingest and the projections, until SIGTERM or Ctrl-C.
    Serve,
    /// Bring the database schema up to date, as the owner (BUGSAGE_MIGRATE_DATABASE_URL).
    Migrate,
    /// Look at, rebuild or verify the read models.
    #[command(subcommand)]
    Projections(Projections),
    /// Data to try BugSage with.
    #[command(subcommand)]
    Demo(DemoCommand),
    /// Print the OpenAPI document.
    Openapi,
}

#[derive(Subcommand)]
enum Projections {
    /// How far each is, as JSON lines.
    List,
    /// Fill a projection anew beside the live one, then swap them; readers notice nothing.
    Rebuild {
        /// As `list` names it.
        name: String,
    },
    /// Fold the log anew and compare every row; exit code 1 if any differs.
    Verify {
        /// As `list` names it.
        name: String,
    },
}

#[derive(Subcommand)]
enum DemoCommand {
    /// Make the demo organization, project and keys, or find them.
    Seed {
        /// Where to write BUGSAGE_URL, BUGSAGE_DSN and BUGSAGE_API_KEY.
        #[arg(long)]
        env_file: PathBuf,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_logs();
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
    match runtime.block_on(run(arguments.command)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bugsage: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start_logs() {
    use tracing_subscriber::EnvFilter;
    let filter =
        EnvFilter::try_from_env("BUGSAGE_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}

#[expect(
    clippy::print_stdout,
    reason = "what the program answers goes to standard output"
)]
async fn run(command: Command) -> Result<ExitCode, Failure> {
    if let Command::Openapi = command {
        println!("{}", bugsage_api::routes::openapi().to_pretty_json()?);
        return Ok(ExitCode::SUCCESS);
    }
    let settings = Settings::from_environment()?;
    match command {
        Command::Serve => serve_until_signal(settings).await,
        Command::Migrate => {
            let owner = connect(&settings.migrate_database_url, DatabaseRole::Owner, 2)?;
            versions::check_server(&owner).await?;
            migrate(&owner).await?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Projections(command) => projections(&settings, command).await,
        Command::Demo(DemoCommand::Seed { env_file }) => {
            let owner = connect(&settings.migrate_database_url, DatabaseRole::Owner, 2)?;
            let known = demo::known_key(&env_file);
            let demo = demo::seed(
                &owner,
                &Clock::default(),
                &settings.public_url,
                known.as_deref(),
            )
            .await?;
            demo.write(&env_file)
                .map_err(|error| format!("cannot write {}: {error}", env_file.display()))?;
            println!("BugSage       {}", demo.url);
            if settings.docs {
                println!("API document  {}/docs", demo.url);
            }
            println!("DSN           {}", demo.dsn);
            println!("API key       {}", demo.api_key);
            Ok(ExitCode::SUCCESS)
        }
        Command::Openapi => Ok(ExitCode::SUCCESS),
    }
}

async fn serve_until_signal(settings: Settings) -> Result<ExitCode, Failure> {
    let mut terminated = signal(SignalKind::terminate())?;
    let running = serve::start(settings, Clock::default()).await?;
    tracing::info!(address = %running.address, "serving");
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping: finishing what was accepted");
    running.stop().await;
    Ok(ExitCode::SUCCESS)
}

#[expect(
    clippy::print_stdout,
    reason = "what the program answers goes to standard output"
)]
async fn projections(settings: &Settings, command: Projections) -> Result<ExitCode, Failure> {
    let projector = connect(&settings.projector_database_url, DatabaseRole::Projector, 2)?;
    versions::check(&projector).await?;
    match command {
        Projections::List => {
            for status in subscription::status(&projector).await? {
                println!("{}", serde_json::to_string(&status)?);
            }
            Ok(ExitCode::SUCCESS)
        }
        Projections::Rebuild { name } => {
            let projection = named(&name)?;
            let rebuilt = subscription::rebuild(&projector, projection.as_ref()).await?;
            println!(
                "{name}: {} domain events, up to position {}",
                rebuilt.events, rebuilt.position
            );
            Ok(ExitCode::SUCCESS)
        }
        Projections::Verify { name } => {
            let projection = named(&name)?;
            let verified = subscription::verify(&projector, projection.as_ref()).await?;
            println!("{}", serde_json::to_string(&verified)?);
            Ok(if verified.holds() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
    }
}

fn named(name: &str) -> Result<std::sync::Arc<dyn Projection>, Failure> {
    let all = bugsage_projections::all();
    let names: Vec<_> = all.iter().map(|projection| projection.name()).collect();
    all.into_iter()
        .find(|projection| projection.name() == name)
        .ok_or_else(|| {
            format!(
                "there is no projection {name:?}: use {}",
                names.join(" or ")
            )
            .into()
        })
}
