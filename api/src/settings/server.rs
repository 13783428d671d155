//! How the service is reached, and by how many.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use super::reader::{Name, Reader};
use super::roles::Roles;
use super::{Environment, Secret, address};

/// Characters of a token that nobody guesses.
const TOKEN_MIN: usize = 16;

/// `[server]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// `BUGSAGE_ROLES`: what this node does: api, worker, projector, with commas. All of them.
    pub roles: Roles,
    /// `BUGSAGE_HOST` and `BUGSAGE_PORT`: where to listen. 127.0.0.1, 8000.
    pub listen: SocketAddr,
    /// `BUGSAGE_URL`: how the outside reaches the service, with any path prefix. From host and port.
    pub public_url: String,
    /// `BUGSAGE_DOCS`: the page at `/docs`, on or off. Off in production.
    pub docs: bool,
    /// `BUGSAGE_METRICS_TOKEN`: what Prometheus sends as its bearer token to `/metrics`;
    /// at least 16 characters. None: nobody reads them.
    pub metrics_token: Option<Secret>,
    /// `BUGSAGE_MAX_CONNECTIONS`: connections held at once; more wait to be accepted. 16384,
    /// or fewer where the limit of open files is lower.
    pub max_connections: NonZeroU32,
    /// `BUGSAGE_IDLE_SECONDS`: seconds for which a connection may be without a request that has
    /// come with all its headers, and in which an answer must be fetched. 60.
    pub idle: Duration,
    /// `BUGSAGE_BODY_SECONDS`: seconds in which a body of the REST API must have come as a whole; one
    /// that may have more than 2 MB has as much longer, and 120 at most. 30.
    pub body: Duration,
}

impl Server {
    pub(super) fn read(reader: &mut Reader<'_>, environment: Environment) -> Self {
        let host = reader.parsed(
            Name::new("server.host", "BUGSAGE_HOST"),
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            "an IP address",
        );
        let port = reader.parsed(
            Name::new("server.port", "BUGSAGE_PORT"),
            8000,
            "a port number",
        );
        let listen = SocketAddr::new(host, port);
        let url = Name::new("server.url", "BUGSAGE_URL");
        let public_url = reader.text(url, &format!("http://{listen}"));
        address::checked(reader, url, &public_url);
        let idle = reader.count(Name::new("server.idle_seconds", "BUGSAGE_IDLE_SECONDS"), 60);
        let body = reader.count(Name::new("server.body_seconds", "BUGSAGE_BODY_SECONDS"), 30);
        let roles = Name::new("server.roles", "BUGSAGE_ROLES");
        Self {
            roles: reader.parsed(roles, Roles::ALL, "a list of api, worker and projector"),
            listen,
            public_url: public_url.trim_end_matches('/').to_owned(),
            docs: reader.switch(
                Name::new("server.docs", "BUGSAGE_DOCS"),
                environment != Environment::Production,
            ),
            metrics_token: metrics_token(reader),
            max_connections: reader.count(
                Name::new("server.max_connections", "BUGSAGE_MAX_CONNECTIONS"),
                16_384,
            ),
            idle: Duration::from_secs(idle.get().into()),
            body: Duration::from_secs(body.get().into()),
        }
    }
}

fn metrics_token(reader: &mut Reader<'_>) -> Option<Secret> {
    let name = Name::new("server.metrics_token", "BUGSAGE_METRICS_TOKEN");
    let token = reader.secret(name);
    let short = |token: &Secret| token.expose().len() < TOKEN_MIN;
    if token.as_ref().is_some_and(short) {
        reader.wrong(name, "is too short: use at least 16 characters");
    }
    token
}
