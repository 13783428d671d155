//! `bugsage demo …`: what somebody needs to try BugSage.

mod answers;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use bugsage_api::demo;
use bugsage_api::settings::Settings;
use bugsage_commands::clock::Clock;
use bugsage_event_store::{DatabaseRole, connect};
use bugsage_models::scripted::{Behaviour, Script, Scripted};
use clap::Subcommand;
use tokio::net::TcpListener;

use super::{Failure, say};

#[derive(Subcommand)]
pub(crate) enum Demo {
    /// Make the demo organization, project, owner and keys, or find them.
    Seed {
        /// Where to write BUGSAGE_URL, BUGSAGE_DSN, BUGSAGE_API_KEY, BUGSAGE_EMAIL and
        /// BUGSAGE_PASSWORD.
        #[arg(long)]
        env_file: PathBuf,
    },
    /// Be a model server, for trying BugSage without a model, until Ctrl-C.
    ///
    /// It speaks OpenAI's chat completions and embeddings and Anthropic's messages, on this machine
    /// alone, and needs no key. Its answers fit what was asked and mean nothing.
    Model {
        /// Where to listen; 0 takes a free one.
        #[arg(long, default_value_t = 11435)]
        port: u16,
        /// What it does with one request after the other, again and again, with commas: answer,
        /// slow:MILLISECONDS, silent, cut-off, 429, 429:SECONDS, 529, quota, 400, 401, 5xx,
        /// malformed-json, prose, violation, refusal, length, content-filter, empty.
        #[arg(long, default_value = "answer")]
        script: Script,
        /// How long each answer takes, in milliseconds.
        #[arg(long, default_value_t = 0)]
        latency: u64,
    },
}

pub(crate) async fn run(file: Option<&Path>, command: Demo) -> Result<ExitCode, Failure> {
    match command {
        Demo::Seed { env_file } => seed(file, &env_file).await?,
        Demo::Model {
            port,
            script,
            latency,
        } => {
            let latency = Duration::from_millis(latency);
            let behaviour = Behaviour {
                script,
                latency,
                answer: Arc::new(answers::answer),
                ..Behaviour::default()
            };
            model(port, behaviour).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn seed(file: Option<&Path>, env_file: &Path) -> Result<(), Failure> {
    let (settings, _) = Settings::load(file)?;
    let url = settings.database.migrate_url.expose();
    let owner = connect(url, DatabaseRole::Owner, 2)?;
    let known = demo::Known::read(env_file);
    let url = &settings.server.public_url;
    let demo = demo::seed(&owner, &Clock::default(), url, &known).await?;
    demo.write(env_file)
        .map_err(|error| format!("cannot write {}: {error}", env_file.display()))?;
    say(demo.lines());
    Ok(())
}

async fn model(port: u16, behaviour: Behaviour) -> Result<(), Failure> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| format!("cannot listen on {address}: {error}; --port takes another"))?;
    let server = Scripted::on(listener, behaviour)?;
    say("# BugSage asks this server with these settings, as in: env … make run");
    say("BUGSAGE_MODELS=local");
    say(format_args!("BUGSAGE_LOCAL_URL={}", server.url()));
    say("BUGSAGE_LOCAL_MODEL=demo");
    tokio::select! {
        () = server.ended() => Err("the model server ended".into()),
        stopped = tokio::signal::ctrl_c() => Ok(stopped?),
    }
}
