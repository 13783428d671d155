//! Go: what its messages name.

use super::system::{SETTING, SETTING_FIX};
use super::{Clue, clue};
use crate::analysis::Category::{
    Concurrency, Configuration, NotFound, NullReference, OutOfRange, Parse, TypeMismatch,
};

#[rustfmt::skip]
pub(super) const CLUES: &[Clue] = &[
    clue(NullReference, ("assignment to entry in nil map", ""),
        "A map that was declared but never made was written to.",
        "Make the map before its first write, `m = make(map[K]V)`, best where the struct that \
            holds it is built."),
    clue(NullReference, ("nil pointer dereference", ""),
        "A field or method was used of a pointer or interface that is nil.",
        "Look at the line for what may be nil: most often a result that was used although its \
            error was not checked, or a struct built without one of its parts."),
    clue(OutOfRange, ("index out of range [", "] with length"),
        "The index {} was asked for, which is beyond the end.",
        "Check `len()` before; an empty slice is the usual case that was forgotten."),
    clue(OutOfRange, ("slice bounds out of range", ""),
        "A slice was cut beyond its end.",
        "Check `len()` before cutting; an input that is shorter than expected is the usual case."),
    clue(TypeMismatch, ("interface conversion: ", ", not"),
        "A type assertion does not hold: {}.",
        "Use the form with two results, `value, ok := x.(T)`, and handle `!ok`."),
    clue(TypeMismatch, ("interface conversion: ", ""),
        "A type assertion does not hold: {}.",
        "Use the form with two results, `value, ok := x.(T)`, and handle `!ok`."),
    clue(TypeMismatch, ("cannot unmarshal ", ""),
        "The JSON has another type than the struct: {}.",
        "Make the field's type fit what is sent, or write an `UnmarshalJSON` that takes both."),
    clue(Concurrency, ("concurrent map", ""),
        "Several goroutines used one map, and one of them wrote.",
        "Guard the map with a `sync.RWMutex`, or use `sync.Map`; run the tests with `-race`."),
    clue(Concurrency, ("closed channel", ""),
        "A channel was sent to or closed after it was closed.",
        "Let only the sender close the channel, once (`sync.Once`), after all sending is done."),
    clue(Concurrency, ("all goroutines are asleep", ""),
        "Every goroutine waits for another one.",
        "Look in the dump at what each waits for: a channel nobody sends to, or a `WaitGroup` \
            without its `Done`."),
    clue(Parse, ("parsing \"", "\""),
        "The text `{}` does not have the form that was expected.",
        "Check the text before it is parsed, and tell the sender which field is wrong."),
    clue(Configuration, ("required key ", " missing"), SETTING, SETTING_FIX),
    clue(NotFound, ("no rows in result set", ""),
        "The query found no row.",
        "Handle `sql.ErrNoRows` where `Scan` is called: it is an answer, not a failure."),
];
