//! Ruby: its own exceptions, Rails, and the gems that most programs use.

use crate::analysis::Category::{
    Arithmetic, Assertion, Concurrency, Configuration, Connection, Database, Dependency,
    Exhaustion, ExternalService, InvalidValue, MissingKey, NotFound, NullReference, OutOfRange,
    Parse, Permission, Timeout, TypeMismatch,
};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Faint, Fair};
use crate::analysis::rules::rule::{Rule, frame, kind, says, setting};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    setting(Configuration, Certain, &["KeyError"]),
    says(NullReference, Certain, &[
        "for nil:NilClass", "for nil", "from nil", "nil can't be coerced into", "of nil into",
        "conversion of nil", "conversion from nil", "NilClass into", "with nil failed",
        "of NilClass with",
    ]),
    kind(MissingKey, Clear, &[
        "KeyError", "NoMethodError", "NameError", "ParameterMissing", "UnknownAttributeError",
        "MissingAttributeError", "NoMatchingPatternKeyError",
    ]),
    kind(OutOfRange, Clear, &["IndexError", "StopIteration"]),
    kind(OutOfRange, Fair, &["RangeError"]),
    kind(TypeMismatch, Clear, &[
        "FrozenError", "TypeError", "AssociationTypeMismatch", "SerializationTypeMismatch",
    ]),
    says(TypeMismatch, Certain, &[
        "wrong number of arguments", "no implicit conversion of", "can't be coerced into",
        "comparison of", "unknown keyword", "missing keyword", "wrong argument type",
    ]),
    kind(InvalidValue, Clear, &[
        "ArgumentError", "RecordInvalid", "ValidationError", "UnpermittedParameters",
        "InvalidForeignKey.Invalid", "BadRequest", "InvalidParameterError", "UnknownFormat",
    ]),
    says(InvalidValue, Certain, &["Validation failed:", "is not a valid"]),
    kind(Parse, Clear, &[
        "ParserError", "SyntaxError", "Psych.SyntaxError", "MalformedCSVError",
        "InvalidByteSequenceError", "UndefinedConversionError", "CompatibilityError", "Date.Error",
        "InvalidURIError", "RegexpError", "ParseError", "StatementInvalid.SyntaxError",
        "JSON.ParserError", "DisallowedClass",
    ]),
    says(Parse, Certain, &[
        "invalid value for Integer()", "invalid value for Float()", "invalid date",
        "invalid byte sequence", "argument out of range: time", "no time information in",
        "unexpected token at", "incompatible character encodings", "invalid strptime format",
        "bad URI",
    ]),
    kind(Arithmetic, Clear, &[
        "ZeroDivisionError", "FloatDomainError", "Math.DomainError", "DomainError",
    ]),
    kind(Timeout, Clear, &[
        "Timeout.Error", "ReadTimeout", "OpenTimeout", "WriteTimeout", "TimeoutError", "ETIMEDOUT",
        "Timeout.ExitException", "QueryCanceled", "LockWaitTimeout", "StatementTimeout",
        "RequestTimeoutException", "RequestTimeoutError", "AdapterTimeout", "Faraday.TimeoutError",
        "Exceptions.OpenTimeout",
    ]),
    kind(Connection, Clear, &[
        "ECONNREFUSED", "ECONNRESET", "EPIPE", "EHOSTUNREACH", "ENETUNREACH", "ECONNABORTED",
        "SocketError", "SSLError", "EOFError", "ConnectionFailed", "ConnectionNotEstablished",
        "CannotConnectError", "ConnectionError", "ConnectionBad", "UnableToSend", "ResolutionError",
        "ServerSelection.NoServerAvailable", "NoServerAvailable", "TCPConnectionFailed",
    ]),
    says(Connection, Certain, &["Failed to open TCP connection"]),
    kind(ExternalService, Clear, &[
        "ServerError", "ClientError", "BadGateway", "TooManyRequests", "TooManyRequestsError",
        "InternalServerError", "ServiceUnavailable", "UnprocessableEntityError", "HTTPFatalError",
        "HTTPServerException", "HTTPClientException", "RateLimitError", "CardError", "APIError",
        "InvalidRequestError", "OpenURI.HTTPError", "HTTPError", "NotFound.Faraday",
        "ExceptionWithResponse", "Faraday.ResourceNotFound", "GatewayTimeout",
    ]),
    kind(Database, Clear, &[
        "RecordNotUnique", "NotNullViolation", "InvalidForeignKey", "StatementInvalid",
        "UniqueViolation", "UndefinedColumn", "UndefinedTable", "ValueTooLong",
        "ConstraintException", "CheckViolation", "PG.Error", "Mysql2.Error", "SQLException",
        "NoDatabaseError", "RecordNotSaved", "RecordNotDestroyed", "ForeignKeyViolation",
        "PendingMigrationError", "OperationFailure", "DeleteRestrictionError",
    ]),
    kind(NotFound, Clear, &[
        "RecordNotFound", "ENOENT", "RoutingError", "NoSuchKey", "ActionNotFound",
        "FileNotFoundError", "MissingTemplate", "MissingExactTemplate", "Faraday.ResourceNotFound",
        "DocumentNotFound", "ENOTDIR",
    ]),
    kind(Permission, Clear, &[
        "EACCES", "EPERM", "NotAuthorizedError", "CanCan.AccessDenied", "AccessDenied",
        "InvalidAuthenticityToken", "ExpiredSignature", "VerificationError", "UnauthorizedError",
        "ForbiddenError", "Unauthorized", "Forbidden", "InvalidSignature", "JWT.DecodeError",
        "AuthenticationError", "InvalidCrossOriginRequest", "SecurityError",
    ]),
    kind(Exhaustion, Clear, &[
        "EMFILE", "ENOSPC", "ConnectionTimeoutError", "ConnectionPool.TimeoutError",
        "ThreadError.Exhausted", "ENFILE", "EAGAIN", "ExclusiveConnectionTimeoutError",
        "PoolTimeout",
    ]),
    kind(Concurrency, Clear, &[
        "StaleObjectError", "Deadlocked", "DeadlockDetected", "LockWaitTimeout.Deadlock",
        "ThreadError", "FiberError", "SerializationFailure", "ClosedQueueError", "BusyException",
        "TRDeadlockDetected", "ConcurrencyError", "TransactionRollbackError",
    ]),
    says(Concurrency, Certain, &[
        "No live threads left. Deadlock", "can't add a new key into hash during iteration",
        "deadlock; recursive locking", "dead fiber called", "deadlock; lock already owned",
        "Attempt to unlock a mutex", "can't be called from trap context", "during iteration",
        "closed stream", "attempt to resume",
    ]),
    says(Configuration, Certain, &[
        "Missing `secret_key_base`", "Missing secret_key_base",
        "Could not load database configuration", "Missing encryption key",
        "ActiveSupport::MessageEncryptor::InvalidMessage", "key not found: \"RAILS",
        "AdapterNotSpecified", "Missing host to link to", "is not configured",
    ]),
    kind(Configuration, Clear, &[
        "ConfigurationError", "AdapterNotSpecified", "MissingKeyError", "MissingRequiredParameter",
        "InvalidConfigurationError", "Figaro.MissingKeys", "MissingKeys",
    ]),
    frame(Configuration, Certain, &["ENV.fetch", "ENV#fetch"]),
    kind(Dependency, Clear, &[
        "LoadError", "Gem.LoadError", "MissingSpecError", "GemNotFound", "ConflictError",
        "Gem.ConflictError", "Zeitwerk.NameError", "VersionConflict", "MissingSpecVersionError",
    ]),
    says(Dependency, Certain, &[
        "cannot load such file", "uninitialized constant", "Could not find gem", "expected file",
    ]),
    kind(Assertion, Clear, &[
        "NotImplementedError", "InvalidTransition", "Minitest.Assertion", "AASM.InvalidTransition",
        "NoMatchingPatternError", "DoubleRenderError", "LocalJumpError",
    ]),
    kind(Assertion, Faint, &["RuntimeError"]),
];
