//! The one way to addresses that people set: OpenID providers, webhooks, other systems.
//!
//! Whoever sets an address must not reach with it what they cannot reach themselves: this machine,
//! its network, a cloud's secrets. So a name is resolved first, every address of it must be one that
//! may be reached ([`address`]), and exactly those are connected to. No redirect is followed, no
//! proxy is used, and time and size have limits.

pub mod address;
mod resolve;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use reqwest::redirect::Policy;
use reqwest::{Request, Response, StatusCode, Url};
use url::Host;

pub use resolve::{Looking, Lookup, SystemLookup};

use resolve::{Checked, Forbidden, Names};

/// How long a connection may take, its names and keys included.
const CONNECTING: Duration = Duration::from_secs(5);
/// How long the whole may take.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer.
pub const ANSWER_MAX: usize = 1024 * 1024;

#[expect(clippy::disallowed_types, reason = "the adapter to the outside")]
type Http = reqwest::Client;

/// Whether somebody may set this address: of the web, and without login, query and fragment, which
/// would be sent where they do not belong or shown to whom they are not meant for.
#[must_use]
pub fn is_bare(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}

/// The client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// With TLS: to the public Internet, and to `allowed`.
    sealed: Http,
    /// In plain text: to `allowed` alone.
    plain: Http,
    allowed: Arc<[IpNet]>,
    /// As both look names up.
    names: Names,
}

/// What came back, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status; a redirect is an answer too.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, of at most [`ANSWER_MAX`] bytes.
    pub body: Vec<u8>,
}

/// Why there is no answer, in words for whoever set the address.
#[derive(Debug, thiserror::Error)]
pub enum OutgoingError {
    /// Neither http nor https, or with a login in it.
    #[error("the address must begin with https:// and hold no login")]
    Address,
    /// It leads to where nobody may go.
    #[error(
        "{0} is not on the public Internet, or not reached by https: an operator may allow its network with BUGSAGE_OUTGOING_ALLOW"
    )]
    Forbidden(String),
    /// It answers too much.
    #[error("{0} answers more than {ANSWER_MAX} bytes")]
    TooLarge(String),
    /// It does not answer in time.
    #[error("{0} did not answer in time")]
    TooSlow(String),
    /// It cannot be reached, or breaks off.
    #[error("{0} cannot be reached: {1}")]
    Away(String, String),
}

impl Outgoing {
    /// With the networks that may be reached beside the public Internet.
    ///
    /// # Errors
    /// When the system's certificates cannot be used.
    pub fn new(allowed: Vec<IpNet>) -> Result<Self, reqwest::Error> {
        Self::with(SystemLookup, allowed, PATIENCE)
    }

    /// [`Self::new`] with another way to look names up, and another time for the whole.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with(
        lookup: impl Lookup,
        allowed: Vec<IpNet>,
        patience: Duration,
    ) -> Result<Self, reqwest::Error> {
        let (lookup, allowed): (Arc<dyn Lookup>, Arc<[IpNet]>) = (Arc::new(lookup), allowed.into());
        let client = |is_plain| {
            let checked = Checked::new(Arc::clone(&lookup), Arc::clone(&allowed), is_plain);
            Http::builder()
                .dns_resolver(checked)
                .no_proxy()
                .redirect(Policy::none())
                .referer(false)
                .https_only(!is_plain)
                .connect_timeout(CONNECTING)
                .timeout(patience)
                .build()
        };
        Ok(Self {
            sealed: client(false)?,
            plain: client(true)?,
            allowed,
            names: Names(lookup),
        })
    }

    /// Whether it may be asked, as far as that can be told without looking its name up.
    ///
    /// # Errors
    /// [`OutgoingError::Address`] or [`OutgoingError::Forbidden`].
    pub fn may_ask(&self, url: &Url) -> Result<(), OutgoingError> {
        self.check(url).map(|_| ())
    }

    /// The addresses of a host, each of which may be reached, for a program that is told to connect to
    /// these and to look nothing up.
    ///
    /// # Errors
    /// [`OutgoingError::Address`], [`OutgoingError::Forbidden`] or [`OutgoingError::Away`].
    pub async fn addresses(&self, url: &Url) -> Result<Vec<IpAddr>, OutgoingError> {
        let (is_plain, named) = self.check(url)?;
        let found = match url.host() {
            Some(Host::Ipv4(address)) => return Ok(vec![address.into()]),
            Some(Host::Ipv6(address)) => return Ok(vec![address.into()]),
            Some(Host::Domain(name)) => self.names.0.lookup(name).await,
            None => return Err(OutgoingError::Address),
        };
        let found = found.map_err(|why| OutgoingError::Away(named.clone(), why.to_string()))?;
        let reached = |address: &IpAddr| resolve::is_reached(*address, &self.allowed, is_plain);
        match !found.is_empty() && found.iter().all(reached) {
            true => Ok(found),
            false => Err(OutgoingError::Forbidden(named)),
        }
    }

    /// Sends a request and reads the answer to its end.
    ///
    /// # Errors
    /// See [`OutgoingError`]; an answer of any status is none.
    pub async fn send(&self, request: Request) -> Result<Answer, OutgoingError> {
        let (is_plain, host) = self.check(request.url())?;
        let http = if is_plain { &self.plain } else { &self.sealed };
        let response = http.execute(request).await;
        let response = response.map_err(|error| told(&host, &error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read(response, &host).await?;
        Ok(Answer {
            status,
            headers,
            body,
        })
    }

    /// Whether it goes in plain text, and the host. Addresses are checked here, names when they are
    /// looked up: a client asks for no address of an address.
    fn check(&self, url: &Url) -> Result<(bool, String), OutgoingError> {
        let is_plain = match url.scheme() {
            "https" => false,
            "http" => true,
            _ => return Err(OutgoingError::Address),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OutgoingError::Address);
        }
        let host = url.host().ok_or(OutgoingError::Address)?;
        let named = host.to_string();
        let address = match host {
            Host::Domain(_) => return Ok((is_plain, named)),
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
        };
        if resolve::is_reached(address, &self.allowed, is_plain) {
            Ok((is_plain, named))
        } else {
            Err(OutgoingError::Forbidden(named))
        }
    }
}

async fn read(mut response: Response, host: &str) -> Result<Vec<u8>, OutgoingError> {
    let announced = response.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > ANSWER_MAX as u64) {
        return Err(OutgoingError::TooLarge(host.to_owned()));
    }
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|error| told(host, &error))? {
        if body.len() + part.len() > ANSWER_MAX {
            return Err(OutgoingError::TooLarge(host.to_owned()));
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

/// What went wrong, without the path and query, which may hold a secret.
fn told(host: &str, error: &reqwest::Error) -> OutgoingError {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    loop {
        if cause.is::<Forbidden>() {
            return OutgoingError::Forbidden(host.to_owned());
        }
        match cause.source() {
            Some(below) => cause = below,
            None if error.is_timeout() => return OutgoingError::TooSlow(host.to_owned()),
            None => return OutgoingError::Away(host.to_owned(), cause.to_string()),
        }
    }
}
