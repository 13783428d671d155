//! From names to addresses that may be reached. What is answered here is what is connected to, so a
//! name that leads elsewhere a moment later changes nothing.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{is_allowed, may_be_reached};

/// The addresses of a name, on their way.
pub type Looking = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Looks names up.
pub trait Lookup: Send + Sync + 'static {
    /// All addresses of a name.
    fn lookup(&self, name: &str) -> Looking;
}

/// As the system does.
#[derive(Debug, Clone, Copy)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: &str) -> Looking {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Whoever looks names up.
#[derive(Clone)]
pub(super) struct Names(pub(super) Arc<dyn Lookup>);

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Names")
    }
}

/// A name that leads to where nobody may go.
#[derive(Debug, thiserror::Error)]
#[error("it leads to an address that may not be reached")]
pub(super) struct Forbidden;

/// Looks up, then checks.
pub(super) struct Checked {
    lookup: Arc<dyn Lookup>,
    allowed: Arc<[IpNet]>,
    is_plain: bool,
}

impl Checked {
    pub(super) fn new(lookup: Arc<dyn Lookup>, allowed: Arc<[IpNet]>, is_plain: bool) -> Self {
        Self {
            lookup,
            allowed,
            is_plain,
        }
    }
}

/// Plain text goes to networks that an operator names, and to no other.
pub(super) fn is_reached(address: IpAddr, allowed: &[IpNet], is_plain: bool) -> bool {
    match is_plain {
        true => is_allowed(address, allowed),
        false => may_be_reached(address, allowed),
    }
}

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let looking = self.lookup.lookup(name.as_str());
        let (allowed, is_plain) = (Arc::clone(&self.allowed), self.is_plain);
        Box::pin(async move {
            let found = looking.await?;
            // One that is forbidden among others is no mistake of anybody's: none is tried.
            if !found
                .iter()
                .all(|address| is_reached(*address, &allowed, is_plain))
            {
                return Err(Forbidden.into());
            }
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(found) as Addrs)
        })
    }
}
