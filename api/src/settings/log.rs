//! What the service tells, how and where.

use std::num::NonZeroU32;
use std::path::PathBuf;

use tracing_subscriber::EnvFilter;

use super::Environment;
use super::reader::{Name, Reader};

/// What is logged unless something else is asked for. Of a slow statement sqlx tells its whole
/// text, which helps developers alone.
const FILTER: &str = "info,sqlx=warn,sqlx::query=error";

/// `[log]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// `BUGSAGE_LOG`: what is logged, such as `debug` or `info,sqlx=debug`. `info,sqlx=warn,sqlx::query=error`.
    pub filter: String,
    /// `BUGSAGE_LOG_FORMAT`: text or json. Json in production, else text.
    pub format: Format,
    /// `BUGSAGE_LOG_DIR`: a folder, made if need be, for one file a day (UTC) in place of standard
    /// error. None.
    pub dir: Option<PathBuf>,
    /// `BUGSAGE_LOG_DAYS`: files kept in the folder; the oldest goes. 7.
    pub days: NonZeroU32,
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: one object a line.
    Json,
}

impl Log {
    pub(super) fn read(reader: &mut Reader<'_>, environment: Environment) -> Self {
        let name = Name::new("log.filter", "BUGSAGE_LOG");
        let filter = reader.text(name, FILTER);
        if let Err(error) = EnvFilter::try_new(&filter) {
            reader.wrong(
                name,
                &format!("is {filter:?}, which is not understood: {error}"),
            );
        }
        let usual = match environment {
            Environment::Production => Format::Json,
            Environment::Development | Environment::Staging => Format::Text,
        };
        let dir = reader.text(Name::new("log.dir", "BUGSAGE_LOG_DIR"), "");
        Self {
            filter,
            format: reader.choice(
                Name::new("log.format", "BUGSAGE_LOG_FORMAT"),
                &[("text", Format::Text), ("json", Format::Json)],
                usual,
            ),
            dir: (!dir.is_empty()).then(|| dir.into()),
            days: reader.count(Name::new("log.days", "BUGSAGE_LOG_DAYS"), 7),
        }
    }
}
