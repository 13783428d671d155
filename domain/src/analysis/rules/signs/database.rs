//! What databases and their drivers say.

use crate::analysis::Category::{
    Concurrency, Configuration, Connection, Database, Exhaustion, InvalidValue, NotFound, Parse,
    Permission, Timeout,
};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Fair};
use crate::analysis::rules::rule::{Rule, says, word};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    says(Database, Certain, &[
        "violates unique", "violates foreign key", "violates not-null", "violates check",
        "violates exclusion", "duplicate key", "duplicate entry", "unique constraint",
        "uniqueconstraint", "unique violation", "foreign key constraint", "foreignkeyviolation",
        "check constraint", "not-null constraint", "not null constraint",
        "violation of primary key", "violation of unique key", "cannot insert duplicate key",
        "cannot insert the value null", "integrity constraint", "constraint failed",
        "cannot be null", "doesn't have a default value", "data too long for column",
        "value too long for type", "would be truncated", "out of range value for column",
        "numeric field overflow", "no such table", "no such column", "unknown column",
        "undefined column", "invalid column name", "invalid object name",
        "base table or view not found", "table or view does not exist", "column not found",
        "relation \"", "ora-0", "e11000", "sqlstate[23000]", "sqlstate[42s02]", "sqlstate[42s22]",
        "sqlstate[23505]", "sqlstate[42p01]", "sqlstate[42703]", "sqlstate: 23", "sqlstate 23",
        "sqlstate 42p01", "sqlstate 42703", "current transaction is aborted",
        "attempt to write a readonly database", "cannot execute insert in a read-only transaction",
        "database disk image is malformed", "column does not exist",
    ]),
    says(Parse, Certain, &[
        "error in your sql syntax", "syntax error at or near", "syntax error at end of input",
        "incorrect syntax near", "unterminated quoted string", "sqlstate[42601]",
        "sqlstate[42000]: syntax error", "sqlstate 42601", "invalid input syntax",
    ]),
    says(Concurrency, Certain, &[
        "deadlock", "could not serialize access", "serialization failure",
        "transaction was deadlocked", "row was updated or deleted by another transaction",
        "optimistic lock", "optimistic concurrency", "stale object",
        "attempted to update a stale object", "database is locked", "database table is locked",
        "expected to affect 1 row(s), but actually affected 0", "was modified concurrently",
        "version conflict", "write conflict", "writeconflict", "document has been modified",
        "sqlstate[40001]", "sqlstate 40001", "sqlstate 40p01", "could not obtain lock on row",
    ]),
    says(Timeout, Certain, &[
        "lock wait timeout", "statement timeout", "query timeout", "lock timeout",
        "canceling statement due to", "query execution was interrupted",
        "maximum statement execution time", "execution timeout expired", "command timeout",
    ]),
    says(Exhaustion, Certain, &[
        "too many connections", "too many clients", "remaining connection slots",
        "max_user_connections", "connection pool exhausted", "pool exhausted", "pool is exhausted",
        "pool timed out", "pool timeout", "queuepool limit",
        "connection is not available, request timed out", "timeout acquiring a connection",
        "timeout exceeded when trying to connect",
        "timed out fetching a new connection from the connection pool",
        "could not obtain a connection from the pool",
        "could not obtain a database connection within",
        "prior to obtaining a connection from the pool", "max pool size was reached",
        "timeout waiting for idle object", "no more connections",
        "all pooled connections were in use", "pool is full", "max number of clients reached",
    ]),
    says(Permission, Certain, &[
        "password authentication failed", "access denied for user", "login failed for user",
        "permission denied for", "no pg_hba.conf entry", "must be owner of", "noauth", "wrongpass",
    ]),
    says(NotFound, Clear, &["matching query does not exist", "no query results for model"]),
    says(NotFound, Clear, &["no rows in result set", "no rows returned"]),
    says(NotFound, Clear, &["no row was found", "expected at least one row"]),
    says(Configuration, Clear, &[
        "unknown database", "no database selected", "could not find driver",
    ]),
    says(Connection, Certain, &["terminating connection", "the database system is"]),
    says(InvalidValue, Clear, &["invalid input value for enum", "invalid text representation"]),
    word(Database, Fair, &["sqlstate", "sql", "constraint"]),
];
