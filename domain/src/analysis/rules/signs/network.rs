//! Networks, encrypted connections, and services that answer with a failure.

use crate::analysis::Category::{Connection, ExternalService};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Fair};
use crate::analysis::rules::rule::{Rule, says, word};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    says(Connection, Certain, &[
        "connection refused", "check that the hostname and port are correct", "can't reach",
        "actively refused", "connection reset", "connection aborted", "connection was aborted",
        "forcibly closed", "broken pipe", "socket hang up", "name or service not known",
        "temporary failure in name resolution", "nodename nor servname", "name resolution",
        "no such host", "could not resolve host", "getaddrinfo", "failed to lookup address",
        "no address associated with hostname", "php_network_getaddresses", "network is unreachable",
        "network is down", "host is unreachable", "no route to host",
        "remote end closed connection", "server closed the connection", "connection closed before",
        "connection unexpectedly closed", "closed the connection unexpectedly",
        "server has gone away", "lost connection to", "connection is closed",
        "use of closed network connection", "communications link failure",
        "connection attempt failed", "no nodes available", "server selection",
        "broker not available", "no brokers available", "certificate verify failed",
        "certificate has expired", "self signed certificate", "self-signed certificate",
        "unable to verify the first certificate", "unable to get local issuer certificate",
        "unable_to_verify_leaf_signature", "pkix path building failed", "handshake failure",
        "handshake failed", "tls handshake", "ssl handshake", "x509:",
        "ssl connection could not be established", "wrong version number", "unexpected eof",
        "end of file reached", "unexpected end of file from server",
    ]),
    says(Connection, Clear, &[
        "failed to connect", "could not connect", "cannot connect", "can't connect",
        "unable to connect", "error connecting", "connection failed", "connection error",
        "connection closed", "connection terminated", "connection lost", "lost connection",
        "not connected", "network error", "failed to establish a new connection",
        "error trying to connect",
    ]),
    word(Connection, Certain, &[
        "econnrefused", "econnreset", "econnaborted", "enotfound", "eai_again", "epipe",
        "ehostunreach", "enetunreach", "connectionrefused", "connectionreset", "brokenpipe",
        "unexpectedeof", "err_ssl_wrong_version_number", "cert_has_expired",
        "depth_zero_self_signed_cert",
    ]),
    says(ExternalService, Clear, &[
        "too many requests", "rate limit", "ratelimit", "throttling", "throttled", "bad gateway",
        "service unavailable", "internal server error", "server error for url",
        "client error for url", "server error:", "client error:", "status code", "status_code",
        "statuscode", "status: 4", "status: 5", "status 4", "status 5", "http 4", "http 5",
        "http error 4", "http error 5", "http status", "response code: 4", "response code: 5",
        "returned 4", "returned 5", "responded with 4", "responded with 5",
        "server returned http response code", "the remote server returned an error",
        "unexpected response", "no such charge", "your card was declined", "card_declined",
        "upstream returned", "upstream responded", "code = unavailable", "code = internal",
        "code = resourceexhausted",
    ]),
    says(ExternalService, Fair, &[
        "upstream", "api error", "bad response", "error response", "responded with",
        "response status",
    ]),
];
