//! Go: the runtime's panics, the standard library, and drivers.

use super::system::{SETTING, SETTING_FIX};
use crate::analysis::Category::{
    Assertion, Concurrency, Configuration, Connection, Database, Dependency, Exhaustion,
    ExternalService, InvalidValue, MissingKey, NotFound, NullReference, OutOfRange, Parse,
    Permission, Timeout, TypeMismatch, Unknown,
};
use crate::analysis::rules::clue::{Clue, clue};
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
        "interface conversion", "cannot unmarshal", "reflect: call of",
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
        "pq: duplicate key", "SQLSTATE 23", "SQLSTATE 42", "Error 1062", "Error 1146", "Error 1054",
        "Error 1452", "UNIQUE constraint failed", "pq: relation", "pq: column",
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

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(NullReference, ("assignment to entry in nil map", ""),
        "A map that was declared but never made was written to.",
        "Make the map before its first write, `m = make(map[K]V)`, best where the struct that \
            holds it is built."),
    clue(NullReference, ("nil pointer dereference", ""),
        "A field or method was used of a pointer or interface that is nil.",
        "Look at the line for what may be nil: most often a result that was used although its \
            error was not checked, or a struct built without one of its parts."),
    clue(OutOfRange, ("index out of range [", "] with length"),
        "The index {} was asked for, which is beyond the end.",
        "Check `len()` before; an empty slice is the usual case that was forgotten."),
    clue(OutOfRange, ("slice bounds out of range", ""),
        "A slice was cut beyond its end.",
        "Check `len()` before cutting; an input that is shorter than expected is the usual case."),
    clue(TypeMismatch, ("interface conversion: ", ", not"),
        "A type assertion does not hold: {}.",
        "Use the form with two results, `value, ok := x.(T)`, and handle `!ok`."),
    clue(TypeMismatch, ("interface conversion: ", ""),
        "A type assertion does not hold: {}.",
        "Use the form with two results, `value, ok := x.(T)`, and handle `!ok`."),
    clue(TypeMismatch, ("cannot unmarshal ", ""),
        "The JSON has another type than the struct: {}.",
        "Make the field's type fit what is sent, or write an `UnmarshalJSON` that takes both."),
    clue(Concurrency, ("concurrent map", ""),
        "Several goroutines used one map, and one of them wrote.",
        "Guard the map with a `sync.RWMutex`, or use `sync.Map`; run the tests with `-race`."),
    clue(Concurrency, ("closed channel", ""),
        "A channel was sent to or closed after it was closed.",
        "Let only the sender close the channel, once (`sync.Once`), after all sending is done."),
    clue(Concurrency, ("all goroutines are asleep", ""),
        "Every goroutine waits for another one.",
        "Look in the dump at what each waits for: a channel nobody sends to, or a `WaitGroup` \
            without its `Done`."),
    clue(Parse, ("parsing \"", "\""),
        "The text `{}` does not have the form that was expected.",
        "Check the text before it is parsed, and tell the sender which field is wrong."),
    clue(Configuration, ("required key ", " missing"), SETTING, SETTING_FIX),
    clue(NotFound, ("no rows in result set", ""),
        "The query found no row.",
        "Handle `sql.ErrNoRows` where `Scan` is called: it is an answer, not a failure."),
];
