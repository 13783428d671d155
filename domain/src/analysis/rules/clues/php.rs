//! PHP: what its messages name.

use super::system::{SETTING, SETTING_FIX};
use super::{Clue, clue};
use crate::analysis::Category::{
    Configuration, Dependency, MissingKey, NotFound, NullReference, TypeMismatch,
};

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(NullReference, ("Call to a member function ", " on null"),
        "The method `{}` was called on null.",
        "Find out why there is no object here (a query that found nothing?), check it before, or \
            use `?->`."),
    clue(NullReference, ("Attempt to read property \"", "\" on null"),
        "The property `{}` was read of null.",
        "Find out why there is no object here (a query that found nothing?), check it before, or \
            use `?->{}`."),
    clue(NullReference, ("Trying to access array offset on", ""),
        "A value that is null was used as an array.",
        "Check the value before, or use `??` with a default."),
    clue(MissingKey, ("Undefined array key \"", "\""), KEY, KEY_FIX),
    clue(MissingKey, ("Undefined array key ", ""),
        KEY,
        "Check with `isset()` or `count()` before, or use `??` with a default; look at who fills \
            the array."),
    clue(MissingKey, ("Undefined index: ", ""), KEY, KEY_FIX),
    clue(MissingKey, ("Undefined offset: ", ""),
        KEY,
        "Check with `isset()` or `count()` before, or use `??` with a default; look at who fills \
            the array."),
    clue(MissingKey, ("Undefined variable $", ""), VARIABLE, VARIABLE_FIX),
    clue(MissingKey, ("Undefined variable: ", ""), VARIABLE, VARIABLE_FIX),
    clue(MissingKey, ("Undefined property: ", ""),
        "There is no property `{}`.",
        "Check the spelling of `{}` and the class of the object at this place."),
    clue(MissingKey, ("Call to undefined method ", ""),
        "There is no method `{}`.",
        "Check the spelling of `{}`, the class of the object and the version of its library."),
    clue(MissingKey, ("Call to undefined function ", ""),
        "There is no function `{}`.",
        "Check the spelling and namespace of `{}`, and that the extension that has it is \
            installed."),
    clue(Dependency, ("Class \"", "\" not found"), CLASS, CLASS_FIX),
    clue(Dependency, ("Class '", "' not found"), CLASS, CLASS_FIX),
    clue(Dependency, ("Call to undefined function ", ""),
        "There is no function `{}`: the extension that has it is not installed.",
        "Install the PHP extension that has `{}`, and name it in `composer.json` (`ext-…`)."),
    clue(TypeMismatch, ("must be of type ", ""),
        "A value has another type than declared: {}.",
        "Convert the value where it comes in, or widen the declared type if this one is right."),
    clue(NotFound, ("No query results for model [", "]"),
        "No `{}` with this id is in the database.",
        "Answer 404 where the id comes from outside; else look at who deletes them."),
    clue(Configuration, ("Environment variable not found: \"", "\""), SETTING, SETTING_FIX),
];

const KEY: &str = "The array has no key `{}`.";
const KEY_FIX: &str = "Use `$array['{}'] ?? $default` where it may be absent, or check the input \
    where it comes in.";
const VARIABLE: &str = "The variable `{}` is read on a way on which nothing was assigned to it.";
const VARIABLE_FIX: &str = "Give `{}` a value before the branches that may skip it, and check its \
    spelling.";
const CLASS: &str = "The class `{}` cannot be loaded.";
const CLASS_FIX: &str = "Check namespace and file name of `{}` (capital letters count on servers), \
    run `composer install` and `composer dump-autoload`.";
