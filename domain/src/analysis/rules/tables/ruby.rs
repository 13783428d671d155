//! Ruby: its own exceptions, Rails, and the gems that most programs use.

use super::system::{SETTING, SETTING_FIX};
use crate::analysis::Category::{
    Arithmetic, Assertion, Concurrency, Configuration, Connection, Database, Dependency,
    Exhaustion, ExternalService, InvalidValue, MissingKey, NotFound, NullReference, OutOfRange,
    Parse, Permission, Timeout, TypeMismatch,
};
use crate::analysis::rules::clue::{Clue, clue};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Faint, Fair};
use crate::analysis::rules::rule::{Rule, frame, kind, says, setting};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    setting(Configuration, Certain, &["KeyError"]),
    says(NullReference, Certain, &[
        "for nil:NilClass", "for nil", "from nil", "nil can't be coerced", "of nil into",
        "conversion of nil", "conversion from nil", "NilClass into", "with nil failed",
        "of NilClass with",
    ]),
    kind(MissingKey, Clear, &[
        "KeyError", "NoMethodError", "NameError", "ParameterMissing", "UnknownAttributeError",
        "MissingAttributeError", "NoMatchingPatternKeyError",
    ]),
    kind(OutOfRange, Clear, &["IndexError", "StopIteration", "FloatDomainError"]),
    kind(OutOfRange, Fair, &["RangeError"]),
    kind(TypeMismatch, Clear, &[
        "TypeError", "AssociationTypeMismatch", "SerializationTypeMismatch",
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
        "ThreadError", "FiberError", "SerializationFailure", "ClosedQueueError", "FrozenError",
        "BusyException", "TRDeadlockDetected", "ConcurrencyError", "TransactionRollbackError",
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

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(NullReference, ("undefined method '", "'"), NIL, NIL_FIX),
    clue(NullReference, ("undefined method `", "'"), NIL, NIL_FIX),
    clue(NullReference, ("nil can't be coerced", ""),
        "Something was calculated with nil.",
        "Find out why there is no number here, and give it a default or check it."),
    clue(NullReference, ("nil into", ""),
        "A value that is nil was used where a text or number is needed.",
        "Find out why there is no value here, and give it a default or check it."),
    clue(MissingKey, ("undefined method '", "'"), METHOD, METHOD_FIX),
    clue(MissingKey, ("undefined method `", "'"), METHOD, METHOD_FIX),
    clue(MissingKey, ("undefined local variable or method '", "'"), LOCAL, LOCAL_FIX),
    clue(MissingKey, ("undefined local variable or method `", "'"), LOCAL, LOCAL_FIX),
    clue(MissingKey, ("key not found: ", ""),
        "The hash has no key `{}`.",
        "Use `fetch` with a default, or `dig`, where `{}` may be absent; text and symbol are \
            different keys."),
    clue(MissingKey, ("param is missing or the value is empty", ": "),
        "The request lacks a parameter that the controller requires.",
        "Answer 400, and look at the form or client that sends the request."),
    clue(Configuration, ("key not found: \"", "\""), SETTING, SETTING_FIX),
    clue(Dependency, ("cannot load such file -- ", ""),
        "The file `{}` is in no gem and no path that Ruby loads from.",
        "Add the gem of `{}` to the Gemfile and run `bundle install`; check groups such as \
            development."),
    clue(Dependency, ("uninitialized constant ", ""),
        "There is no class or module `{}` where it is looked for.",
        "Check spelling and file name of `{}`, require the file, or write `::` before the outer \
            one."),
    clue(NotFound, ("Couldn't find ", " with"),
        "No `{}` with this id is in the database.",
        "Answer 404 where the id comes from outside; else look at who deletes them."),
    clue(InvalidValue, ("Validation failed: ", ""),
        "The record was not saved, for: {}.",
        "Use `save` and show the messages to the user, or correct what builds the record."),
    clue(TypeMismatch, ("wrong number of arguments ", ""),
        "A method was called with another number of arguments than it takes {}.",
        "Compare the call with the method's definition, and with the version of its gem."),
];

const NIL: &str = "The method `{}` was called on nil.";
const NIL_FIX: &str = "Find out why there is no object here (a query that found nothing?), check it before, or use `&.{}`.";
const METHOD: &str = "The object has no method `{}`: it is of another class, or another version, than the code expects.";
const METHOD_FIX: &str = "Check the spelling of `{}` and the class of the object at this place.";
const LOCAL: &str = "There is neither a variable nor a method `{}` here.";
const LOCAL_FIX: &str =
    "Check the spelling of `{}`, and that it is assigned or passed before it is used.";
