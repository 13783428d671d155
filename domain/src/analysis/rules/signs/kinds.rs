//! Names of types that mean the same in every language, and parts of them, for what an
//! application calls its own errors.

use crate::analysis::Category::{
    Arithmetic, Assertion, Concurrency, Configuration, Connection, Database, Dependency,
    Exhaustion, ExternalService, InvalidValue, Memory, MissingKey, NotFound, NullReference,
    OutOfRange, Parse, Permission, Recursion, Timeout, TypeMismatch,
};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Fair};
use crate::analysis::rules::rule::{Rule, kind, kind_has};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    kind(Recursion, Certain, &[
        "StackOverflowError", "StackOverflowException", "InsufficientExecutionStackException",
        "RecursionError",
    ]),
    kind(Recursion, Certain, &["SystemStackError"]),
    kind(Memory, Clear, &[
        "OutOfMemoryError", "OutOfMemoryException", "MemoryError", "NoMemoryError",
    ]),
    kind_has(Timeout, Fair, &["timeout", "timedout", "deadline", "tooslow"]),
    kind_has(Exhaustion, Fair, &[
        "exhaust", "quota", "capacity", "toomanyconn", "poolfull", "queuefull",
    ]),
    kind_has(ExternalService, Fair, &[
        "ratelimit", "throttl", "toomanyrequests", "gateway", "upstream", "apierror",
        "apiexception", "apistatus", "httperror", "httpexception", "httpstatus",
        "serviceunavailable", "serviceerror", "serviceexception", "providererror",
        "providerexception", "stripe", "responseerror", "responseexception", "badresponse",
        "remoteerror", "requestexception", "clienterror", "servererror",
    ]),
    kind_has(Concurrency, Fair, &[
        "deadlock", "concurren", "staleobject", "optimisticlock", "lockerror", "locked", "conflict",
        "serializationfailure", "alreadyrunning",
    ]),
    kind_has(Permission, Fair, &[
        "permission", "accessdenied", "unauthori", "notauthori", "authoriz", "forbidden",
        "authenticat", "autherror", "authexception", "invalidtoken", "tokenexpired", "expiredtoken",
        "tokeninvalid", "expiredsignature", "credential", "csrf", "security", "notallowed",
    ]),
    kind_has(Configuration, Fair, &["config", "setting", "environment", "envvar", "missingenv"]),
    kind_has(Dependency, Fair, &[
        "modulenotfound", "classnotfound", "missingdependency", "incompatibleversion", "linkage",
    ]),
    kind_has(NotFound, Fair, &[
        "notfound", "doesnotexist", "nosuch", "missingfile", "unknownresource",
    ]),
    kind_has(Parse, Fair, &[
        "parse", "parsing", "decode", "decoding", "deserializ", "unmarshal", "syntax", "malformed",
        "format", "encoding", "jsonexception", "jsonerror", "unexpectedtoken",
    ]),
    kind_has(Connection, Fair, &[
        "connection", "connect", "network", "socket", "hostunreach", "unreachable", "handshake",
        "brokenpipe", "dns",
    ]),
    kind_has(Database, Fair, &[
        "integrity", "constraint", "duplicatekey", "uniqueviolation", "sqlexception", "sqlerror",
        "database", "queryexception",
    ]),
    kind_has(InvalidValue, Fair, &[
        "validat", "invalid", "illegalargument", "badrequest", "unprocessable", "badvalue",
        "wrongvalue", "unsupported", "notsupported",
    ]),
    kind_has(OutOfRange, Fair, &["outofrange", "outofbounds", "indexerror"]),
    kind_has(MissingKey, Fair, &[
        "missingkey", "keyerror", "missingfield", "missingattribute", "missingparam",
        "missingcolumn", "nosuchfield",
    ]),
    kind_has(NullReference, Fair, &["nullpointer", "nullref", "nullvalue"]),
    kind_has(TypeMismatch, Fair, &[
        "typeerror", "typemismatch", "classcast", "invalidcast", "wrongtype",
    ]),
    kind_has(Arithmetic, Fair, &["arithmetic", "zerodivision", "dividebyzero", "overflow"]),
    kind_has(Assertion, Fair, &[
        "assert", "invariant", "illegalstate", "invalidstate", "invalidoperation", "precondition",
        "unreachablecode", "inconsisten", "transition",
    ]),
    kind_has(Memory, Fair, &["outofmemory", "memorylimit"]),
];
