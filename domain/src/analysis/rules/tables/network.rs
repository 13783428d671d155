//! Networks, encrypted connections, and services that answer with a failure.

use crate::analysis::Category::{Connection, ExternalService};
use crate::analysis::rules::clue::{Clue, clue};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Fair};
use crate::analysis::rules::rule::{Rule, says, word};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    says(Connection, Certain, &[
        "connection refused", "can't reach", "actively refused", "connection reset", "connection aborted",
        "connection was aborted", "forcibly closed", "broken pipe", "socket hang up",
        "name or service not known", "temporary failure in name resolution",
        "nodename nor servname", "name resolution", "no such host", "could not resolve host",
        "getaddrinfo", "failed to lookup address", "no address associated with hostname",
        "php_network_getaddresses", "network is unreachable", "network is down",
        "host is unreachable", "no route to host", "remote end closed connection",
        "server closed the connection", "connection closed before",
        "connection unexpectedly closed", "closed the connection unexpectedly",
        "server has gone away", "lost connection to", "connection is closed",
        "use of closed network connection", "communications link failure",
        "connection attempt failed", "no nodes available", "server selection",
        "broker not available", "no brokers available", "certificate verify failed",
        "certificate has expired", "self signed certificate", "self-signed certificate",
        "unable to verify the first certificate", "unable to get local issuer certificate",
        "unable_to_verify_leaf_signature", "pkix path building failed", "handshake failure",
        "handshake failed", "tls handshake", "ssl handshake", "x509:",
        "ssl connection could not be established", "wrong version number", "premature end of",
        "unexpected eof", "end of file reached", "unexpected end of file from server", "net::err_",
        "fetch failed", "failed to fetch", "networkerror when attempting to fetch", "load failed",
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
        "upstream", "api error", "bad response", "error response", "responded with", "webhook",
        "response status",
    ]),
];

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(Connection, ("connect ECONNREFUSED ", ""), REFUSED, REFUSED_FIX),
    clue(Connection, ("connection to server at \"", "\""), REFUSED, REFUSED_FIX),
    clue(Connection, ("dial tcp ", ": connect: connection refused"), REFUSED, REFUSED_FIX),
    clue(Connection, ("Connection refused (", ")"), REFUSED, REFUSED_FIX),
    clue(Connection, ("Connection to ", " refused"), REFUSED, REFUSED_FIX),
    clue(Connection, ("(host='", "'"), UNREACHABLE, REFUSED_FIX),
    clue(Connection, ("getaddrinfo ENOTFOUND ", ""), NO_NAME, NO_NAME_FIX),
    clue(Connection, ("getaddrinfo EAI_AGAIN ", ""), NO_NAME, NO_NAME_FIX),
    clue(Connection, ("UnknownHostException: ", ":"), NO_NAME, NO_NAME_FIX),
    clue(Connection, ("UnknownHostException: ", ""), NO_NAME, NO_NAME_FIX),
    clue(Connection, ("lookup ", " on "), NO_NAME, NO_NAME_FIX),
    clue(Connection, ("lookup ", ": no such host"), NO_NAME, NO_NAME_FIX),
    clue(Connection, ("getaddrinfo for ", " failed"), NO_NAME, NO_NAME_FIX),
    clue(Connection, ("Could not resolve host: ", ""), NO_NAME, NO_NAME_FIX),
    clue(Connection, ("could not translate host name \"", "\""), NO_NAME, NO_NAME_FIX),
    clue(Connection, ("certificate", ""), CERTIFICATE, CERTIFICATE_FIX),
    clue(Connection, ("PKIX", ""), CERTIFICATE, CERTIFICATE_FIX),
    clue(Connection, ("x509:", ""), CERTIFICATE, CERTIFICATE_FIX),
    clue(ExternalService, ("for url: ", ""), ANSWERED, ANSWERED_FIX),
    clue(ExternalService, ("for URL: ", ""), ANSWERED, ANSWERED_FIX),
    clue(ExternalService, ("429", ""),
        "The other service was asked more often than it allows.",
        "Ask less often: keep answers, bundle requests, and wait as long as `Retry-After` says."),
];

const REFUSED: &str = "Nothing accepts connections at `{}`.";
const REFUSED_FIX: &str = "Check that the service at `{}` runs and can be reached from where this \
    process runs, and that host and port are configured right.";
const UNREACHABLE: &str = "No connection to `{}` came about.";
const NO_NAME: &str = "The host name `{}` is not known to the name servers of this process.";
const NO_NAME_FIX: &str = "Check the spelling of `{}` in the configuration, and that its name \
    resolves from where this process runs.";
const CERTIFICATE: &str = "The certificate of the other side is not trusted, or not valid now.";
const CERTIFICATE_FIX: &str = "Look at the certificate (expiry, name, chain) and at the trusted \
    authorities of this process; do not switch the check off.";
const ANSWERED: &str = "The service behind `{}` answered with a failure.";
const ANSWERED_FIX: &str = "Look at the body of the answer of `{}` and at that service's own \
    errors at this time; handle this status where it is called.";
