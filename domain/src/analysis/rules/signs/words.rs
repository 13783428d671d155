//! Words that may stand in anybody's message. They tell little, so they count only where nothing
//! else is known.

use crate::analysis::Category::{
    Arithmetic, Assertion, Concurrency, Configuration, Connection, Database, Dependency,
    Exhaustion, ExternalService, InvalidValue, Memory, MissingKey, NotFound, NullReference,
    OutOfRange, Parse, Permission, Timeout, TypeMismatch, Unknown,
};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Fair, Weak};
use crate::analysis::rules::rule::{Rule, says, word};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    // What tells nothing by itself.
    says(Unknown, Certain, &["explicit panic", "unhandled exception", "operation canceled"]),
    says(Unknown, Certain, &["something went wrong", "script error", "unknown error"]),
    says(Unknown, Fair, &[
        "exception of type '", "an error occurred", "an error has occurred", "unexpected error",
    ]),
    says(Arithmetic, Certain, &[
        "division by zero", "divide by zero", "divided by 0", "divided by zero", "modulo by zero",
        "integer overflow", "arithmetic overflow", "arithmetic operation resulted in an overflow",
        "with overflow", "math domain error", "math range error",
    ]),
    says(OutOfRange, Clear, &[
        "index out of range", "index out of bounds", "out of bounds",
        "index was outside the bounds", "out of range for slice", "subscript out of range",
        "out of range [", "beyond the end",
    ]),
    says(Parse, Clear, &[
        "unexpected token", "unexpected end of json", "unexpected end of input",
        "unexpected end of data", "not valid json", "invalid json", "malformed json",
        "not well-formed", "invalid xml", "invalid date format", "invalid character '",
        "unterminated string",
    ]),
    says(Parse, Fair, &[
        "failed to parse", "cannot parse", "could not parse", "unable to parse", "error parsing",
        "parse error", "parsing error", "parsing failed", "failed to decode", "could not decode",
        "cannot decode", "failed to deserialize", "malformed", "syntax error", "not a valid number",
        "invalid date",
    ]),
    says(InvalidValue, Fair, &[
        "validation failed", "is not a valid", "not a valid", "must be one of", "must be positive",
        "must be greater than", "must be less than", "must be between", "must not be negative",
        "cannot be negative", "is not supported", "unsupported", "out of range", "not allowed",
        "invalid value",
    ]),
    says(TypeMismatch, Fair, &[
        "cannot convert", "cannot be cast", "type mismatch", "must be of type", "expected type",
    ]),
    says(NotFound, Fair, &[
        "not found", "does not exist", "doesn't exist", "no such", "couldn't find",
        "could not find",
    ]),
    says(Configuration, Fair, &[
        "is not set", "not set", "must be set", "missing required setting",
        "is not defined in config", "configuration",
    ]),
    says(Dependency, Fair, &[
        "incompatible version", "undefined symbol", "cannot open shared object file",
        "symbol not found", "version mismatch",
    ]),
    says(Concurrency, Fair, &[
        "already in progress", "already running", "already been", "concurrent", "is closed",
        "already closed",
    ]),
    says(Exhaustion, Fair, &[
        "limit exceeded", "limit reached", "too many", "exhausted", "no capacity", "quota",
    ]),
    says(Assertion, Fair, &[
        "not implemented", "illegal state", "invalid state", "unexpected state",
        "cannot transition", "must not be called", "inconsistent", "not initialized",
        "is not allowed in state", "expected exactly",
    ]),
    word(Timeout, Fair, &["timeout", "deadline", "time-out"]),
    word(Memory, Weak, &["memory"]),
    word(Permission, Weak, &["permission", "denied", "401", "403", "token", "credentials"]),
    word(Connection, Weak, &["connection", "socket", "network", "host", "tls", "ssl", "dns"]),
    word(ExternalService, Weak, &["http", "api", "response", "500", "502", "503", "504", "429"]),
    word(Database, Weak, &["database", "table", "column", "query"]),
    word(NotFound, Weak, &["missing", "404"]),
    word(Parse, Weak, &["parse", "json", "xml", "yaml", "csv", "decode", "encoding"]),
    word(InvalidValue, Weak, &["invalid", "illegal", "must be", "must not", "bad"]),
    word(TypeMismatch, Weak, &["type", "cast", "convert"]),
    word(NullReference, Weak, &["null", "nil", "none", "undefined"]),
    word(MissingKey, Weak, &["key", "attribute", "field", "property"]),
    word(Assertion, Weak, &["expected", "unexpected", "impossible"]),
    word(Arithmetic, Weak, &["nan", "overflow", "infinity"]),
    word(Exhaustion, Weak, &["limit", "full", "pool"]),
    word(Concurrency, Weak, &["lock", "locked", "race"]),
    word(Dependency, Weak, &["module", "library", "version", "package"]),
];
