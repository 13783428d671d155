//! The message server.

use super::Secret;
use super::reader::{Name, Reader};
use crate::nats::servers;

/// `[nats]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nats {
    /// `NATS_URL`: addresses, with commas. `None` with `BUGSAGE_NATS=off`, else it must be given.
    pub url: Option<Secret>,
}

impl Nats {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let enabled = reader.switch(Name::new("nats.enabled", "BUGSAGE_NATS"), true);
        let name = Name::new("nats.url", "NATS_URL");
        let url = reader.secret(name);
        if enabled && url.is_none() {
            reader.missing(
                name,
                "the address of NATS (nats://host:4222), or set BUGSAGE_NATS=off to do without",
            );
        }
        let url = url.filter(|_| enabled);
        let is_wrong = |url: &Secret| servers(url.expose()).is_err();
        if url.as_ref().is_some_and(is_wrong) {
            reader.wrong(name, "is no address such as nats://user:password@host:4222");
        }
        Self { url }
    }
}
