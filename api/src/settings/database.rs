//! The logins to PostgreSQL.

use std::num::NonZeroU32;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use super::Secret;
use super::reader::{Name, Reader};

/// `[database]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// `DATABASE_URL`: the service's login. Must be given.
    pub url: Secret,
    /// `BUGSAGE_PROJECTOR_DATABASE_URL`: the login that keeps the read models. The service's.
    pub projector_url: Secret,
    /// `BUGSAGE_MIGRATE_DATABASE_URL`: the login that owns the schema. The service's.
    pub migrate_url: Secret,
    /// `BUGSAGE_DATABASE_CONNECTIONS`: connections of the service's pool. 16.
    pub connections: NonZeroU32,
}

impl Database {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let name = Name::new("database.url", "DATABASE_URL");
        let url = address(reader, name).unwrap_or_else(|| {
            reader.missing(name, "the address of PostgreSQL (postgres://user:password@host/database); `make run` starts a private one")
        });
        let mut other = |key, variable| {
            address(reader, Name::new(key, variable)).unwrap_or_else(|| url.clone())
        };
        Self {
            projector_url: other("database.projector_url", "BUGSAGE_PROJECTOR_DATABASE_URL"),
            migrate_url: other("database.migrate_url", "BUGSAGE_MIGRATE_DATABASE_URL"),
            url,
            connections: reader.count(
                Name::new("database.connections", "BUGSAGE_DATABASE_CONNECTIONS"),
                16,
            ),
        }
    }
}

fn address(reader: &mut Reader<'_>, name: Name) -> Option<Secret> {
    let address = reader.secret(name)?;
    if PgConnectOptions::from_str(address.expose()).is_err() {
        reader.wrong(
            name,
            "is no address such as postgres://user:password@host/database",
        );
    }
    Some(address)
}
