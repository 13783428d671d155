//! Python: what its messages name.

use super::system::{SETTING, SETTING_FIX};
use super::{Clue, clue};
use crate::analysis::Category::{
    Configuration, Dependency, MissingKey, NullReference, OutOfRange, Parse,
};

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(NullReference, ("'NoneType' object has no attribute '", "'"),
        "`{}` was asked of a value that is None.",
        "Find where the value that has no `{}` comes from, and either make sure it is never None \
            or check it (`if value is None:`) before."),
    clue(NullReference, ("'NoneType' object is not subscriptable", ""),
        "A value that is None was indexed like a list or dictionary.",
        "Check the value for None before it is indexed; look at what the function that gave it \
            returns when it finds nothing."),
    clue(NullReference, ("'NoneType' object is not iterable", ""),
        "A value that is None was gone through or unpacked.",
        "Return an empty list instead of None where there is nothing, or check before."),
    clue(NullReference, ("'NoneType' object is not callable", ""),
        "A value that is None was called like a function.",
        ""),
    clue(MissingKey, ("KeyError: '", "'"),
        "The key `{}` is not in the dictionary that was asked for it.",
        "Use `.get('{}')` with a default where it may be absent, or check the data where it comes \
            in."),
    clue(MissingKey, ("KeyError: ", ""),
        "The key `{}` is not in the dictionary that was asked for it.",
        "Use `.get()` with a default where the key may be absent, or check the data where it comes \
            in."),
    clue(MissingKey, ("' has no attribute '", "'"), NO_ATTRIBUTE, NO_ATTRIBUTE_FIX),
    clue(MissingKey, ("' object has no attribute '", "'"), NO_ATTRIBUTE, NO_ATTRIBUTE_FIX),
    clue(MissingKey, ("NameError: name '", "' is not defined"),
        "The name `{}` is not defined where it is used.",
        "Check the spelling of `{}`, and that it is imported or assigned before."),
    clue(MissingKey, ("local variable '", "'"),
        "The variable `{}` is read on a way on which nothing was assigned to it.",
        "Give `{}` a value before the branches that may skip it."),
    clue(OutOfRange, ("list index out of range", ""),
        "The list is shorter than the index that was asked for.",
        "Check the list's length before, or go through it with `for`; an empty answer is the usual \
            case that was forgotten."),
    clue(Dependency, ("No module named '", "'"),
        "The module `{}` is not installed in the environment this process runs in.",
        "Add the package of `{}` to the requirements, and install them in this environment."),
    clue(Dependency, ("cannot import name '", "'"),
        "The module is there but has no `{}`: another version, or a circle of imports.",
        "Compare the installed version with the one in the requirements; else import `{}` later, \
            or from where it is defined."),
    clue(Configuration, ("KeyError: '", "'"), SETTING, SETTING_FIX),
    clue(Parse, ("invalid literal for int() with base 10: ", ""),
        "The text `{}` is no whole number.",
        "Check the text before `int()`, and tell the sender which field is wrong."),
    clue(Parse, ("could not convert string to float: ", ""),
        "The text `{}` is no number.",
        "Check the text before `float()`, and tell the sender which field is wrong."),
    clue(Parse, ("Expecting value: line 1 column 1", ""),
        "The text that was read as JSON is empty, or not JSON at all: often an error page.",
        "Check status and content type of the answer before it is decoded, and log its first \
            characters."),
];

const NO_ATTRIBUTE: &str = "The object has no attribute `{}`: it is of another type, or another \
    version, than the code expects.";
const NO_ATTRIBUTE_FIX: &str = "Check the spelling of `{}`, the type of the object at this place, \
    and the version of its library.";
