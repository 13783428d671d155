//! Mail by SMTP.

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::{Letter, MailError, Mailer};

/// How long each step of the mail server is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A mail server.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Smtp {
    /// At `smtps://user:password@host:465`, or `smtp://…:587?tls=required`; nothing is connected
    /// until there is something to send.
    ///
    /// # Errors
    /// What is wrong, without the address: it may hold a password.
    pub fn new(url: &str, from: &str) -> Result<Self, &'static str> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(
            |_| "is no address such as smtps://user:password@host or smtp://host:587?tls=required",
        )?;
        Ok(Self {
            transport: transport.timeout(Some(PATIENCE)).build(),
            from: Self::sender(from)?,
        })
    }

    /// Whom letters are from.
    ///
    /// # Errors
    /// What is wrong.
    pub fn sender(from: &str) -> Result<Mailbox, &'static str> {
        from.parse()
            .map_err(|_| "is no address such as BugSage <bugsage@example.com>")
    }

    fn message(&self, letter: &Letter) -> Option<Message> {
        Message::builder()
            .from(self.from.clone())
            .to(letter.to.parse().ok()?)
            .date(letter.at.into())
            .message_id(Some(format!(
                "<{}@{}>",
                letter.id.simple(),
                self.from.email.domain()
            )))
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .ok()
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let message = self.message(letter).ok_or(MailError::Unwritable)?;
        // The answer's text may repeat the address.
        let sent = self.transport.send(message).await;
        sent.map(|_| ())
            .map_err(|error| MailError::Server(error.status().map(|code| code.to_string())))
    }
}
