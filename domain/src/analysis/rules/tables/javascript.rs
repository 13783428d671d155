//! JavaScript and TypeScript: engines, Node.js, and the libraries that most programs use.

use super::system::{SETTING, SETTING_FIX};
use crate::analysis::Category::{
    Assertion, Concurrency, Configuration, Connection, Database, Dependency, Exhaustion,
    ExternalService, InvalidValue, MissingKey, NotFound, NullReference, OutOfRange, Parse,
    Permission, Timeout, TypeMismatch,
};
use crate::analysis::rules::clue::{Clue, clue};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Fair};
use crate::analysis::rules::rule::{Rule, kind, says};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
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
        "Incorrect locale information", "must be a valid enum", "Invalid URL",
        "ERR_INVALID_ARG_VALUE", "Invalid enum value",
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
    kind(Parse, Clear, &["SyntaxError", "YAMLException", "CsvError"]),
    says(Parse, Certain, &[
        "in JSON at position", "Unexpected end of JSON input", "JSON.parse:", "is not valid JSON",
        "Unexpected token", "URI malformed", "Invalid or unexpected token",
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

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(NullReference, ("undefined (reading '", "'"),
        "`{}` was read of a value that is undefined.",
        READ_FIX),
    clue(NullReference, ("null (reading '", "'"),
        "`{}` was read of a value that is null.",
        READ_FIX),
    clue(NullReference, ("undefined (setting '", "'"),
        "`{}` was set on a value that is undefined.",
        READ_FIX),
    clue(NullReference, ("null (setting '", "'"),
        "`{}` was set on a value that is null.",
        READ_FIX),
    clue(NullReference, ("Cannot read property '", "'"),
        "`{}` was read of a value that is undefined or null.",
        READ_FIX),
    clue(NullReference, ("Cannot destructure property '", "'"),
        "`{}` was taken out of a value that is undefined or null.",
        READ_FIX),
    clue(NullReference, ("(evaluating '", "'"),
        "In `{}` the value before the last dot is undefined or null.",
        "Use `?.` where it may be absent, or find out why it is not there yet."),
    clue(NullReference, ("TypeError: ", " is undefined"),
        "`{}` is undefined where it is used.",
        "Find where `{}` gets its value, and what happens when that has not come yet."),
    clue(NullReference, ("TypeError: ", " is null"),
        "`{}` is null where it is used.",
        "Find where `{}` gets its value, and what happens when there is none."),
    clue(MissingKey, ("TypeError: ", " is not a function"),
        "`{}` is there to be called, but is no function.",
        "Check the spelling of `{}`, how its module exports it, and the version of the library."),
    clue(MissingKey, ("ReferenceError: ", " is not defined"),
        "The variable `{}` is not defined where it is used.",
        "Check the spelling of `{}`, and that it is declared or imported; in a browser, that its \
            script was loaded before."),
    clue(MissingKey, ("Cannot access '", "' before initialization"),
        "`{}` is used above its declaration, or in a circle of imports.",
        "Move the declaration of `{}` up, or break the circle."),
    clue(Dependency, ("Cannot find module '", "'"), MODULE, MODULE_FIX),
    clue(Dependency, ("Cannot find package '", "'"), MODULE, MODULE_FIX),
    clue(Dependency, ("hunk", ""),
        "The page is of an older build than the files on the server.",
        "Reload the page once when a chunk cannot be loaded, and keep the files of the last builds \
            on the server."),
    clue(Configuration, ("Environment variable not found: ", ""), SETTING, SETTING_FIX),
    clue(Parse, ("JSON", ""),
        "The text that was read as JSON is cut off, empty, or not JSON at all: often an error \
            page.",
        "Check status and content type of the answer before `JSON.parse`, and log its first \
            characters."),
];

const READ_FIX: &str = "Use `?.{}` where the value may be absent, or find out why it is not there: data that has not loaded yet, or a field the answer does not have.";
const MODULE: &str = "The module `{}` is not where Node.js looks for it.";
const MODULE_FIX: &str = "Add `{}` to the dependencies (not only to those for development), install from the lock file, and check the path and its capital letters.";
