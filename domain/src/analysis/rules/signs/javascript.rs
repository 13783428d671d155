//! JavaScript and TypeScript: engines, Node.js, and the libraries that most programs use.

use crate::analysis::Category::{
    Assertion, Concurrency, Configuration, Connection, Database, Dependency, Exhaustion,
    ExternalService, InvalidValue, MissingKey, NotFound, NullReference, OutOfRange, Parse,
    Permission, Timeout, TypeMismatch, Unknown,
};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Fair};
use crate::analysis::rules::rule::{Rule, kind, says};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    says(Unknown, Certain, &[
        "Non-Error promise rejection", "Non-Error exception captured", "[object Object]",
        "Object captured as", "ResizeObserver loop",
    ]),
    says(Connection, Clear, &[
        "fetch failed", "Failed to fetch", "NetworkError when attempting to fetch", "Load failed",
        "net::ERR_",
    ]),
    says(NullReference, Certain, &[
        "of undefined", "of null", "undefined is not an object", "null is not an object",
        "undefined is not a function", "null is not a function", "undefined is not iterable",
        "null is not iterable", "undefined (reading", "null (reading",
        "Cannot convert undefined or null to object", "is undefined", "is null",
        "as it is undefined", "as it is null",
    ]),
    kind(MissingKey, Clear, &["ReferenceError"]),
    says(MissingKey, Clear, &[
        "is not a function", "is not a constructor", "is not defined", "has no method",
        "before initialization", "doesn't support property or method",
    ]),
    kind(OutOfRange, Fair, &["RangeError"]),
    says(OutOfRange, Clear, &[
        "Invalid array length", "Offset is outside the bounds", "ERR_OUT_OF_RANGE",
        "The value of \"offset\" is out of range", "IndexSizeError",
    ]),
    says(InvalidValue, Clear, &[
        "Invalid count value", "toFixed() digits", "toString() radix", "precision out of range",
        "Invalid time value", "Invalid time zone specified", "Invalid string length",
        "Incorrect locale information", "must be a valid enum", "ERR_INVALID_ARG_VALUE",
        "Invalid enum value",
    ]),
    kind(TypeMismatch, Fair, &["TypeError", "CastError"]),
    says(TypeMismatch, Clear, &[
        "must be of type", "is not iterable", "Assignment to constant variable",
        "Cannot assign to read only property", "Cannot convert a BigInt", "Cannot mix BigInt",
        "Converting circular structure to JSON", "Cannot convert object to primitive",
        "Right-hand side of 'instanceof'", "Reduce of empty array", "ERR_INVALID_ARG_TYPE",
        "Expected string, received", "Expected number, received", "Cast to",
        "object is not extensible", "is not iterable",
    ]),
    kind(InvalidValue, Clear, &[
        "ValidationError", "ZodError", "PrismaClientValidationError", "BadRequestException",
        "BadRequestError",
    ]),
    kind(Parse, Clear, &["InvalidCharacterError", "SyntaxError", "YAMLException", "CsvError"]),
    says(Parse, Certain, &[
        "Invalid URL", "in JSON at position", "Unexpected end of JSON input", "JSON.parse:",
        "is not valid JSON", "Unexpected token", "URI malformed", "Invalid or unexpected token",
        "Invalid regular expression", "Bad control character in string",
    ]),
    kind(Parse, Clear, &["URIError"]),
    kind(Timeout, Clear, &[
        "TimeoutError", "AbortError", "ConnectTimeoutError", "HeadersTimeoutError",
        "BodyTimeoutError", "TimeoutException", "PromiseTimeoutError",
    ]),
    says(Timeout, Certain, &[
        "timeout of ", "ETIMEDOUT", "ESOCKETTIMEDOUT", "Navigation timeout",
        "operation was aborted due to timeout", "UND_ERR_HEADERS_TIMEOUT",
        "UND_ERR_CONNECT_TIMEOUT",
    ]),
    kind(Connection, Clear, &[
        "SocketError", "MongoNetworkError", "ConnectionRefusedError",
        "SequelizeConnectionRefusedError", "SequelizeConnectionError", "MongoServerSelectionError",
        "ECONNREFUSED", "ECONNRESET",
    ]),
    says(ExternalService, Clear, &[
        "Request failed with status code", "Response code ", "received status",
    ]),
    kind(ExternalService, Clear, &[
        "StripeCardError", "StripeAPIError", "StripeRateLimitError", "RateLimitError", "HTTPError",
        "HttpError", "FetchError", "GraphQLError", "StatusCodeError",
    ]),
    kind(ExternalService, Fair, &["AxiosError"]),
    kind(Database, Clear, &[
        "SequelizeUniqueConstraintError", "SequelizeForeignKeyConstraintError",
        "SequelizeDatabaseError", "PrismaClientKnownRequestError", "QueryFailedError",
        "MongoServerError", "MongoBulkWriteError", "DatabaseError", "SqliteError",
        "UniqueConstraintError", "UniqueViolationError",
    ]),
    says(Database, Certain, &[
        "Unique constraint failed", "ER_DUP_ENTRY", "ER_NO_SUCH_TABLE", "ER_BAD_FIELD_ERROR",
        "SQLITE_CONSTRAINT", "Foreign key constraint failed",
    ]),
    kind(NotFound, Clear, &[
        "NotFoundError", "NotFoundException", "EntityNotFoundError", "DocumentNotFoundError",
        "NoSuchKey", "ResourceNotFoundException",
    ]),
    says(NotFound, Certain, &[
        "No record was found", "An operation failed because it depends on one or more records",
    ]),
    kind(Permission, Clear, &[
        "JsonWebTokenError", "TokenExpiredError", "UnauthorizedError", "UnauthorizedException",
        "ForbiddenError", "ForbiddenException", "NotAllowedError", "SecurityError",
        "InvalidTokenError", "CredentialsProviderError",
    ]),
    says(Exhaustion, Certain, &[
        "EMFILE", "ENOSPC", "exceeded the quota", "Knex: Timeout acquiring a connection", "P2024",
        "too many open files",
    ]),
    kind(Exhaustion, Clear, &["QuotaExceededError", "SequelizeConnectionAcquireTimeoutError"]),
    says(Concurrency, Certain, &[
        "ER_LOCK_DEADLOCK", "Cannot set headers after they are sent", "ERR_HTTP_HEADERS_SENT",
        "write after end", "ERR_STREAM_WRITE_AFTER_END", "ERR_STREAM_DESTROYED",
        "Cannot call write after a stream was destroyed", "Callback was already called",
        "Channel closed", "next() called multiple times", "No matching document found for id",
        "Pool is closed", "Client has already been connected", "Called end on pool more than once",
        "ERR_MULTIPLE_CALLBACK", "ReadableStream is locked", "body stream already read",
        "Body is unusable", "body used already", "already been used",
        "Can't perform a React state update on an unmounted",
    ]),
    kind(Concurrency, Clear, &[
        "VersionError", "OptimisticLockVersionMismatchError", "InvalidStateError",
    ]),
    says(Dependency, Certain, &[
        "Cannot find module", "Cannot find package", "does not provide an export named",
        "ERR_MODULE_NOT_FOUND", "ERR_REQUIRE_ESM", "require() of ES Module",
        "Cannot use import statement outside a module", "ERR_PACKAGE_PATH_NOT_EXPORTED",
        "is not exported from", "Failed to resolve module specifier",
        "was compiled against a different Node.js version", "NODE_MODULE_VERSION", "Loading chunk",
        "Loading CSS chunk", "Failed to fetch dynamically imported module",
        "error loading dynamically imported module", "Importing a module script failed",
        "Module not found", "ERR_DLOPEN_FAILED", "No \"exports\" main defined",
        "is not defined by \"exports\"", "Invalid hook call",
    ]),
    kind(Dependency, Clear, &["ChunkLoadError", "ModuleNotFoundError"]),
    kind(Assertion, Clear, &[
        "AssertionError", "InvariantError", "Invariant Violation", "InternalError",
    ]),
    says(Assertion, Certain, &[
        "Invariant Violation", "Invariant failed", "ERR_ASSERTION", "Minified React error",
        "Hydration failed", "Rendered more hooks than", "Expected values to be strictly",
    ]),
    says(Configuration, Certain, &[
        "process.env.", "Environment variable not found", "secretOrPrivateKey must have a value",
        "Invalid environment variables", "Missing API key", "API key is missing",
    ]),
    kind(Configuration, Clear, &["PrismaClientInitializationError", "ConfigError"]),
];
