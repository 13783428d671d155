//! C# and .NET: the base library, ASP.NET, Entity Framework.

use crate::analysis::Category::{
    Arithmetic, Assertion, Concurrency, Configuration, Connection, Database, Dependency,
    Exhaustion, ExternalService, InvalidValue, MissingKey, NotFound, NullReference, OutOfRange,
    Parse, Permission, Timeout, TypeMismatch,
};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Fair};
use crate::analysis::rules::rule::{Rule, kind, says, setting};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    setting(Configuration, Certain, &["KeyNotFoundException"]),
    kind(NullReference, Clear, &[
        "NullReferenceException", "ArgumentNullException", "UnassignedReferenceException",
        "MissingReferenceException",
    ]),
    says(NullReference, Certain, &[
        "Object reference not set", "Nullable object must have a value", "Value cannot be null",
    ]),
    kind(MissingKey, Clear, &[
        "KeyNotFoundException", "MissingMemberException", "RuntimeBinderException",
    ]),
    says(MissingKey, Certain, &[
        "was not present in the dictionary", "does not contain a definition for",
        "does not belong to table",
    ]),
    kind(OutOfRange, Clear, &["IndexOutOfRangeException", "ArgumentOutOfRangeException"]),
    says(OutOfRange, Certain, &[
        "Index was out of range", "Sequence contains no elements",
        "Sequence contains no matching element", "Queue empty", "Stack empty",
        "Index and length must refer to a location", "startIndex cannot be larger",
        "The collection is empty",
    ]),
    kind(TypeMismatch, Clear, &[
        "InvalidCastException", "ArrayTypeMismatchException", "TargetParameterCountException",
        "RuntimeBinderInternalCompilerException",
    ]),
    says(TypeMismatch, Certain, &[
        "Unable to cast object of type", "cannot be converted to type",
        "Specified cast is not valid", "Cannot implicitly convert type", "Object must be of type",
    ]),
    kind(InvalidValue, Clear, &[
        "PathTooLongException", "ArgumentException", "ValidationException",
        "InvalidEnumArgumentException", "NotSupportedException", "BadHttpRequestException",
    ]),
    says(InvalidValue, Clear, &["Requested value '"]),
    kind(Parse, Clear, &[
        "FormatException", "JsonException", "JsonReaderException", "JsonSerializationException",
        "XmlException", "UriFormatException", "DecoderFallbackException",
        "EncoderFallbackException", "RegexParseException", "CsvHelperException",
        "InvalidDataException", "SerializationException", "TypeConverterException",
    ]),
    says(Parse, Certain, &[
        "was not in a correct format", "was not recognized as a valid DateTime",
        "was not recognized as a valid", "could not be converted to System",
        "is an invalid start of a value", "Unexpected character encountered while parsing",
        "Data at the root level is invalid", "not a valid Base-64", "Guid should contain 32 digits",
        "Unrecognized Guid format",
    ]),
    kind(Arithmetic, Clear, &[
        "DivideByZeroException", "OverflowException", "NotFiniteNumberException",
        "ArithmeticException",
    ]),
    kind(Timeout, Clear, &[
        "TimeoutException", "TimeoutRejectedException", "RegexMatchTimeoutException",
        "RedisTimeoutException",
    ]),
    says(Timeout, Certain, &[
        "HttpClient.Timeout", "Execution Timeout Expired", "The operation has timed out",
        "timeout period elapsed prior to completion",
    ]),
    kind(Timeout, Fair, &["TaskCanceledException"]),
    kind(Connection, Clear, &[
        "SocketException", "HttpIOException", "WebSocketException", "AuthenticationException",
        "RedisConnectionException", "BrokerUnreachableException", "EndOfStreamException",
        "MongoConnectionException", "SmtpException", "ConnectionResetException",
    ]),
    says(Connection, Certain, &[
        "No connection could be made", "No such host is known",
        "The SSL connection could not be established", "remote certificate is invalid",
        "A network-related or instance-specific error", "existing connection was forcibly closed",
        "transport connection", "The response ended prematurely",
        "Unable to read beyond the end of the stream",
        "Authentication failed because the remote party",
    ]),
    kind(Database, Fair, &["NpgsqlException"]),
    says(Timeout, Certain, &["StatusCode=\"DeadlineExceeded"]),
    says(Connection, Certain, &["StatusCode=\"Unavailable"]),
    kind(ExternalService, Fair, &["RpcException", "HttpRequestException", "WebException"]),
    says(ExternalService, Certain, &[
        "Response status code does not indicate success", "The remote server returned an error",
    ]),
    kind(ExternalService, Clear, &[
        "ApiException", "StripeException", "RequestFailedException", "HttpOperationException",
        "AmazonServiceException", "ServiceException", "BrokenCircuitException",
    ]),
    kind(Database, Clear, &[
        "ConstraintException", "DbUpdateException", "SqlException", "PostgresException",
        "MySqlException", "SqliteException", "DbException", "OracleException",
        "MongoWriteException", "UniqueConstraintException",
    ]),
    kind(NotFound, Clear, &[
        "FileNotFoundException", "DirectoryNotFoundException", "NotFoundException",
        "EntityNotFoundException", "DriveNotFoundException", "ObjectNotFoundException",
    ]),
    kind(Permission, Clear, &[
        "UnauthorizedAccessException", "SecurityException", "SecurityTokenExpiredException",
        "SecurityTokenException", "SecurityTokenInvalidSignatureException",
        "AccessViolationDeniedException", "ForbiddenException", "UnauthorizedException",
        "AntiforgeryValidationException", "CryptographicException", "MsalUiRequiredException",
        "InvalidCredentialException",
    ]),
    says(Exhaustion, Certain, &[
        "There is not enough space on the disk", "Insufficient system resources",
        "The request limit for the database is", "max pool size was reached",
        "The connection pool has been exhausted", "not enough quota", "Request body too large",
        "Too many open files",
    ]),
    kind(Exhaustion, Clear, &["RateLimiterRejectedException", "BulkheadRejectedException"]),
    kind(Concurrency, Clear, &[
        "DbUpdateConcurrencyException", "SynchronizationLockException", "ObjectDisposedException",
        "AbandonedMutexException", "LockRecursionException", "ThreadStateException",
        "SemaphoreFullException", "OperationCanceledException", "OptimisticConcurrencyException",
        "ThreadAbortException", "ThreadInterruptedException", "ChannelClosedException",
        "StaleObjectStateException",
    ]),
    says(Concurrency, Certain, &[
        "Collection was modified", "A second operation was started on this context",
        "Cannot access a disposed object", "Cannot access a disposed context",
        "Operations that change non-concurrent collections", "deadlocked on lock",
        "chosen as the deadlock victim", "There is already an open DataReader",
        "The calling thread cannot access this object", "database operation was expected to affect",
        "Cross-thread operation not valid", "An operation is already in progress",
        "A command is already in progress", "response has already started",
    ]),
    kind(Configuration, Clear, &[
        "ConfigurationErrorsException", "OptionsValidationException", "ConfigurationException",
    ]),
    says(Configuration, Certain, &[
        "Unable to resolve service for type", "No service for type",
        "ConnectionString property has not been initialized",
        "No authenticationScheme was specified", "Unable to find the required services",
        "No database provider has been configured", "Failed to load configuration",
        "The configuration file", "Section '", "Cannot consume scoped service",
        "Some services are not able to be constructed", "No authentication handler is registered",
    ]),
    kind(Dependency, Clear, &[
        "TypeLoadException", "MissingMethodException", "DllNotFoundException",
        "BadImageFormatException", "EntryPointNotFoundException", "ReflectionTypeLoadException",
        "FileLoadException", "MissingFieldException", "PlatformNotSupportedException",
    ]),
    says(Dependency, Certain, &[
        "Could not load file or assembly", "Could not load type", "Method not found:",
        "Unable to load DLL", "Unable to load shared library", "manifest definition does not match",
        "Unable to find an entry point",
    ]),
    kind(Assertion, Clear, &[
        "SwitchExpressionException", "UnreachableException", "NotImplementedException",
        "DebugAssertException", "AssertionException",
    ]),
    kind(Assertion, Fair, &["InvalidOperationException"]),
];
