//! C# and .NET: what its messages name.

use super::network::{REFUSED, REFUSED_FIX};
use super::system::{SETTING, SETTING_FIX};
use super::{Clue, clue};
use crate::analysis::Category::{
    Concurrency, Configuration, Connection, Dependency, MissingKey, NotFound, NullReference,
    OutOfRange, Parse, TypeMismatch,
};

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(Connection, ("Connection refused (", ")"), REFUSED, REFUSED_FIX),
    clue(NullReference, ("Object reference not set", ""),
        "A member was used of a variable that is null; .NET does not say which.",
        "Look at the line for what may be null (a query with `FirstOrDefault`, a property nobody \
            set), check it, or use `?.`."),
    clue(NullReference, ("(Parameter '", "'"),
        "Null was passed for the parameter `{}`, which must have a value.",
        "Find the caller that has no `{}`, and handle that there."),
    clue(NullReference, ("Nullable object must have a value", ""),
        "`.Value` was read of a nullable that has none.",
        "Check `HasValue` before, or use `??` with a default."),
    clue(MissingKey, ("The given key '", "'"),
        "The key `{}` is not in the dictionary that was asked for it.",
        "Use `TryGetValue` where `{}` may be absent, or check the data where it comes in."),
    clue(MissingKey, ("does not contain a definition for '", "'"),
        "The object has no member `{}`.",
        "Check the spelling of `{}` and the type of the object at this place."),
    clue(OutOfRange, ("Sequence contains no", ""),
        "`First()` or `Single()` was asked of a sequence that has no such element.",
        "Use `FirstOrDefault()` and handle that there is none."),
    clue(OutOfRange, ("(Parameter '", "'"),
        "The value of `{}` is beyond the end of the collection.",
        "Check `Count` or `Length` before; an empty list is the usual case that was forgotten."),
    clue(TypeMismatch, ("Unable to cast object of type '", "'"),
        "An object of `{}` was used as one of another type.",
        "Check with `is` before the cast, and look at who puts the object there."),
    clue(Parse, ("The input string '", "'"),
        "The text `{}` is no number of this kind.",
        "Use `TryParse`, and tell the sender which field is wrong; mind the culture."),
    clue(Parse, ("String '", "' was not recognized"),
        "The text `{}` has another form of date or time than expected.",
        "Use `TryParseExact` with the invariant culture and the format that is agreed on."),
    clue(Concurrency, ("Collection was modified", ""),
        "A collection was changed while it was gone through.",
        "Go through a copy (`ToList()`), or collect the changes and make them after the loop."),
    clue(Concurrency, ("A second operation was started on this context", ""),
        "One `DbContext` was used by two operations at once.",
        "Await each call, and give each parallel task a context of its own."),
    clue(Configuration, ("Unable to resolve service for type '", "'"),
        "`{}` is not registered with the container.",
        "Register `{}` where the services are added at start."),
    clue(Configuration, ("Section '", "'"), SETTING, SETTING_FIX),
    clue(Dependency, ("Could not load file or assembly '", ","),
        "The assembly `{}` is missing, or of another version.",
        "Look at the versions of the package of `{}` in all projects, and publish again."),
    clue(NotFound, ("Could not find a part of the path '", "'"),
        "A folder of `{}` is not there for this process.",
        "Make the folder at start, or configure its place."),
];
