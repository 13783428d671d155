//! How mail leaves.

use std::path::PathBuf;
use std::sync::Arc;

use bugsage_commands::mail::{Folder, Mailer, Nowhere, Smtp};

use super::reader::{Name, Reader};
use super::{Environment, Secret};

/// Where a developer finds mail, if nothing else is said.
const FOLDER: &str = ".bugsage/mail";

/// `[mail]`: by a server, else into a folder; with neither, letters wait until one is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// `BUGSAGE_SMTP_URL`: the mail server, as `smtps://user:password@host` or
    /// `smtp://host:587?tls=required`. None.
    pub smtp_url: Option<Secret>,
    /// `BUGSAGE_MAIL_FROM`: whom letters are from. `BugSage <bugsage@localhost>`.
    pub from: String,
    /// `BUGSAGE_MAIL_DIR`: a folder for one file a letter, where there is no server. `.bugsage/mail`
    /// in development, else none.
    pub dir: Option<PathBuf>,
}

impl Mail {
    pub(super) fn read(reader: &mut Reader<'_>, environment: Environment) -> Self {
        let address = Name::new("mail.smtp_url", "BUGSAGE_SMTP_URL");
        let smtp_url = reader.secret(address);
        let sender = Name::new("mail.from", "BUGSAGE_MAIL_FROM");
        let from = reader.text(sender, "BugSage <bugsage@localhost>");
        if let Err(wrong) = Smtp::sender(&from) {
            reader.wrong(sender, wrong);
        } else if let Some(Err(wrong)) = smtp_url.as_ref().map(|url| Smtp::new(url.expose(), &from))
        {
            reader.wrong(address, wrong);
        }
        let usual = match environment {
            Environment::Development => FOLDER,
            Environment::Staging | Environment::Production => "",
        };
        let dir = reader.text(Name::new("mail.dir", "BUGSAGE_MAIL_DIR"), usual);
        Self {
            smtp_url,
            from,
            dir: (!dir.is_empty()).then(|| dir.into()),
        }
    }

    /// What sends letters by these settings.
    #[must_use]
    pub fn mailer(&self) -> Arc<dyn Mailer> {
        let server = self
            .smtp_url
            .as_ref()
            .map(|url| Smtp::new(url.expose(), &self.from));
        match (server, &self.dir) {
            (Some(Ok(server)), _) => Arc::new(server),
            (None, Some(dir)) => Arc::new(Folder(dir.clone())),
            (None, None) | (Some(Err(_)), _) => Arc::new(Nowhere),
        }
    }
}
