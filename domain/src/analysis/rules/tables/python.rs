//! Python: its built-in exceptions, and those of the libraries that most programs use.

use super::system::{SETTING, SETTING_FIX};
use crate::analysis::Category::{
    Arithmetic, Assertion, Concurrency, Configuration, Connection, Database, Dependency,
    Exhaustion, ExternalService, InvalidValue, MissingKey, NotFound, NullReference, OutOfRange,
    Parse, Permission, Timeout, TypeMismatch,
};
use crate::analysis::rules::clue::{Clue, clue};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Fair};
use crate::analysis::rules::rule::{Rule, frame, kind, says, setting};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    setting(Configuration, Certain, &["KeyError"]),
    says(NullReference, Certain, &[
        "'NoneType' object", "NoneType object", "of type 'NoneType'", "not 'NoneType'", "not NoneType", "'NoneType' and",
        "and 'NoneType'",
    ]),
    kind(MissingKey, Clear, &[
        "KeyError", "AttributeError", "NameError", "UnboundLocalError", "UndefinedError", "MultiValueDictKeyError",
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
        "JSONDecodeError", "UnicodeDecodeError", "UnicodeEncodeError", "SyntaxError",
        "IndentationError", "ParseError", "ParserError", "xml.ExpatError", "ExpatError",
        "ScannerError", "csv.Error", "InvalidOperation", "TemplateSyntaxError", "TOMLDecodeError",
        "XMLSyntaxError", "binascii.Error", "BadZipFile",
    ]),
    says(Parse, Certain, &[
        "could not convert string to float", "invalid literal for int()", "time data ",
        "unconverted data remains", "Invalid isoformat string", "day is out of range for month",
        "Expecting value: line", "Unknown string format", "malformed node or string",
        "badly formed hexadecimal UUID",
    ]),
    kind(Arithmetic, Clear, &[
        "ZeroDivisionError", "OverflowError", "FloatingPointError", "DivisionByZero",
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
        "PermissionError", "PermissionDenied", "AccessDenied", "AuthenticationFailed",
        "ExpiredSignatureError", "InvalidTokenError", "InvalidSignatureError",
        "AuthenticationError", "NoCredentialsError", "Forbidden", "Unauthorized",
        "NotAuthenticated",
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
        "ImproperlyConfigured", "ConfigurationError", "NoSectionError", "NoOptionError",
        "InvalidConfigError", "EnvError",
    ]),
    frame(Configuration, Certain, &[
        "os.py __getitem__", "<frozen os> __getitem__", "os __getitem__", "decouple.py get",
        "environ.py get_value",
    ]),
    kind(Dependency, Clear, &[
        "ModuleNotFoundError", "ImportError", "DistributionNotFound", "VersionConflict",
        "PackageNotFoundError",
    ]),
    says(Dependency, Certain, &["module '", 
        "cannot import name", "No module named", "cannot open shared object file",
    ]),
    kind(Assertion, Clear, &["AssertionError", "NotImplementedError"]),
    says(NullReference, Clear, &["object NoneType can't be used in 'await'"]),
];

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(NullReference, ("'NoneType' object has no attribute '", "'"),
        "`{}` was asked of a value that is None.",
        "Find where the value that has no `{}` comes from, and either make sure it is never None \
            or check it (`if value is None:`) before."),
    clue(NullReference, ("'NoneType' object is not subscriptable", ""),
        "A value that is None was indexed like a list or dictionary.",
        "Check the value for None before it is indexed; look at what the function that gave it \
            returns when it finds nothing."),
    clue(NullReference, ("'NoneType' object is not iterable", ""),
        "A value that is None was gone through or unpacked.",
        "Return an empty list instead of None where there is nothing, or check before."),
    clue(NullReference, ("'NoneType' object is not callable", ""),
        "A value that is None was called like a function.",
        ""),
    clue(MissingKey, ("KeyError: '", "'"),
        "The key `{}` is not in the dictionary that was asked for it.",
        "Use `.get('{}')` with a default where it may be absent, or check the data where it comes \
            in."),
    clue(MissingKey, ("KeyError: ", ""),
        "The key `{}` is not in the dictionary that was asked for it.",
        "Use `.get()` with a default where the key may be absent, or check the data where it comes \
            in."),
    clue(MissingKey, ("' has no attribute '", "'"), NO_ATTRIBUTE, NO_ATTRIBUTE_FIX),
    clue(MissingKey, ("' object has no attribute '", "'"), NO_ATTRIBUTE, NO_ATTRIBUTE_FIX),
    clue(MissingKey, ("NameError: name '", "' is not defined"),
        "The name `{}` is not defined where it is used.",
        "Check the spelling of `{}`, and that it is imported or assigned before."),
    clue(MissingKey, ("local variable '", "'"),
        "The variable `{}` is read on a way on which nothing was assigned to it.",
        "Give `{}` a value before the branches that may skip it."),
    clue(OutOfRange, ("list index out of range", ""),
        "The list is shorter than the index that was asked for.",
        "Check the list's length before, or go through it with `for`; an empty answer is the usual \
            case that was forgotten."),
    clue(Dependency, ("No module named '", "'"),
        "The module `{}` is not installed in the environment this process runs in.",
        "Add the package of `{}` to the requirements, and install them in this environment."),
    clue(Dependency, ("cannot import name '", "'"),
        "The module is there but has no `{}`: another version, or a circle of imports.",
        "Compare the installed version with the one in the requirements; else import `{}` later, \
            or from where it is defined."),
    clue(Configuration, ("KeyError: '", "'"), SETTING, SETTING_FIX),
    clue(Parse, ("invalid literal for int() with base 10: ", ""),
        "The text `{}` is no whole number.",
        "Check the text before `int()`, and tell the sender which field is wrong."),
    clue(Parse, ("could not convert string to float: ", ""),
        "The text `{}` is no number.",
        "Check the text before `float()`, and tell the sender which field is wrong."),
    clue(Parse, ("Expecting value: line 1 column 1", ""),
        "The text that was read as JSON is empty, or not JSON at all: often an error page.",
        "Check status and content type of the answer before it is decoded, and log its first \
            characters."),
];

const NO_ATTRIBUTE: &str = "The object has no attribute `{}`: it is of another type, or another version, than the code expects.";
const NO_ATTRIBUTE_FIX: &str = "Check the spelling of `{}`, the type of the object at this place, and the version of its library.";
