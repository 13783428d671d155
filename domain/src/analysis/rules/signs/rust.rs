//! Rust: panics of the standard library, errors as `Debug` prints them, and well-known crates.

use crate::analysis::Category::{
    Arithmetic, Assertion, Concurrency, Configuration, Connection, Database, Dependency,
    Exhaustion, ExternalService, InvalidValue, Memory, MissingKey, NotFound, NullReference,
    OutOfRange, Parse, Permission, Timeout, TypeMismatch, Unknown,
};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Faint, Fair};
use crate::analysis::rules::rule::{Rule, kind, says, word};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    says(NullReference, Certain, &[
        "on a `None` value", "null pointer dereference", "NullPointer", "NoneError",
    ]),
    says(MissingKey, Certain, &[
        "no entry found for key", "ColumnNotFound", "no column found for name",
    ]),
    says(MissingKey, Clear, &["missing field", "missing key"]),
    says(OutOfRange, Certain, &[
        "index out of bounds", "out of range for slice", "is out of bounds of",
        "not a char boundary", "range end index", "range start index", "slice index starts at",
        "mid > len", "removal index", "insertion index", "swap_remove index", "split_off",
        "source slice length", "cannot advance past", "out of bounds: the len",
        "ColumnIndexOutOfBounds", "chunk size must be non-zero", "`at` split index",
    ]),
    says(TypeMismatch, Certain, &[
        "invalid type:", "mismatched types", "ColumnDecode", "is not compatible with SQL type",
        "TryFromIntError", "out of range integral type", "downcast", "TypeMismatch", "WrongType",
    ]),
    says(InvalidValue, Certain, &[
        "unknown variant", "invalid value:", "InvalidInput", "InvalidUri", "InvalidHeaderValue",
        "InvalidHeaderName", "cannot sample empty range", "ValidationErrors", "UniformSampler",
        "min <= max", "clamp",
    ]),
    says(Parse, Certain, &[
        "ParseIntError", "ParseFloatError", "ParseBoolError", "ParseCharError", "InvalidDigit",
        "PosOverflow", "Utf8Error", "FromUtf8Error", "invalid utf-8",
        "stream did not contain valid UTF-8", "expected value at line", "EOF while parsing",
        "trailing characters", "expected `,` or `}`", "expected ident", "key must be a string",
        "control character", "invalid digit found in string", "invalid float literal",
        "ParseError(", "TOML parse error", "premature end of input",
        "input contains invalid characters", "AddrParseError", "InvalidByte(", "InvalidLength",
        "regex parse error", "UrlParseError", "RelativeUrlWithoutBase", "EmptyHost", "kind: Empty",
        "InvalidData", "ExpectedComma", "invalid type: map, expected", "missing field",
        "at line 1 column",
    ]),
    says(Arithmetic, Certain, &[
        "with overflow", "divide by zero", "divisor of zero", "attempt to negate",
        "capacity overflow", "can't compare NaN", "overflow when subtracting durations",
        "overflow when adding duration", "overflow in Duration", "ilog: argument",
        "TryFromFloatSecsError", "partial_cmp",
    ]),
    says(Timeout, Certain, &[
        "Elapsed(())", "deadline has elapsed", "TimedOut", "operation timed out", "kind: Timeout",
        "code: DeadlineExceeded", "WouldBlock",
    ]),
    says(Connection, Certain, &[
        "ConnectionRefused", "ConnectionReset", "ConnectionAborted", "BrokenPipe", "NotConnected",
        "UnexpectedEof", "tcp connect error", "dns error", "failed to lookup address information",
        "IncompleteMessage", "InvalidCertificate", "UnknownIssuer", "HandshakeFailure",
        "BadSignature", "error trying to connect", "NetworkUnreachable", "HostUnreachable",
        "channel closed: connection", "code: Unavailable", "invalid peer certificate",
        "AddrNotAvailable", "tls handshake eof",
    ]),
    says(ExternalService, Certain, &[
        "HTTP status server error", "HTTP status client error", "kind: Status(", "ServiceError(",
        "DispatchFailure", "TooManyRequests", "code: ResourceExhausted", "code: Internal",
    ]),
    says(Database, Certain, &[
        "DatabaseError(", "UniqueViolation", "ForeignKeyViolation", "PgDatabaseError",
        "error returned from database", "db error", "ConstraintViolation", "SqliteFailure",
        "CheckViolation", "NotNullViolation",
    ]),
    says(NotFound, Certain, &[
        "kind: NotFound", "RowNotFound", "os error 2)", "no rows returned by a query",
        "QueryReturnedNoRows", "entity not found", "code: NotFound", "ErrorKind::NotFound",
    ]),
    says(NotFound, Fair, &["NotFound"]),
    says(Permission, Certain, &[
        "PermissionDenied", "os error 13)", "os error 1)", "ExpiredSignature", "InvalidToken",
        "InvalidSignature", "Unauthorized", "code: Unauthenticated", "AuthenticationFailed",
    ]),
    says(Memory, Certain, &[
        "memory allocation of", "TryReserveError", "AllocError", "OutOfMemory",
        "Cannot allocate memory",
    ]),
    says(Exhaustion, Certain, &[
        "os error 24)", "os error 28)", "StorageFull", "PoolTimedOut", "pool timed out",
        "os error 11)", "QuotaExceeded", "failed to spawn thread",
        "kind: WouldBlock, message: \"Resource temporarily", "timed out waiting for connection",
        "no available capacity", "TrySendError", "Full(..)",
    ]),
    says(Concurrency, Certain, &[
        "BorrowMutError", "BorrowError", "already borrowed", "already mutably borrowed",
        "PoisonError", "poisoned", "Cannot start a runtime from within a runtime",
        "Cannot drop a runtime", "SendError", "RecvError", "JoinError", "ReentrantInit",
        "there is no reactor running", "must be called from the context of a Tokio",
        "async fn` resumed after", "`async fn` resumed", "oneshot canceled", "channel closed",
        "sending on a closed channel", "receiving on a closed channel", "deadlock", "DatabaseBusy",
        "rwlock read lock would result", "`Future` polled after completion",
        "polled after completion", "runtime is shutting down", "LazyCell instance has previously",
        "LazyLock instance has previously", "Lazy instance has previously",
    ]),
    says(Configuration, Certain, &[
        "NotPresent", "environment variable not found", "missing configuration field",
        "missing field `database", "NotUnicode", "SetLoggerError", "configuration file",
        "global default trace dispatcher", "AddrInUse", "CryptoProvider", "process-level",
    ]),
    says(Dependency, Certain, &[
        "dlopen", "DlOpen", "undefined symbol", "GLIBC", "LibraryNotFound", "shared object file",
        "GetProcAddress", "libloading", "DlSym",
    ]),
    says(Assertion, Certain, &[
        "assertion `", "assertion failed", "entered unreachable code", "not yet implemented",
        "not implemented", "internal error",
    ]),
    kind(Parse, Clear, &["ParseIntError", "ParseFloatError", "Utf8Error"]),
    says(Unknown, Certain, &["Box<dyn Any>", "`Err` value: ()"]),
    kind(Assertion, Faint, &["panic"]),
    // What is left of a panic is what the program itself says.
    word(Assertion, Fair, &["invariant", "invalid state", "must", "expected", "bug"]),
];
