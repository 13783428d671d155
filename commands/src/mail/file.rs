//! Mail as files in a folder, for developers.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

use async_trait::async_trait;

use super::{Letter, MailError, Mailer};

/// A folder with one text file a letter, named by the time. Made when the first comes.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

#[async_trait]
impl Mailer for Folder {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let (folder, letter) = (self.0.clone(), letter.clone());
        let written = tokio::task::spawn_blocking(move || write(&folder, &letter));
        written
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)))?;
        Ok(())
    }
}

/// Readable by the owner alone, for letters open doors; whole from the moment it has its name.
fn write(folder: &PathBuf, letter: &Letter) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let name = format!(
        "{}-{}",
        letter.at.format("%Y%m%dT%H%M%S%.6fZ"),
        letter.id.simple()
    );
    let part = folder.join(format!("{name}.part"));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&part)?;
    write!(
        file,
        "To: {}\nSubject: {}\n\n{}",
        letter.to, letter.subject, letter.text
    )?;
    fs::rename(part, folder.join(format!("{name}.txt")))
}
