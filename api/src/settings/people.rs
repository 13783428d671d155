//! Who may have an account, and how their tokens are signed.

use bugsage_commands::people::signing::Algorithm;

use super::Environment;
use super::reader::{Name, Reader};

/// `[people]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// `BUGSAGE_REGISTRATION`: who may register: anybody (`open`), who was invited (`invitation`) or
    /// nobody (`off`). Open in development, else invitation.
    pub registration: Registration,
    /// `BUGSAGE_TOKEN_ALGORITHM`: how new keys sign access tokens, EdDSA or HS256. EdDSA.
    pub token_algorithm: Algorithm,
}

/// Who may register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Anybody with an address.
    Open,
    /// Who holds an invitation to an organization.
    Invitation,
    /// Nobody.
    Off,
}

impl People {
    pub(super) fn read(reader: &mut Reader<'_>, environment: Environment) -> Self {
        let usual = match environment {
            Environment::Development => Registration::Open,
            Environment::Staging | Environment::Production => Registration::Invitation,
        };
        Self {
            registration: reader.choice(
                Name::new("people.registration", "BUGSAGE_REGISTRATION"),
                &[
                    ("open", Registration::Open),
                    ("invitation", Registration::Invitation),
                    ("off", Registration::Off),
                ],
                usual,
            ),
            token_algorithm: reader.choice(
                Name::new("people.token_algorithm", "BUGSAGE_TOKEN_ALGORITHM"),
                &[("EdDSA", Algorithm::EdDsa), ("HS256", Algorithm::Hs256)],
                Algorithm::EdDsa,
            ),
        }
    }
}
