//! The keys that seal secrets.

use bugsage_commands::seal::Sealer;

use super::reader::{Name, Reader};

/// `[seal]`.
#[derive(Debug, Clone)]
pub struct Seal {
    /// `BUGSAGE_SEAL_KEYS`: keys of 32 bytes as `id=base64`, with commas: the first seals, each opens what
    /// it sealed. Must be given.
    pub sealer: Sealer,
}

impl Seal {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let name = Name::new("seal.keys", "BUGSAGE_SEAL_KEYS");
        let Some(keys) = reader.secret(name) else {
            reader.missing(
                name,
                "the key that seals secrets; `bugsage keys new` makes one, `make run` has its own",
            );
            return Self {
                sealer: Sealer::default(),
            };
        };
        let sealer = keys.expose().parse().unwrap_or_else(|wrong| {
            reader.wrong(name, &format!("{wrong}"));
            Sealer::default()
        });
        Self { sealer }
    }
}
