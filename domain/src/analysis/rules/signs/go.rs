//! Go: the runtime's panics, the standard library, and drivers.

use crate::analysis::Category::{
    Assertion, Concurrency, Configuration, Connection, Database, Dependency, Exhaustion,
    ExternalService, InvalidValue, MissingKey, NotFound, NullReference, OutOfRange, Parse,
    Permission, Timeout, TypeMismatch, Unknown,
};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Faint};
use crate::analysis::rules::rule::{Rule, kind, says};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    says(NullReference, Certain, &[
        "nil pointer dereference", "assignment to entry in nil map", "invalid memory address",
        "using value obtained using unexported", "on zero Value", "call of nil function",
    ]),
    says(MissingKey, Clear, &[
        "unknown field", "map has no entry for key", "missing destination name", "function \"",
        "key not found", "no such key",
    ]),
    says(OutOfRange, Certain, &[
        "index out of range", "slice bounds out of range", "makeslice: len out of range",
        "makeslice: cap out of range", "negative Repeat count", "slice bounds",
        "cannot convert slice with length",
    ]),
    says(TypeMismatch, Certain, &[
        "json: unsupported type", "interface conversion", "cannot unmarshal", "reflect: call of",
        "reflect.Set: value of type", "hash of unhashable type", "comparing uncomparable type",
        "unsupported Scan, storing", "converting driver.Value type", "value method",
        "reflect: Call using",
    ]),
    says(InvalidValue, Certain, &[
        "failed on the '", "negative shift amount", "non-positive interval",
        "invalid argument to Intn",
    ]),
    kind(Assertion, Faint, &["panic"]),
    // A value that is neither error nor text is printed as type and address.
    says(Unknown, Clear, &[") 0xc0"]),
    says(MissingKey, Certain, &["can't evaluate field"]),
    kind(Parse, Clear, &[
        "json.SyntaxError", "strconv.NumError", "time.ParseError", "csv.ParseError",
        "xml.SyntaxError", "hex.InvalidByteError", "base64.CorruptInputError",
    ]),
    kind(TypeMismatch, Clear, &["json.UnmarshalTypeError", "runtime.TypeAssertionError"]),
    says(Parse, Certain, &[
        "strconv.Parse", "strconv.Atoi", "parsing time", "invalid character",
        "unexpected end of JSON input", "yaml: ", "error parsing regexp", "XML syntax error",
        "illegal base64 data", "encoding/hex", "toml: ", "bare \" in non-quoted",
        "wrong number of fields", "cannot parse \"", "proto: cannot parse", "invalid UUID",
        "first path segment in URL cannot contain colon", "missing protocol scheme", "template: ",
    ]),
    says(Timeout, Certain, &[
        "context deadline exceeded", "i/o timeout", "Client.Timeout exceeded",
        "TLS handshake timeout", "net/http: request canceled while waiting",
        "net/http: timeout awaiting", "code = DeadlineExceeded", "http: Handler timeout",
    ]),
    says(Connection, Certain, &[
        "broken pipe", "connection reset by peer", "unexpected EOF", "server misbehaving",
        "driver: bad connection", "use of closed network connection", "code = Unavailable",
        "no reachable servers", "server closed idle connection", "dial tcp", "dial unix",
        "invalid connection", "tls: ",
    ]),
    kind(Connection, Clear, &["net.OpError", "net.DNSError"]),
    says(ExternalService, Certain, &[
        "unexpected status", "api error", "googleapi: Error", "StatusCode: 5", "StatusCode: 4",
        "status code 5", "status code 4", "status code: 5", "status code: 4",
        "code = ResourceExhausted", "code = Internal",
    ]),
    says(Database, Certain, &[
        "Dirty database version", "pq: duplicate key", "SQLSTATE 23", "SQLSTATE 42", "Error 1062",
        "Error 1146", "Error 1054", "Error 1452", "UNIQUE constraint failed", "pq: relation",
        "pq: column",
    ]),
    says(NotFound, Certain, &[
        "sql: no rows in result set", "record not found", "mongo: no documents",
        "no such file or directory", "file does not exist", "redis: nil", "code = NotFound",
        "executable file not found",
    ]),
    kind(NotFound, Clear, &["fs.PathError", "os.PathError"]),
    says(Permission, Certain, &[
        "code = PermissionDenied", "code = Unauthenticated", "token is expired",
        "signature is invalid", "pq: password authentication failed", "pq: permission denied",
    ]),
    says(Exhaustion, Certain, &[
        "too many open files", "pq: sorry, too many clients", "thread exhaustion",
        "program exceeds", "bufio.Scanner: token too long", "pool: exhausted",
        "connection pool exhausted", "connection pool timeout",
    ]),
    says(Concurrency, Certain, &[
        "concurrent map", "all goroutines are asleep", "send on closed channel",
        "close of closed channel", "close of nil channel", "sync: negative WaitGroup counter",
        "sync: unlock of unlocked", "sync: Unlock of unlocked", "sync: RUnlock of unlocked",
        "WaitGroup is reused", "DATA RACE", "sql: database is closed",
        "sql: transaction has already been committed", "sql: Rows are closed",
        "http: Server closed", "context canceled", "wrote more than the declared",
        "superfluous response.WriteHeader", "code = Aborted",
    ]),
    says(Configuration, Certain, &[
        "unknown driver", "required key", "missing value for", "Config File",
        "flag provided but not defined", "listen tcp", "bind: address already in use",
        "missing required environment", "is not set", "must be set",
    ]),
    says(Dependency, Certain, &[
        "plugin.Open", "plugin was built with a different version", "cannot find package",
        "undefined symbol", "(forgotten import?)", "error while loading shared libraries",
        "namespace conflict", "cannot find module", "plugin: symbol", "version `GLIBC",
    ]),
    says(Assertion, Clear, &[
        "not implemented", "unreachable", "BUG:", "impossible", "pattern conflicts",
        "multiple registrations for", "conflicts with existing", "duplicate metrics collector",
        "repeat registration", "internal error", "flag redefined",
    ]),
];
