//! Rust: what its messages name.

use super::system::{SETTING, SETTING_FIX};
use super::{Clue, clue};
use crate::analysis::Category::{
    Arithmetic, Concurrency, Configuration, MissingKey, NotFound, NullReference, OutOfRange, Parse,
};

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(NullReference, ("called `Option::unwrap()` on a `None` value", ""),
        "`unwrap()` was called on an `Option` that is `None`: the code took it for certain that \
            there is a value.",
        "Handle the `None`: `let Some(value) = … else { … }`, `ok_or(…)?` or \
            `unwrap_or_default()`; where it cannot be, say why with `expect(\"…\")`."),
    clue(MissingKey, ("missing field `", "`"),
        "The data has no field `{}`.",
        "Send `{}`, or give it `#[serde(default)]` or the type `Option`."),
    clue(OutOfRange, ("the index is ", ""),
        "The index {} was asked for, which is beyond the end.",
        "Use `.get(…)` and handle the `None`; an empty list is the usual case that was forgotten."),
    clue(OutOfRange, ("not a char boundary", ""),
        "A text was cut within a character: offsets are bytes, not characters.",
        "Cut at `char_indices()`, or with `floor_char_boundary`."),
    clue(Arithmetic, ("attempt to subtract with overflow", ""),
        "A number without sign would have become negative.",
        "Use `checked_sub` or `saturating_sub`, or a type with a sign."),
    clue(Concurrency, ("BorrowMutError", ""), ALREADY, ALREADY_FIX),
    clue(Concurrency, ("already", "borrowed"), ALREADY, ALREADY_FIX),
    clue(Concurrency, ("PoisonError", ""),
        "Another thread panicked while it held the lock.",
        "Look for the first panic, which is the cause; this one only follows."),
    clue(Configuration, ("NotPresent", ""),
        "An environment variable that the program reads is not set.",
        "Set it in the environment that this happened in, and name the variable in the message \
            (`with_context`)."),
    clue(Configuration, ("missing configuration field \"", "\""), SETTING, SETTING_FIX),
    clue(Parse, ("missing field `", "`"),
        "The data has no field `{}`.",
        "Send `{}`, or give it `#[serde(default)]` or the type `Option`."),
    clue(Parse, ("InvalidDigit", ""),
        "A text that is no whole number was parsed as one.",
        "Handle the `Err` of `parse()` and tell the sender which field is wrong."),
    clue(NotFound, ("(os error 2)", ""),
        "A file or directory that is read is not there for this process.",
        "Check where the process runs (working directory, image, volume), and name the path in the \
            error."),
    clue(NotFound, ("kind: NotFound", ""),
        "A file or directory that is read is not there for this process.",
        "Check where the process runs (working directory, image, volume), and name the path in the \
            error."),
];

const ALREADY: &str = "A `RefCell` was borrowed while another borrow of it was still held.";
const ALREADY_FIX: &str = "End the first borrow (a block, `drop`) before calling what borrows \
    again.";
