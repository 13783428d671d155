//! Who is believed and reached: proxies, host names, pages in browsers, other systems.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use axum::http::HeaderValue;
use axum::http::uri::{Authority, Uri};
use ipnet::IpNet;

use super::reader::{Name, Reader};

/// `[network]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// `BUGSAGE_TRUSTED_PROXIES`: the networks of proxies whose `X-Forwarded-For` is believed. None.
    pub trusted_proxies: Vec<IpNet>,
    /// `BUGSAGE_TRUSTED_HOSTS`: the host names that are answered, without ports. All.
    pub trusted_hosts: Vec<String>,
    /// `BUGSAGE_CORS_ORIGINS`: pages of other origins that may use the REST API in browsers. None.
    pub cors_origins: Vec<HeaderValue>,
    /// `BUGSAGE_HSTS_DAYS`: days for which browsers come back by https alone, once they were there;
    /// 0 for none. 365.
    pub hsts_days: u32,
    /// `BUGSAGE_OUTGOING_ALLOW`: networks beside the public Internet that may be reached at addresses
    /// which users set. None.
    pub outgoing_allow: Vec<IpNet>,
}

impl Network {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let networks = "a list of networks such as 10.0.0.0/8, 192.0.2.7/32";
        Self {
            trusted_proxies: reader
                .list(
                    Name::new("network.trusted_proxies", "BUGSAGE_TRUSTED_PROXIES"),
                    networks,
                )
                .into_iter()
                .map(|Net(net)| net)
                .collect(),
            trusted_hosts: reader
                .list(
                    Name::new("network.trusted_hosts", "BUGSAGE_TRUSTED_HOSTS"),
                    "a list of host names such as bugs.example, 192.0.2.7",
                )
                .into_iter()
                .map(|Host(name)| name)
                .collect(),
            cors_origins: reader
                .list(
                    Name::new("network.cors_origins", "BUGSAGE_CORS_ORIGINS"),
                    "a list of origins such as https://app.example, http://localhost:3000",
                )
                .into_iter()
                .map(|Origin(_, value)| value)
                .collect(),
            hsts_days: reader.parsed(
                Name::new("network.hsts_days", "BUGSAGE_HSTS_DAYS"),
                365,
                "a number of days",
            ),
            outgoing_allow: reader
                .list(
                    Name::new("network.outgoing_allow", "BUGSAGE_OUTGOING_ALLOW"),
                    networks,
                )
                .into_iter()
                .map(|Net(net)| net)
                .collect(),
        }
    }
}

/// A network, or one address.
struct Net(IpNet);

impl FromStr for Net {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let net: IpNet = match text.parse::<IpAddr>() {
            Ok(address) => address.into(),
            Err(_) => text.parse().map_err(|_| ())?,
        };
        Ok(Self(net.trunc()))
    }
}

impl fmt::Display for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A host without a port, in lower case.
struct Host(String);

impl FromStr for Host {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let named: Authority = text.parse().map_err(|_| ())?;
        match named.host() == text {
            true => Ok(Self(text.to_ascii_lowercase())),
            false => Err(()),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `https://host:port`, and nothing after it: browsers send it so.
struct Origin(String, HeaderValue);

impl FromStr for Origin {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let uri: Uri = text.parse().map_err(|_| ())?;
        let is_origin = matches!(uri.scheme_str(), Some("http" | "https"))
            && uri
                .authority()
                .is_some_and(|at| text.ends_with(at.as_str()) && !at.as_str().contains('@'));
        let value = HeaderValue::from_str(text).map_err(|_| ())?;
        match is_origin {
            true => Ok(Self(text.to_owned(), value)),
            false => Err(()),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
