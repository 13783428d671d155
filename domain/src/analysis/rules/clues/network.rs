//! Hosts, certificates, answers of other services.

use super::{Clue, clue};
use crate::analysis::Category::{Connection, ExternalService, Timeout};

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(Connection, ("connect ECONNREFUSED ", ""), REFUSED, REFUSED_FIX),
    clue(Connection, ("connection to server at \"", "\""), REFUSED, REFUSED_FIX),
    clue(Connection, ("dial tcp ", ": connect: connection refused"), REFUSED, REFUSED_FIX),
    clue(Connection, ("Connection to ", " refused"), REFUSED, REFUSED_FIX),
    clue(Connection, ("(host='", "'"), UNREACHABLE, REFUSED_FIX),
    clue(Connection, ("connect(2) for ", ""), REFUSED, REFUSED_FIX),
    clue(Connection, ("for url (", ")"), UNREACHABLE, REFUSED_FIX),
    clue(Timeout, ("(host='", "'"), SLOW, SLOW_FIX),
    clue(Timeout, ("for url (", ")"), SLOW, SLOW_FIX),
    clue(Timeout, ("request for \"", "\""), SLOW, SLOW_FIX),
    clue(Timeout, ("Get \"", "\""), SLOW, SLOW_FIX),
    clue(Timeout, ("Post \"", "\""), SLOW, SLOW_FIX),
    clue(Timeout, ("dial tcp ", ": i/o timeout"), SLOW, SLOW_FIX),
    clue(Timeout, ("connect ETIMEDOUT ", ""), SLOW, SLOW_FIX),
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
    clue(ExternalService, ("for url (", ")"), ANSWERED, ANSWERED_FIX),
    clue(ExternalService, ("for url: ", ""), ANSWERED, ANSWERED_FIX),
    clue(ExternalService, ("for URL: ", ""), ANSWERED, ANSWERED_FIX),
    clue(ExternalService, ("429", ""),
        "The other service was asked more often than it allows.",
        "Ask less often: keep answers, bundle requests, and wait as long as `Retry-After` says."),
];

const SLOW: &str = "`{}` did not answer in time.";
const SLOW_FIX: &str = "Look at how long `{}` took at this time, and why; retry with back-off what \
    may be repeated.";
pub(super) const REFUSED: &str = "Nothing accepts connections at `{}`.";
pub(super) const REFUSED_FIX: &str = "Check that the service at `{}` runs and can be reached from \
    where this process runs, and that host and port are configured right.";
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
