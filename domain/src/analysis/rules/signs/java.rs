//! Java, Kotlin and their like: the platform, and the libraries that most programs use.

use crate::analysis::Category::{
    Arithmetic, Assertion, Concurrency, Configuration, Connection, Database, Dependency,
    Exhaustion, ExternalService, InvalidValue, MissingKey, NotFound, NullReference, OutOfRange,
    Parse, Permission, Timeout, TypeMismatch,
};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Fair};
use crate::analysis::rules::rule::{Rule, kind, says};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    kind(NullReference, Clear, &[
        "NullPointerException", "KotlinNullPointerException",
        "UninitializedPropertyAccessException",
    ]),
    says(NullReference, Certain, &[
        "because \"", "Parameter specified as non-null is null", "No value present",
        "null cannot be cast to non-null type", "must not be null",
    ]),
    kind(MissingKey, Clear, &[
        "NoSuchFieldException", "NoSuchMethodException", "MissingServletRequestParameterException",
        "MissingRequestHeaderException", "UnrecognizedPropertyException",
        "MissingPropertyException", "MissingMethodException", "MissingResourceException",
    ]),
    says(MissingKey, Clear, &["is missing in the map", "No value for "]),
    kind(OutOfRange, Clear, &[
        "IndexOutOfBoundsException", "ArrayIndexOutOfBoundsException",
        "StringIndexOutOfBoundsException", "NegativeArraySizeException", "BufferUnderflowException",
        "BufferOverflowException",
    ]),
    kind(OutOfRange, Fair, &[
        "NoSuchElementException", "EmptyStackException", "InputMismatchException",
    ]),
    says(OutOfRange, Certain, &["out of bounds for length", "begin 0, end"]),
    kind(TypeMismatch, Clear, &[
        "ClassCastException", "ArrayStoreException", "TypeCastException",
        "MethodArgumentTypeMismatchException", "TypeMismatchException", "ConversionFailedException",
        "IncompatibleClassChangeException", "InvalidDefinitionException",
    ]),
    kind(InvalidValue, Fair, &["IllegalArgumentException"]),
    kind(InvalidValue, Clear, &[
        "ConstraintViolationException", "MethodArgumentNotValidException", "BindException",
        "ValidationException", "InvalidParameterException", "UnsupportedOperationException",
        "PropertyValueException", "HandlerMethodValidationException",
    ]),
    says(InvalidValue, Clear, &["No enum constant"]),
    kind(Parse, Clear, &[
        "ZipException", "NumberFormatException", "DateTimeParseException", "ParseException",
        "JsonParseException", "JsonMappingException", "MismatchedInputException",
        "InvalidFormatException", "MalformedURLException", "URISyntaxException",
        "SAXParseException", "MalformedInputException", "CharacterCodingException", "JSONException",
        "HttpMessageNotReadableException", "PatternSyntaxException", "JsonSyntaxException",
        "MalformedJsonException", "JsonEOFException", "SerializationException",
        "InvalidProtocolBufferException", "UnmappableCharacterException",
        "StreamCorruptedException", "XMLStreamException", "UnmarshalException",
    ]),
    kind(Arithmetic, Clear, &["ArithmeticException"]),
    kind(Timeout, Clear, &[
        "SocketTimeoutException", "TimeoutException", "HttpTimeoutException",
        "ConnectTimeoutException", "HttpConnectTimeoutException", "ReadTimeoutException",
        "QueryTimeoutException", "SQLTimeoutException", "LockTimeoutException",
        "AsyncRequestTimeoutException", "ReadTimeoutException", "TransactionTimedOutException",
        "LockAcquisitionException", "PessimisticLockException", "InterruptedIOException",
        "DriverTimeoutException",
    ]),
    kind(Connection, Clear, &[
        "ConnectException", "UnknownHostException", "NoRouteToHostException", "SocketException",
        "SSLHandshakeException", "SSLException", "SSLPeerUnverifiedException",
        "CommunicationsException", "ClosedChannelException", "EOFException",
        "ConnectionClosedException", "NoHttpResponseException", "ClientAbortException",
        "CertificateExpiredException", "CertPathValidatorException", "SunCertPathBuilderException",
        "RedisConnectionException", "RedisConnectionFailureException", "JedisConnectionException",
        "MongoSocketOpenException", "PortUnreachableException", "AmqpConnectException",
        "DisconnectException", "CannotGetJdbcConnectionException", "JDBCConnectionException",
        "HttpHostConnectException", "AsynchronousCloseException", "NoNodeAvailableException",
    ]),
    kind(ExternalService, Fair, &[
        "RetryableException", "StatusRuntimeException", "StatusException",
    ]),
    says(Connection, Certain, &["UNAVAILABLE: io exception"]),
    kind(ExternalService, Clear, &[
        "HttpClientErrorException.Unauthorized", "HttpClientErrorException.Forbidden",
        "HttpClientErrorException.NotFound", "FeignException.NotFound",
        "FeignException.Unauthorized", "FeignException.Forbidden", "HttpClientErrorException",
        "HttpServerErrorException", "FeignException", "RestClientException",
        "WebClientResponseException", "HttpResponseException", "InternalServerError",
        "TooManyRequests", "BadGateway", "ServiceUnavailable", "FeignException.InternalServerError",
        "FeignException.ServiceUnavailable", "NotFound", "CallNotPermittedException",
        "SdkServiceException", "AmazonServiceException",
    ]),
    kind(Database, Clear, &[
        "DataIntegrityViolationException", "DuplicateKeyException",
        "SQLIntegrityConstraintViolationException", "SQLSyntaxErrorException",
        "BadSqlGrammarException", "SQLGrammarException", "PSQLException", "MysqlDataTruncation",
        "DataException", "JdbcSQLSyntaxErrorException",
        "JdbcSQLIntegrityConstraintViolationException", "MongoWriteException",
        "SQLiteConstraintException", "exception.ConstraintViolationException",
        "BatchUpdateException",
    ]),
    kind(Database, Fair, &[
        "SQLException", "PersistenceException", "JpaSystemException", "DataAccessException",
        "HibernateException",
    ]),
    kind(NotFound, Clear, &[
        "Resources.NotFoundException", "ActivityNotFoundException", "FileNotFoundException",
        "NoSuchFileException", "EntityNotFoundException", "NoResultException",
        "EmptyResultDataAccessException", "ObjectNotFoundException", "NoHandlerFoundException",
        "NoResourceFoundException", "ResourceNotFoundException",
        "JpaObjectRetrievalFailureException", "NotDirectoryException", "NoSuchKeyException",
        "NameNotFoundException",
    ]),
    kind(Permission, Clear, &[
        "AccessDeniedException", "AuthorizationDeniedException", "BadCredentialsException",
        "AuthenticationException", "AccessControlException", "SecurityException",
        "ExpiredJwtException", "SignatureException", "InsufficientAuthenticationException",
        "LockedException", "DisabledException", "SQLInvalidAuthorizationSpecException",
        "InvalidBearerTokenException", "JwtValidationException", "Forbidden", "Unauthorized",
        "AuthenticationCredentialsNotFoundException", "IllegalAccessException",
    ]),
    kind(Exhaustion, Clear, &[
        "TransactionTooLargeException", "RejectedExecutionException", "TaskRejectedException",
        "BulkheadFullException", "PoolExhaustedException", "JedisExhaustedPoolException",
        "FileSizeLimitExceededException", "MaxUploadSizeExceededException",
    ]),
    says(Exhaustion, Certain, &[
        "process/resource limits reached", "rejected from",
        "Could not get a resource from the pool", "Timeout waiting for connection from pool",
        "Pool exhausted", "Unable to acquire JDBC Connection", "did not accept task",
        "unable to create native thread",
    ]),
    kind(Concurrency, Certain, &["ConcurrentModificationException"]),
    kind(Concurrency, Clear, &[
        "NetworkOnMainThreadException", "OptimisticLockException",
        "ObjectOptimisticLockingFailureException", "OptimisticLockingFailureException",
        "StaleObjectStateException", "StaleStateException", "DeadlockLoserDataAccessException",
        "CannotAcquireLockException", "IllegalMonitorStateException", "InterruptedException",
        "CancellationException", "BrokenBarrierException", "OverlappingFileLockException",
        "ConcurrencyFailureException", "CannotSerializeTransactionException",
        "JobCancellationException", "CalledFromWrongThreadException",
        "MySQLTransactionRollbackException",
    ]),
    says(Concurrency, Certain, &[
        "stream has already been operated upon or closed",
        "Only the original thread that created a view hierarchy", "Recursive update",
        "could not initialize proxy", "no Session",
    ]),
    kind(Configuration, Clear, &[
        "BeanCreationException", "NoSuchBeanDefinitionException", "UnsatisfiedDependencyException",
        "NoUniqueBeanDefinitionException", "ConfigurationException",
        "ConfigurationPropertiesBindException", "MissingRequiredPropertiesException",
        "BeanDefinitionStoreException", "ConfigException", "BeanInitializationException",
        "PortInUseException", "NoSuchAlgorithmException", "ConfigDataResourceNotFoundException",
        "ApplicationContextException",
    ]),
    says(Configuration, Certain, &[
        "Could not resolve placeholder", "Failed to configure a DataSource",
        "Failed to bind properties", "Consider defining a bean", "No qualifying bean",
    ]),
    kind(Dependency, Clear, &[
        "ClassNotFoundException", "NoClassDefFoundError", "NoSuchMethodError", "NoSuchFieldError",
        "AbstractMethodError", "UnsatisfiedLinkError", "UnsupportedClassVersionError",
        "IncompatibleClassChangeError", "LinkageError", "VerifyError", "BootstrapMethodError",
        "IllegalAccessError", "ServiceConfigurationError", "InstantiationError", "ClassFormatError",
        "InaccessibleObjectException",
    ]),
    says(Dependency, Certain, &["No suitable driver"]),
    kind(Assertion, Clear, &[
        "AssertionError", "AssertionFailedError", "KotlinNothingValueException",
        "NotImplementedError", "NoWhenBranchMatchedException", "MatchError",
    ]),
    kind(Assertion, Fair, &["IllegalStateException"]),
];
