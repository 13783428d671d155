//! PHP: the engine's errors and warnings, and the frameworks that most programs use.

use crate::analysis::Category::{
    Arithmetic, Assertion, Concurrency, Configuration, Connection, Database, Dependency,
    Exhaustion, ExternalService, InvalidValue, MissingKey, NotFound, NullReference, OutOfRange,
    Parse, Permission, Timeout, TypeMismatch,
};
use crate::analysis::rules::rule::Strength::{Certain, Clear};
use crate::analysis::rules::rule::{Rule, kind, says, setting};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    setting(Configuration, Certain, &["ErrorException", "Warning"]),
    says(NullReference, Certain, &[
        "on null", "on a non-object", "of type null", "null given", "null returned",
        "must not be accessed before initialization", "none returned",
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
        "Serialization of '", "must be of type", "must be an instance of",
        "Unsupported operand types", "Array to string conversion",
        "could not be converted to string", "Cannot access offset of type", "Illegal offset type",
        "Return value must be", "Too few arguments", "A non-numeric value",
        "Cannot use object of type", "must implement interface", "Cannot unpack",
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
        "illegal character in input string", "Failed to parse time string", "DateTime::__construct",
        "syntax error, unexpected", "DOMDocument::loadXML", "simplexml_load",
        "String could not be parsed as XML", "unserialize(): Error at offset", "json_decode",
        "Malformed UTF-8 characters", "Not enough data available to satisfy format",
        "Could not parse '",
    ]),
    kind(Arithmetic, Clear, &["DivisionByZeroError", "ArithmeticError"]),
    says(Timeout, Certain, &[
        "Maximum execution time", "cURL error 28", "Lock wait timeout", "exceeded the timeout of",
        "has been attempted too many times",
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
        "SSL operation failed", "cURL error 6", "cURL error 7", "cURL error 35", "cURL error 52",
        "cURL error 56", "cURL error 60", "SQLSTATE[HY000] [2002]",
        "SQLSTATE[HY000]: General error: 2006", "SQLSTATE[08006]", "stream_socket_client()",
        "fsockopen()", "Redis server went away", "went away", "read error on connection",
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
