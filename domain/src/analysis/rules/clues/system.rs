//! Files, rights, settings.

use super::{Clue, clue};
use crate::analysis::Category::{Configuration, NotFound, Permission};

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(NotFound, ("No such file or directory: '", "'"), FILE, FILE_FIX),
    clue(NotFound, ("no such file or directory, open '", "'"), FILE, FILE_FIX),
    clue(NotFound, ("no such file or directory, ", ""), FILE, FILE_FIX),
    clue(NotFound, ("No such file or directory @ rb_sysopen - ", ""), FILE, FILE_FIX),
    clue(NotFound, ("Could not find file '", "'"), FILE, FILE_FIX),
    clue(NotFound, ("open ", ": no such file or directory"), FILE, FILE_FIX),
    clue(NotFound, ("(", "): Failed to open stream: No such file"), FILE, FILE_FIX),
    clue(NotFound, ("(", "): failed to open stream: No such file"), FILE, FILE_FIX),
    clue(NotFound, ("FileNotFoundException: ", " (No such file"), FILE, FILE_FIX),
    clue(Permission, ("Permission denied: '", "'"), DENIED, DENIED_FIX),
    clue(Permission, ("permission denied, open '", "'"), DENIED, DENIED_FIX),
    clue(Permission, ("Access to the path '", "'"), DENIED, DENIED_FIX),
    clue(Permission, ("open ", ": permission denied"), DENIED, DENIED_FIX),
    clue(Permission, ("Permission denied @ rb_sysopen - ", ""), DENIED, DENIED_FIX),
    clue(Configuration, ("environment variable \"", "\""), SETTING, SETTING_FIX),
    clue(Configuration, ("environment variable '", "'"), SETTING, SETTING_FIX),
    clue(Configuration, ("environment variable ", " "), SETTING, SETTING_FIX),
    clue(Configuration, ("environment variable: ", ""), SETTING, SETTING_FIX),
    clue(Configuration, ("address already in use", ""),
        "Something else listens on the same port, often an earlier process of this program.",
        "End the other process, or configure another port."),
];

const FILE: &str = "The file or directory `{}` is not there for this process.";
const FILE_FIX: &str = "Check that `{}` exists where the process runs (working directory, \
    container image, mounted volume), and make it or configure its place.";
const DENIED: &str = "The user of this process may not do that with `{}`.";
const DENIED_FIX: &str = "Give the user of the process the right to `{}`, or use a place that is \
    its own.";
pub(super) const SETTING: &str = "The setting `{}` is missing where this process runs.";
pub(super) const SETTING_FIX: &str = "Set `{}` in the environment that this happened in, and check \
    the setting at start.";
