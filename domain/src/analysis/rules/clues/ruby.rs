//! Ruby: what its messages name.

use super::system::{SETTING, SETTING_FIX};
use super::{Clue, clue};
use crate::analysis::Category::{
    Configuration, Dependency, InvalidValue, MissingKey, NotFound, NullReference, TypeMismatch,
};

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(NullReference, ("undefined method '", "'"), NIL, NIL_FIX),
    clue(NullReference, ("undefined method `", "'"), NIL, NIL_FIX),
    clue(NullReference, ("nil can't be coerced", ""),
        "Something was calculated with nil.",
        "Find out why there is no number here, and give it a default or check it."),
    clue(NullReference, ("nil into", ""),
        "A value that is nil was used where a text or number is needed.",
        "Find out why there is no value here, and give it a default or check it."),
    clue(MissingKey, ("undefined method '", "'"), METHOD, METHOD_FIX),
    clue(MissingKey, ("undefined method `", "'"), METHOD, METHOD_FIX),
    clue(MissingKey, ("undefined local variable or method '", "'"), LOCAL, LOCAL_FIX),
    clue(MissingKey, ("undefined local variable or method `", "'"), LOCAL, LOCAL_FIX),
    clue(MissingKey, ("key not found: ", ""),
        "The hash has no key `{}`.",
        "Use `fetch` with a default, or `dig`, where `{}` may be absent; text and symbol are \
            different keys."),
    clue(MissingKey, ("param is missing or the value is empty", ": "),
        "The request lacks a parameter that the controller requires.",
        "Answer 400, and look at the form or client that sends the request."),
    clue(Configuration, ("key not found: \"", "\""), SETTING, SETTING_FIX),
    clue(Dependency, ("cannot load such file -- ", ""),
        "The file `{}` is in no gem and no path that Ruby loads from.",
        "Add the gem of `{}` to the Gemfile and run `bundle install`; check groups such as \
            development."),
    clue(Dependency, ("uninitialized constant ", ""),
        "There is no class or module `{}` where it is looked for.",
        "Check spelling and file name of `{}`, require the file, or write `::` before the outer \
            one."),
    clue(NotFound, ("Couldn't find ", " with"),
        "No `{}` with this id is in the database.",
        "Answer 404 where the id comes from outside; else look at who deletes them."),
    clue(InvalidValue, ("Validation failed: ", ""),
        "The record was not saved, for: {}.",
        "Use `save` and show the messages to the user, or correct what builds the record."),
    clue(TypeMismatch, ("wrong number of arguments ", ""),
        "A method was called with another number of arguments than it takes {}.",
        "Compare the call with the method's definition, and with the version of its gem."),
];

const NIL: &str = "The method `{}` was called on nil.";
const NIL_FIX: &str = "Find out why there is no object here (a query that found nothing?), check \
    it before, or use `&.{}`.";
const METHOD: &str = "The object has no method `{}`: it is of another class, or another version, \
    than the code expects.";
const METHOD_FIX: &str = "Check the spelling of `{}` and the class of the object at this place.";
const LOCAL: &str = "There is neither a variable nor a method `{}` here.";
const LOCAL_FIX: &str = "Check the spelling of `{}`, and that it is assigned or passed before it \
    is used.";
