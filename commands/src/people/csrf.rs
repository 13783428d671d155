//! What proves that a page of this service, and none of another site, has a browser change something.

use uuid::Uuid;

use super::People;
use crate::ingest::keyed_digest;

impl People {
    /// What a browser shows, beside its cookie, with each change: a page of another site can have
    /// the cookie sent, and cannot know this.
    #[must_use]
    pub fn csrf_token(&self, session: Uuid) -> String {
        let digest = keyed_digest(&self.secret, format!("csrf {session}").as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether this is the session's, in a time that does not depend on how much of it is.
    #[must_use]
    pub fn is_csrf_token(&self, session: Uuid, given: &str) -> bool {
        let digest = |text: &str| keyed_digest(&self.secret, text.as_bytes());
        // Digests under a key nobody knows: where two of them differ tells nothing.
        digest(given) == digest(&self.csrf_token(session))
    }
}
