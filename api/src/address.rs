//! The address a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::http::{Extensions, HeaderMap, Request};
use ipnet::IpNet;

/// Written by each proxy: the address it was asked from, after those that it was told.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The other end of the connection: the client, or a proxy before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The client's address, behind the proxies that are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub IpAddr);

/// Where this request comes from; `None` outside of a connection.
#[must_use]
pub fn of(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<Client>().map(|client| client.0)
}

/// Notes where a request comes from, `trusted` being the networks of the proxies.
pub(crate) fn noted<B>(mut request: Request<B>, trusted: &[IpNet]) -> Request<B> {
    if let Some(Peer(peer)) = request.extensions().get::<Peer>() {
        let client = client(*peer, request.headers(), trusted);
        request.extensions_mut().insert(Client(client));
    }
    request
}

/// From the nearest hop on, each is believed as far as the one before it is trusted: what a client
/// writes there itself stands before all that, and is never reached.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let hops = headers.get_all(FORWARDED_FOR).iter().rev();
    let mut hops = hops.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
    let mut client = peer.to_canonical();
    while is_trusted(&client) {
        match hops.next().and_then(address) {
            Some(before) => client = before,
            None => break,
        }
    }
    client
}

/// Some proxies write the port too.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse().ok();
    let address = address.or_else(|| Some(hop.parse::<SocketAddr>().ok()?.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    /// The client behind 10.0.0.0/8, with these lines of the header.
    fn found(peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            let line = HeaderValue::from_bytes(line.as_bytes()).unwrap();
            headers.append(FORWARDED_FOR, line);
        }
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn nobody_is_believed_who_is_not_trusted() {
        assert_eq!(found("192.0.2.1", &[]), "192.0.2.1");
        assert_eq!(found("192.0.2.1", &["10.0.0.1"]), "192.0.2.1");
        assert_eq!(found("::ffff:192.0.2.1", &["1.1.1.1"]), "192.0.2.1");
    }

    #[test]
    fn the_nearest_hop_that_is_not_trusted_is_the_client() {
        assert_eq!(found("10.0.0.1", &["192.0.2.1"]), "192.0.2.1");
        assert_eq!(found("::ffff:10.0.0.1", &["192.0.2.1"]), "192.0.2.1");
        let forged = ["127.0.0.1, 1.1.1.1", "192.0.2.1, 10.0.0.2,10.0.0.3"];
        assert_eq!(found("10.0.0.1", &forged), "192.0.2.1");
    }

    #[test]
    fn where_all_are_trusted_it_is_the_first() {
        assert_eq!(found("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(found("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn what_is_no_address_ends_the_way() {
        for odd in ["unknown", "", " , ", "_hidden", "\u{e9}"] {
            let line = format!("192.0.2.9, {odd}");
            assert_eq!(found("10.0.0.1", &[&line]), "10.0.0.1", "{odd}");
        }
    }

    #[test]
    fn ports_and_brackets_are_no_part_of_it() {
        for (hop, address) in [
            ("192.0.2.1:4711", "192.0.2.1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(found("10.0.0.1", &[hop]), address, "{hop}");
        }
    }
}
