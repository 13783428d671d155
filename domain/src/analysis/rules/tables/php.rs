//! PHP: the engine's errors and warnings, and the frameworks that most programs use.

use super::system::{SETTING, SETTING_FIX};
use crate::analysis::Category::{
    Arithmetic, Assertion, Concurrency, Configuration, Connection, Database, Dependency,
    Exhaustion, ExternalService, InvalidValue, MissingKey, NotFound, NullReference, OutOfRange,
    Parse, Permission, Timeout, TypeMismatch,
};
use crate::analysis::rules::clue::{Clue, clue};
use crate::analysis::rules::rule::Strength::{Certain, Clear};
use crate::analysis::rules::rule::{Rule, kind, says, setting};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    setting(Configuration, Certain, &["ErrorException", "Warning"]),
    says(NullReference, Certain, &[
        "on null", "on a non-object", "of type null", "null given", "none returned",
    ]),
    says(MissingKey, Certain, &[
        "Undefined array key", "Undefined index", "Undefined offset", "Undefined variable",
        "Undefined property", "undefined method", "undefined function", "Undefined constant",
        "Undefined class constant", "Undefined named argument", "Unknown named parameter",
    ]),
    says(MissingKey, Clear, &["Access to undeclared static property"]),
    kind(OutOfRange, Clear, &["OutOfBoundsException", "OutOfRangeException", "RangeException"]),
    says(OutOfRange, Certain, &[
        "Uninitialized string offset", "Uninitialized string offset:",
        "Index invalid or out of range", "Cannot seek to offset", "Seek position",
    ]),
    kind(TypeMismatch, Clear, &["TypeError", "ArgumentCountError"]),
    says(TypeMismatch, Certain, &[
        "must be of type", "must be an instance of", "Unsupported operand types",
        "Array to string conversion", "could not be converted to string",
        "Cannot access offset of type", "Illegal offset type", "Return value must be",
        "Too few arguments", "A non-numeric value", "Cannot use object of type",
        "must implement interface", "Cannot unpack",
    ]),
    kind(InvalidValue, Clear, &[
        "InvalidArgumentException", "ValidationException", "ValueError", "DomainException",
        "LengthException", "UnexpectedValueException", "InvalidOptionsException",
    ]),
    says(InvalidValue, Certain, &[
        "is not a valid backing value for enum", "The given data was invalid",
    ]),
    kind(Parse, Clear, &[
        "JsonException", "ParseError", "SyntaxError", "NotEncodableValueException",
        "ParseException", "InvalidFormatException", "MalformedUriException",
    ]),
    says(Parse, Certain, &[
        "Failed to parse time string", "DateTime::__construct", "syntax error, unexpected",
        "DOMDocument::loadXML", "simplexml_load", "String could not be parsed as XML",
        "unserialize(): Error at offset", "json_decode", "Malformed UTF-8 characters",
        "Not enough data available to satisfy format", "Could not parse '",
    ]),
    kind(Arithmetic, Clear, &["DivisionByZeroError", "ArithmeticError"]),
    says(Timeout, Certain, &[
        "Maximum execution time", "cURL error 28", "Lock wait timeout", "exceeded the timeout of",
        "read error on connection", "has been attempted too many times",
    ]),
    kind(Timeout, Clear, &[
        "ProcessTimedOutException", "TimeoutExceededException", "TimeoutException",
        "MaxAttemptsExceededException",
    ]),
    kind(Connection, Clear, &[
        "ConnectException", "TransportException", "RedisException", "ConnectionException",
        "AMQPConnectionException", "NoNodesAvailableException", "NetworkException",
    ]),
    says(Connection, Certain, &[
        "cURL error 6", "cURL error 7", "cURL error 35", "cURL error 52", "cURL error 56",
        "cURL error 60", "SQLSTATE[HY000] [2002]", "SQLSTATE[HY000]: General error: 2006",
        "SQLSTATE[08006]", "stream_socket_client()", "fsockopen()", "Redis server went away",
        "went away",
    ]),
    kind(ExternalService, Clear, &[
        "ServerException", "ClientException", "RequestException", "BadResponseException",
        "TooManyRedirectsException", "HttpClientException", "ApiErrorException",
        "RateLimitException", "CardException", "TooManyRequestsHttpException",
        "ApiConnectionException",
    ]),
    says(ExternalService, Certain, &[
        "HTTP request returned status code", "resulted in a `5", "resulted in a `4", "HTTP/1.1 5",
        "HTTP/1.1 4", "HTTP/2 5",
    ]),
    kind(Database, Clear, &[
        "PDOException", "QueryException", "UniqueConstraintViolationException",
        "ForeignKeyConstraintViolationException", "NotNullConstraintViolationException",
        "TableNotFoundException", "DriverException", "InvalidFieldNameException",
        "mysqli_sql_exception", "BulkWriteException",
    ]),
    kind(NotFound, Clear, &[
        "ModelNotFoundException", "NotFoundHttpException", "FileNotFoundException",
        "RouteNotFoundException", "EntityNotFoundException", "ResourceNotFoundException",
        "NoResultException", "UnableToReadFile", "MethodNotAllowedHttpException",
    ]),
    says(NotFound, Certain, &[
        "Failed to open stream: No such file", "No query results for model", "View [",
        "Failed opening required", "Unable to find template", "does not exist on disk",
    ]),
    kind(Permission, Clear, &[
        "AuthorizationException", "AuthenticationException", "AccessDeniedHttpException",
        "AccessDeniedException", "UnauthorizedHttpException", "TokenMismatchException",
        "ExpiredException", "SignatureInvalidException", "UnauthorizedException",
        "InvalidSignatureException", "OAuthServerException",
    ]),
    says(Permission, Certain, &[
        "Failed to open stream: Permission denied", "SQLSTATE[HY000] [1045]",
        "This action is unauthorized", "SQLSTATE[28000]", "[1044] Access denied",
    ]),
    says(Exhaustion, Certain, &[
        "SQLSTATE[HY000] [1040]", "SQLSTATE[08004] [1040]", "[1203]", "Too many open files",
        "POST Content-Length", "upload_max_filesize",
    ]),
    says(Concurrency, Certain, &[
        "SQLSTATE[40001]", "1213 Deadlock", "EntityManager is closed",
        "There is already an active transaction", "There is no active transaction",
        "headers already sent", "Cannot traverse an already closed generator",
        "generator already running", "optimistic lock failed", "session_start(): Failed",
        "Cannot resume an already running", "Cannot start a fiber that has already", "FiberError",
    ]),
    kind(Concurrency, Clear, &[
        "OptimisticLockException", "LockTimeoutException", "DeadlockException",
        "LockConflictedException",
    ]),
    says(Configuration, Certain, &[
        "No application encryption key", "Unsupported driver", "could not find driver",
        "not configured", "Environment variable not found", "Missing required option", "Driver [",
        "Database connection [", "Disk [", "Cache store [", "does not have a configured driver",
        "Target [", "Unresolvable dependency resolving", "Please provide a valid cache path",
        "Manifest not found at", "unable to create the directory", "non-existent parameter",
        "No such env",
    ]),
    kind(Configuration, Clear, &[
        "EnvNotFoundException", "InvalidConfigurationException", "ServiceNotFoundException",
        "ParameterNotFoundException", "BindingResolutionException", "MissingAppKeyException",
        "InvalidPathException",
    ]),
    says(Dependency, Certain, &[
        "Class \"", "Class '", "Interface \"", "Trait \"", "Call to undefined function mb_",
        "Call to undefined function curl_", "Call to undefined function imagecreate",
        "Call to undefined function bcadd", "Call to undefined function gd_",
        "Call to undefined function intl", "Call to undefined function simplexml",
        "Your Composer dependencies", "vendor/autoload.php", "Unable to load dynamic library",
        "must be compatible with", "Target class [",
    ]),
    kind(Assertion, Clear, &[
        "AssertionError", "LogicException", "BadMethodCallException", "InvalidStateException",
        "UnhandledMatchError",
    ]),
    says(Assertion, Certain, &["assert(", "Unhandled match case"]),
];

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(NullReference, ("Call to a member function ", " on null"),
        "The method `{}` was called on null.",
        "Find out why there is no object here (a query that found nothing?), check it before, or \
            use `?->`."),
    clue(NullReference, ("Attempt to read property \"", "\" on null"),
        "The property `{}` was read of null.",
        "Find out why there is no object here (a query that found nothing?), check it before, or \
            use `?->{}`."),
    clue(NullReference, ("Trying to access array offset on", ""),
        "A value that is null was used as an array.",
        "Check the value before, or use `??` with a default."),
    clue(MissingKey, ("Undefined array key \"", "\""), KEY, KEY_FIX),
    clue(MissingKey, ("Undefined array key ", ""),
        KEY,
        "Check with `isset()` or `count()` before, or use `??` with a default; look at who fills \
            the array."),
    clue(MissingKey, ("Undefined index: ", ""), KEY, KEY_FIX),
    clue(MissingKey, ("Undefined offset: ", ""),
        KEY,
        "Check with `isset()` or `count()` before, or use `??` with a default; look at who fills \
            the array."),
    clue(MissingKey, ("Undefined variable $", ""), VARIABLE, VARIABLE_FIX),
    clue(MissingKey, ("Undefined variable: ", ""), VARIABLE, VARIABLE_FIX),
    clue(MissingKey, ("Undefined property: ", ""),
        "There is no property `{}`.",
        "Check the spelling of `{}` and the class of the object at this place."),
    clue(MissingKey, ("Call to undefined method ", ""),
        "There is no method `{}`.",
        "Check the spelling of `{}`, the class of the object and the version of its library."),
    clue(MissingKey, ("Call to undefined function ", ""),
        "There is no function `{}`.",
        "Check the spelling and namespace of `{}`, and that the extension that has it is \
            installed."),
    clue(Dependency, ("Class \"", "\" not found"), CLASS, CLASS_FIX),
    clue(Dependency, ("Class '", "' not found"), CLASS, CLASS_FIX),
    clue(Dependency, ("Call to undefined function ", ""),
        "There is no function `{}`: the extension that has it is not installed.",
        "Install the PHP extension that has `{}`, and name it in `composer.json` (`ext-…`)."),
    clue(TypeMismatch, ("must be of type ", ""),
        "A value has another type than declared: {}.",
        "Convert the value where it comes in, or widen the declared type if this one is right."),
    clue(NotFound, ("No query results for model [", "]"),
        "No `{}` with this id is in the database.",
        "Answer 404 where the id comes from outside; else look at who deletes them."),
    clue(Configuration, ("Environment variable not found: \"", "\""), SETTING, SETTING_FIX),
];

const KEY: &str = "The array has no key `{}`.";
const KEY_FIX: &str =
    "Use `$array['{}'] ?? $default` where it may be absent, or check the input where it comes in.";
const VARIABLE: &str = "The variable `{}` is read on a way on which nothing was assigned to it.";
const VARIABLE_FIX: &str =
    "Give `{}` a value before the branches that may skip it, and check its spelling.";
const CLASS: &str = "The class `{}` cannot be loaded.";
const CLASS_FIX: &str = "Check namespace and file name of `{}` (capital letters count on servers), run `composer install` and `composer dump-autoload`.";
