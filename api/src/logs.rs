//! Logs: lines of text or JSON, on standard error or in a file a day.

use std::io::IsTerminal;

use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::settings::{Format, Log};

/// Begins to log, for the whole process.
///
/// # Errors
/// When the folder of the files cannot be written.
pub fn start(log: &Log) -> Result<(), InitError> {
    let (writer, colours) = match &log.dir {
        None => (
            BoxMakeWriter::new(std::io::stderr),
            std::io::stderr().is_terminal(),
        ),
        Some(dir) => {
            let files = RollingFileAppender::builder()
                .rotation(Rotation::DAILY)
                .filename_prefix("bugsage")
                .filename_suffix("log")
                .max_log_files(log.days.get() as usize)
                .build(dir)?;
            (BoxMakeWriter::new(files), false)
        }
    };
    let lines = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(&log.filter))
        .with_ansi(colours)
        .with_writer(writer);
    match log.format {
        Format::Text => lines.init(),
        Format::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .init(),
    }
    Ok(())
}
