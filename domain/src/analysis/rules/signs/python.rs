//! Python: its built-in exceptions, and those of the libraries that most programs use.

use crate::analysis::Category::{
    Arithmetic, Assertion, Concurrency, Configuration, Connection, Database, Dependency,
    Exhaustion, ExternalService, InvalidValue, MissingKey, NotFound, NullReference, OutOfRange,
    Parse, Permission, Timeout, TypeMismatch,
};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Fair};
use crate::analysis::rules::rule::{Rule, frame, kind, says, setting};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    says(Configuration, Certain, &[
        "validation error for Settings", "validation errors for Settings",
    ]),
    setting(Configuration, Certain, &["KeyError"]),
    says(NullReference, Certain, &[
        "'NoneType' object", "NoneType object", "of type 'NoneType'", "not 'NoneType'",
        "not NoneType", "'NoneType' and", "and 'NoneType'",
    ]),
    kind(MissingKey, Clear, &[
        "KeyError", "AttributeError", "NameError", "UnboundLocalError", "UndefinedError",
        "MultiValueDictKeyError",
    ]),
    kind(OutOfRange, Clear, &["IndexError", "StopIteration"]),
    kind(TypeMismatch, Fair, &["TypeError"]),
    says(TypeMismatch, Clear, &[
        "unsupported operand type", "object is not callable", "object is not iterable",
        "not subscriptable", "can only concatenate", "not supported between instances",
        "got an unexpected keyword argument", "required positional argument",
        "is not json serializable",
    ]),
    kind(InvalidValue, Fair, &[
        "ValueError", "ValidationError", "BadRequest", "SuspiciousOperation",
    ]),
    says(InvalidValue, Clear, &[
        "validation error for", "validation errors for", "is not a valid choice",
    ]),
    kind(Parse, Clear, &[
        "struct.error", "JSONDecodeError", "UnicodeDecodeError", "UnicodeEncodeError",
        "SyntaxError", "IndentationError", "ParseError", "ParserError", "xml.ExpatError",
        "ExpatError", "ScannerError", "csv.Error", "InvalidOperation", "TemplateSyntaxError",
        "TOMLDecodeError", "XMLSyntaxError", "binascii.Error", "BadZipFile",
    ]),
    says(Parse, Certain, &[
        "could not convert string to float", "invalid literal for int()", "time data ",
        "unconverted data remains", "Invalid isoformat string", "day is out of range for month",
        "Expecting value: line", "Unknown string format", "malformed node or string",
        "badly formed hexadecimal UUID",
    ]),
    kind(Arithmetic, Clear, &[
        "LinAlgError", "ZeroDivisionError", "OverflowError", "FloatingPointError", "DivisionByZero",
    ]),
    says(Arithmetic, Certain, &["cannot convert float NaN", "cannot convert float infinity"]),
    kind(Timeout, Clear, &[
        "TimeoutError", "ReadTimeout", "ConnectTimeout", "Timeout", "ReadTimeoutError",
        "ConnectTimeoutError", "SoftTimeLimitExceeded", "TimeLimitExceeded", "WorkerLostError",
        "ServerTimeoutError", "QueryCanceled", "QueryCanceledError",
    ]),
    kind(Connection, Clear, &[
        "ConnectionError", "ConnectionRefusedError", "ConnectionResetError",
        "ConnectionAbortedError", "BrokenPipeError", "socket.gaierror", "gaierror", "SSLError",
        "SSLCertVerificationError", "ClientConnectorError", "ServerDisconnectedError",
        "RemoteDisconnected", "NewConnectionError", "MaxRetryError", "ProxyError", "ConnectError",
        "IncompleteRead", "ChunkedEncodingError", "NoBrokersAvailable",
        "ServerSelectionTimeoutError", "RemoteProtocolError",
    ]),
    kind(ExternalService, Clear, &[
        "HTTPError", "HTTPStatusError", "ClientResponseError", "RateLimitError", "APIStatusError",
        "InternalServerError", "SlackApiError", "TwilioRestException", "CardError",
        "ThrottlingException", "EndpointResponseError",
    ]),
    kind(ExternalService, Fair, &["ClientError", "RequestException", "APIError"]),
    kind(Database, Clear, &[
        "IntegrityError", "UniqueViolation", "ForeignKeyViolation", "NotNullViolation",
        "ProgrammingError", "DataError", "DuplicateKeyError", "UndefinedTable", "UndefinedColumn",
        "UniqueViolationError", "StatementError",
    ]),
    kind(Database, Fair, &["OperationalError", "DatabaseError", "InternalError"]),
    kind(NotFound, Clear, &[
        "FileNotFoundError", "DoesNotExist", "ObjectDoesNotExist", "Http404", "NoResultFound",
        "NotADirectoryError", "ResourceNotFoundException", "TemplateNotFound",
        "TemplateDoesNotExist", "NotFound", "ProcessLookupError",
    ]),
    kind(Permission, Clear, &[
        "PermissionError", "PermissionDenied", "AccessDenied", "SMTPAuthenticationError",
        "AuthenticationFailed", "ExpiredSignatureError", "InvalidTokenError",
        "InvalidSignatureError", "AuthenticationError", "NoCredentialsError", "Forbidden",
        "Unauthorized", "NotAuthenticated",
    ]),
    kind(Exhaustion, Clear, &["PoolError", "BlockingIOError", "queue.Full", "Full"]),
    kind(Concurrency, Clear, &[
        "StaleDataError", "CancelledError", "InvalidStateError", "DeadlockDetected", "LockError",
        "SerializationFailure", "BrokenBarrierError", "LockNotOwnedError",
    ]),
    says(Concurrency, Certain, &[
        "changed size during iteration", "changed during iteration", "Event loop is closed",
        "attached to a different loop", "event loop is already running",
        "cannot be called from a running event loop", "no running event loop",
        "no current event loop", "main thread is not in main loop", "ThreadingMixIn",
        "cannot reuse already awaited coroutine", "generator already executing",
        "this session is provisioning", "cannot schedule new futures after",
        "release unlocked lock", "another operation is in progress",
    ]),
    kind(Configuration, Clear, &[
        "UndefinedValueError", "ImproperlyConfigured", "ConfigurationError", "NoSectionError",
        "NoOptionError", "InvalidConfigError", "EnvError",
    ]),
    frame(Configuration, Certain, &[
        "os.py __getitem__", "<frozen os> __getitem__", "os __getitem__", "decouple.py get",
        "environ.py get_value",
    ]),
    kind(Dependency, Clear, &[
        "ModuleNotFoundError", "ImportError", "DistributionNotFound", "VersionConflict",
        "PackageNotFoundError",
    ]),
    says(Dependency, Certain, &[
        "module '", "cannot import name", "No module named", "cannot open shared object file",
    ]),
    kind(Assertion, Clear, &["AssertionError", "NotImplementedError"]),
    says(NullReference, Clear, &["object NoneType can't be used in 'await'"]),
];
