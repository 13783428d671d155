//! JavaScript and TypeScript: what its messages name.

use super::system::{SETTING, SETTING_FIX};
use super::{Clue, clue};
use crate::analysis::Category::{Configuration, Dependency, MissingKey, NullReference, Parse};

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
    clue(NullReference, ("can't access property \"", "\""),
        "`{}` was read of a value that is undefined or null.",
        READ_FIX),
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

const READ_FIX: &str = "Use `?.{}` where the value may be absent, or find out why it is not there: \
    data that has not loaded yet, or a field the answer does not have.";
const MODULE: &str = "The module `{}` is not where Node.js looks for it.";
const MODULE_FIX: &str = "Add `{}` to the dependencies (not only to those for development), \
    install from the lock file, and check the path and its capital letters.";
