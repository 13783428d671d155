//! Java, Kotlin and their like: the platform, and the libraries that most programs use.

use crate::analysis::Category::{
    Arithmetic, Assertion, Concurrency, Configuration, Connection, Database, Dependency,
    Exhaustion, ExternalService, InvalidValue, MissingKey, NotFound, NullReference, OutOfRange,
    Parse, Permission, Timeout, TypeMismatch,
};
use crate::analysis::rules::clue::{Clue, clue};
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
        "NumberFormatException", "DateTimeParseException", "ParseException", "JsonParseException",
        "JsonMappingException", "MismatchedInputException", "InvalidFormatException",
        "MalformedURLException", "URISyntaxException", "SAXParseException",
        "MalformedInputException", "CharacterCodingException", "JSONException",
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
    kind(ExternalService, Fair, &["StatusRuntimeException", "StatusException"]),
    says(Connection, Certain, &["UNAVAILABLE: io exception"]),
    kind(ExternalService, Clear, &[
        "HttpClientErrorException.Unauthorized", "HttpClientErrorException.Forbidden",
        "HttpClientErrorException.NotFound", "FeignException.NotFound",
        "FeignException.Unauthorized", "FeignException.Forbidden",
        "HttpClientErrorException", "HttpServerErrorException", "FeignException",
        "RestClientException", "WebClientResponseException",
        "HttpResponseException", "InternalServerError", "TooManyRequests", "BadGateway",
        "ServiceUnavailable", "FeignException.InternalServerError",
        "FeignException.ServiceUnavailable", "NotFound", "CallNotPermittedException",
        "RetryableException", "SdkServiceException", "AmazonServiceException",
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
        "FileNotFoundException", "NoSuchFileException", "EntityNotFoundException",
        "NoResultException", "EmptyResultDataAccessException", "ObjectNotFoundException",
        "NoHandlerFoundException", "NoResourceFoundException", "ResourceNotFoundException",
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
        "RejectedExecutionException", "TaskRejectedException", "BulkheadFullException",
        "PoolExhaustedException", "JedisExhaustedPoolException", "FileSizeLimitExceededException",
        "MaxUploadSizeExceededException",
    ]),
    says(Exhaustion, Certain, &[
        "process/resource limits reached",
        "rejected from", "Could not get a resource from the pool",
        "Timeout waiting for connection from pool", "Pool exhausted",
        "Unable to acquire JDBC Connection", "did not accept task",
        "unable to create native thread",
    ]),
    kind(Concurrency, Certain, &["ConcurrentModificationException"]),
    kind(Concurrency, Clear, &[
        "OptimisticLockException", "ObjectOptimisticLockingFailureException",
        "OptimisticLockingFailureException", "StaleObjectStateException", "StaleStateException",
        "DeadlockLoserDataAccessException", "CannotAcquireLockException",
        "IllegalMonitorStateException", "InterruptedException", "CancellationException",
        "BrokenBarrierException", "OverlappingFileLockException", "ConcurrencyFailureException",
        "CannotSerializeTransactionException", "JobCancellationException",
        "CalledFromWrongThreadException", "MySQLTransactionRollbackException",
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
    kind(Assertion, Fair, &["IllegalStateException", "ExceptionInInitializerError"]),
];

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(NullReference, ("because the return value of \"", "\" is null"),
        "`{}` returned null.",
        "Find out when `{}` returns null, and handle that: `Optional`, a check, or an exception of \
            its own."),
    clue(NullReference, ("because \"", "\" is null"),
        "`{}` is null where it is used.",
        "Find out what should have set `{}`, and check it there (`Objects.requireNonNull`) so that \
            it fails where it is forgotten."),
    clue(NullReference, ("Parameter specified as non-null is null: method ", ","),
        "Null was passed to `{}`, whose parameter may not be null.",
        "Declare the parameter of `{}` nullable, or make the Java side pass a value."),
    clue(NullReference, ("lateinit property ", " has not been initialized"),
        "`{}` was read before anything was assigned to it.",
        "Assign `{}` before its first use, or check `::{}.isInitialized`."),
    clue(NullReference, ("No value present", ""),
        "An empty `Optional` was asked for its value.",
        "Use `orElse`, `orElseThrow` with a message of your own, or `ifPresent`."),
    clue(NullReference, ("NullPointerException: ", ""),
        "A reference was null where an object is needed.",
        "Look at the line for what may be null; since Java 14 the JVM says it \
            (`-XX:+ShowCodeDetailsInExceptionMessages`)."),
    clue(OutOfRange, ("Index ", " out of bounds"),
        "The index {} was asked for, which is beyond the end.",
        "Check size and index before; an empty list is the usual case that was forgotten."),
    clue(TypeMismatch, ("class ", " cannot be cast"),
        "An object of `{}` was used as one of another class.",
        "Check with `instanceof` before the cast, and look at who puts the object there."),
    clue(Parse, ("For input string: \"", "\""),
        "The text `{}` is no number of this kind.",
        "Check the text before it is parsed, and tell the sender which field is wrong."),
    clue(Parse, ("Text '", "' could not be parsed"),
        "The text `{}` has another form of date or time than expected.",
        "Agree on one format (ISO 8601), and parse with exactly that formatter."),
    clue(InvalidValue, ("No enum constant ", ""),
        "There is no `{}` among the constants.",
        "Map unknown values on purpose; another service may be newer than this one."),
    clue(Dependency, ("ClassNotFoundException: ", ""), CLASS, CLASS_FIX),
    clue(Dependency, ("NoClassDefFoundError: ", ""), CLASS, CLASS_FIX),
    clue(Dependency, ("NoSuchMethodError: ", ""),
        "The method `{}` is not in the version of the library that was loaded.",
        "Look for two versions of the library (`mvn dependency:tree`, `gradle dependencies`) and \
            force one."),
    clue(Configuration, ("Could not resolve placeholder '", "'"),
        super::system::SETTING,
        super::system::SETTING_FIX),
    clue(Concurrency, ("ConcurrentModificationException", ""),
        "A collection was changed while it was gone through.",
        "Collect the changes and make them after the loop, use `removeIf`, or a concurrent \
            collection."),
];

const CLASS: &str = "The class `{}` is not on the class path at run time.";
const CLASS_FIX: &str =
    "Add the library of `{}` to what is packaged, in the version it was compiled with.";
