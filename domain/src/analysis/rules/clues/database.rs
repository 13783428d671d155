//! Constraints, tables, logins.

use super::{Clue, clue};
use crate::analysis::Category::{Database, Parse, Permission};

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(Database, ("duplicate key value violates unique constraint \"", "\""), TWICE, TWICE_FIX),
    clue(Database, ("UNIQUE constraint failed: ", ""), TWICE, TWICE_FIX),
    clue(Database, ("Duplicate entry", "for key '"), TWICE_ANY, TWICE_FIX_ANY),
    clue(Database, ("E11000", ""), TWICE_ANY, TWICE_FIX_ANY),
    clue(Database, ("uplicate key", ""), TWICE_ANY, TWICE_FIX_ANY),
    clue(Database, ("violates foreign key constraint \"", "\""), FOREIGN, FOREIGN_FIX),
    clue(Database, ("oreign key constraint", ""), FOREIGN_ANY, FOREIGN_FIX),
    clue(Database, ("null value in column \"", "\""), NULL, NULL_FIX),
    clue(Database, ("Column '", "' cannot be null"), NULL, NULL_FIX),
    clue(Database, ("NOT NULL constraint failed: ", ""), NULL, NULL_FIX),
    clue(Database, ("Field '", "' doesn't have a default value"), NULL, NULL_FIX),
    clue(Database, ("relation \"", "\" does not exist"), SCHEMA, SCHEMA_FIX),
    clue(Database, ("no such table: ", ""), SCHEMA, SCHEMA_FIX),
    clue(Database, ("no such column: ", ""), SCHEMA, SCHEMA_FIX),
    clue(Database, ("column \"", "\" does not exist"), SCHEMA, SCHEMA_FIX),
    clue(Database, ("Unknown column '", "'"), SCHEMA, SCHEMA_FIX),
    clue(Database, ("Table '", "' doesn't exist"), SCHEMA, SCHEMA_FIX),
    clue(Database, ("Invalid object name '", "'"), SCHEMA, SCHEMA_FIX),
    clue(Database, ("Invalid column name '", "'"), SCHEMA, SCHEMA_FIX),
    clue(Permission, ("password authentication failed for user \"", "\""), LOGIN, LOGIN_FIX),
    clue(Permission, ("Access denied for user '", "'"), LOGIN, LOGIN_FIX),
    clue(Permission, ("Login failed for user '", "'"), LOGIN, LOGIN_FIX),
    clue(Parse, ("syntax error at or near \"", "\""),
        "The database does not understand the statement at `{}`.",
        "Log the statement as it is sent, and build it with parameters."),
];

const TWICE: &str = "A row with the same value is already there, and `{}` allows it once.";
const TWICE_FIX: &str = "Decide what a second one under `{}` means: update the row that is there \
    (`ON CONFLICT`, upsert), or tell the user; and look for requests that are sent twice.";
const TWICE_ANY: &str = "A row with the same key is already there, and the database allows it \
    once.";
const TWICE_FIX_ANY: &str = "Decide what a second one means: update the row that is there (an \
    upsert), or tell the user; and look for requests that are sent twice.";
const FOREIGN: &str = "The row names another one that is not there, or is still named by others: \
    `{}`.";
const FOREIGN_ANY: &str = "The row names another one that is not there, or is still named by \
    others.";
const FOREIGN_FIX: &str = "Write the rows in the order of their references, and delete what names \
    a row before the row.";
const NULL: &str = "No value was given for `{}`, which must have one.";
const NULL_FIX: &str = "Give `{}` a value before the row is written, or a default in the schema.";
const SCHEMA: &str = "The database has no `{}`: its schema is not the one the code was written \
    for.";
const SCHEMA_FIX: &str = "Run the migrations on this database, and check that the process uses the \
    database and schema that has `{}`.";
const LOGIN: &str = "The database does not let `{}` in.";
const LOGIN_FIX: &str = "Check password, host and rights of `{}` in the configuration of this \
    environment.";
