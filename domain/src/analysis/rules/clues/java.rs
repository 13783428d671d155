//! Java, Kotlin and their like: what its messages name.

use super::system::{SETTING, SETTING_FIX};
use super::{Clue, clue};
use crate::analysis::Category::{
    Concurrency, Configuration, Dependency, InvalidValue, NullReference, OutOfRange, Parse,
    TypeMismatch,
};

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(NullReference, ("because the return value of \"", "\" is null"),
        "`{}` returned null.",
        "Find out when `{}` returns null, and handle that: `Optional`, a check, or an exception of \
            its own."),
    clue(NullReference, ("because \"", "\" is null"),
        "`{}` is null where it is used.",
        "Find out what should have set `{}`, and check it there (`Objects.requireNonNull`) so that \
            it fails where it is forgotten."),
    clue(NullReference, ("Parameter specified as non-null is null: method ", ","),
        "Null was passed to `{}`, whose parameter may not be null.",
        "Declare the parameter of `{}` nullable, or make the Java side pass a value."),
    clue(NullReference, ("lateinit property ", " has not been initialized"),
        "`{}` was read before anything was assigned to it.",
        "Assign `{}` before its first use, or check `::{}.isInitialized`."),
    clue(NullReference, ("No value present", ""),
        "An empty `Optional` was asked for its value.",
        "Use `orElse`, `orElseThrow` with a message of your own, or `ifPresent`."),
    clue(NullReference, ("NullPointerException: ", ""),
        "A reference was null where an object is needed.",
        "Look at the line for what may be null; since Java 14 the JVM says it \
            (`-XX:+ShowCodeDetailsInExceptionMessages`)."),
    clue(OutOfRange, ("Index ", " out of bounds"),
        "The index {} was asked for, which is beyond the end.",
        "Check size and index before; an empty list is the usual case that was forgotten."),
    clue(TypeMismatch, ("class ", " cannot be cast"),
        "An object of `{}` was used as one of another class.",
        "Check with `instanceof` before the cast, and look at who puts the object there."),
    clue(Parse, ("For input string: \"", "\""),
        "The text `{}` is no number of this kind.",
        "Check the text before it is parsed, and tell the sender which field is wrong."),
    clue(Parse, ("Text '", "' could not be parsed"),
        "The text `{}` has another form of date or time than expected.",
        "Agree on one format (ISO 8601), and parse with exactly that formatter."),
    clue(InvalidValue, ("No enum constant ", ""),
        "There is no `{}` among the constants.",
        "Map unknown values on purpose; another service may be newer than this one."),
    clue(Dependency, ("ClassNotFoundException: ", ""), CLASS, CLASS_FIX),
    clue(Dependency, ("NoClassDefFoundError: ", ""), CLASS, CLASS_FIX),
    clue(Dependency, ("NoSuchMethodError: ", ""),
        "The method `{}` is not in the version of the library that was loaded.",
        "Look for two versions of the library (`mvn dependency:tree`, `gradle dependencies`) and \
            force one."),
    clue(Configuration, ("Could not resolve placeholder '", "'"), SETTING, SETTING_FIX),
    clue(Concurrency, ("ConcurrentModificationException", ""),
        "A collection was changed while it was gone through.",
        "Collect the changes and make them after the loop, use `removeIf`, or a concurrent \
            collection."),
];

const CLASS: &str = "The class `{}` is not on the class path at run time.";
const CLASS_FIX: &str = "Add the library of `{}` to what is packaged, in the version it was \
    compiled with.";
