//! What can be said of a category where the message names nothing, and what to do.

use super::language::Language;
use crate::analysis::{Category, Effort};

/// What is said of a category.
pub(super) struct Advice {
    pub(super) why: &'static str,
    pub(super) fixes: [&'static str; 2],
    pub(super) prevention: [&'static str; 2],
    pub(super) effort: Effort,
}

const fn advice(
    why: &'static str,
    fixes: [&'static str; 2],
    prevention: [&'static str; 2],
    effort: Effort,
) -> Advice {
    Advice {
        why,
        fixes,
        prevention,
        effort,
    }
}

/// What is said of a category.
#[rustfmt::skip]
pub(super) fn on(category: Category) -> &'static Advice {
    use Category as C;
    match category {
        C::NullReference => const { &advice("Something that is absent was used as if it were there.", ["Find where the value comes from and why it is absent there; handle that case at the source.", "Check the value before it is used, and say in the error which one is missing."], ["Let types say what may be absent.", "Test with the record that has no such value: a new user, an empty answer."], Effort::Minutes) },
        C::MissingKey => const { &advice("A key, field, method or variable that the code asks for is not there.", ["Compare the name with what is really there: spelling, capital letters, a renamed field.", "Decide what absence means: a default, or a refusal that names the field."], ["Check incoming data against a schema at the edge.", "Test with data that lacks each optional field."], Effort::Minutes) },
        C::OutOfRange => const { &advice("More was asked of a list or text than it holds.", ["Check the length before, and decide what a shorter one means.", "Look for an empty list, and for counting that is off by one."], ["Go through lists without indexes where possible.", "Test with no element and with one."], Effort::Minutes) },
        C::TypeMismatch => const { &advice("A value has another type than the code expects.", ["Look at where the value enters, and convert or refuse it there.", "Compare the call with what the function takes, and with the version of its library."], ["Use a type checker, and check data from outside against a schema.", "Test with data as the other side really sends it."], Effort::Minutes) },
        C::InvalidValue => const { &advice("A value of the right type is not among those allowed.", ["Find who sends the value, and refuse it there with words that name the field.", "If the value should be allowed, widen the check."], ["Check input once, at the edge, and tell the user.", "Share the list of allowed values between both sides."], Effort::Hours) },
        C::Parse => const { &advice("A text does not have the form that it is parsed as.", ["Log the beginning of the text that does not parse, and see what it really is.", "Handle a text that does not parse where it comes in, and name its source."], ["Agree on one format and encoding with the sender, and check it at the edge.", "Test with an empty, a cut-off and a foreign text."], Effort::Hours) },
        C::Arithmetic => const { &advice("A calculation has no result: a division by zero, a number too large, or no number.", ["Check the divisor or the range before, and decide what the result means then.", "Look at where the number comes from: an empty list, a sum of nothing."], ["Use arithmetic that tells about overflow.", "Test with zero, with nothing and with very large numbers."], Effort::Minutes) },
        C::Timeout => const { &advice("Something took longer than the code waits.", ["Look at how long the slow side took, and why: load, a missing index, a lock that is held.", "Retry with back-off what may be repeated, and set the limit by measurement."], ["Watch the durations of what is called, and alert before they reach the limit.", "Give every call a limit of time, and the whole request one that is larger."], Effort::Hours) },
        C::Connection => const { &advice("Another machine or service cannot be reached, or ended the connection.", ["Check that the other side runs and can be reached: address, port, name, firewall, certificate.", "Retry with back-off what may be repeated; renew connections that may be stale."], ["Watch whether what is called can be reached.", "Decide what the program does while the other side is away."], Effort::Hours) },
        C::ExternalService => const { &advice("Another service answered with a failure.", ["Read the status and body of the answer, and look at the other service's state at this time.", "Handle this answer: retry what passes (429, 5xx), report what does not (4xx)."], ["Log status and request id of answers that are failures.", "Decide what users see while the other service fails."], Effort::Hours) },
        C::Database => const { &advice("The database refused the statement.", ["Read what the database names: the constraint, table or column, and compare it with the data.", "Check that the migrations of this release have run on this database."], ["Let one statement decide (upsert) instead of asking first.", "Run migrations before the code that needs them, and test them on a copy."], Effort::Hours) },
        C::NotFound => const { &advice("A file or record that should be there is not.", ["Check the name or id that was asked for, and who should have made it.", "Decide what absence means: an answer such as 404, a default, or a stop at start."], ["Check at start that the files which are needed are there.", "Test with what was deleted meanwhile."], Effort::Minutes) },
        C::Permission => const { &advice("The program or its user is not allowed to do this, or did not prove who they are.", ["Check which account was used and which rights it has; whether a password, key or token expired.", "Answer with a clear refusal, not with a failure, if it is the user who may not."], ["Renew keys and tokens before they expire.", "Run with the same rights in test as in production."], Effort::Hours) },
        C::Memory => const { &advice("There was not enough memory.", ["Look at what was loaded at this place: read it in parts instead of as a whole.", "Look at the memory over time: a steady rise is a leak, a peak is one large input."], ["Bound the size of what is accepted and kept.", "Watch memory, and alert before the limit."], Effort::Days) },
        C::Exhaustion => const { &advice("A bounded resource is used up: files, connections, threads, disk or a quota.", ["See what holds the resource: connections or files that are not given back.", "Give it back on every way out; only then raise the limit."], ["Watch how much of the limit is used.", "Refuse early instead of queueing without bound."], Effort::Hours) },
        C::Recursion => const { &advice("Calls went round in a circle until the stack was full.", ["Look at the functions that repeat in the stack: what should end the circle does not.", "Remember what was visited, or turn the recursion into a loop."], ["Bound the depth of what comes from outside.", "Test with data that refers to itself."], Effort::Hours) },
        C::Concurrency => const { &advice("Two things were done at once, or one after its end, that do not go together.", ["Find the two that meet: what is shared, who changes it, who closed it.", "Guard it with one lock, or let one owner change it; retry what was rolled back."], ["Share less: copies, messages, one owner.", "Test under load and with a race detector."], Effort::Days) },
        C::Configuration => const { &advice("A setting is missing or wrong where this process runs.", ["Compare the settings of this environment with those of one where it works.", "Check settings at start, and name the one that is wrong."], ["Keep a list of all settings, and check it when deploying.", "Give settings defaults where there is a safe one."], Effort::Minutes) },
        C::Dependency => const { &advice("A module, class or library is missing, or of a version that does not fit.", ["Compare what is installed where this runs with what the code was built for.", "Install from the lock file, and build anew."], ["Commit the lock file, and build the image that was tested.", "Start the packaged program once in the pipeline."], Effort::Minutes) },
        C::Assertion => const { &advice("Something the program states of itself does not hold.", ["Read the condition at this place, and look for the way on which it breaks.", "If the state may really occur, handle it; else correct what brings it about."], ["Let types rule out states that may not be.", "Put the values into the message of the check."], Effort::Hours) },
        C::Unknown => const { &advice("Nothing that is known to the rules was met.", ["Read the code at the failing place with the message at hand.", "Ask a model, or somebody who knows the code."], ["Raise errors of a type and with a message that say what was expected.", "Report source lines and releases with errors."], Effort::Unknown) },
    }
}

/// A tool of the language that finds the like before it happens.
pub(super) const fn tool(category: Category, language: Language) -> Option<&'static str> {
    use Category as C;
    use Language as L;
    match (category, language) {
        (C::NullReference | C::MissingKey | C::TypeMismatch, L::Python) => {
            Some("Annotate types, and run mypy or pyright in the pipeline.")
        }
        (C::NullReference | C::MissingKey | C::TypeMismatch, L::JavaScript) => {
            Some("Use TypeScript with `strict`, and check answers against a schema.")
        }
        (C::NullReference, L::Java) => Some("Run NullAway or SpotBugs with `@Nullable`."),
        (C::NullReference, L::Go) => Some("Run `go vet` and nilaway."),
        (C::Concurrency, L::Go) => Some("Run the tests with `-race`."),
        (C::NullReference, L::Rust) => Some("Deny `clippy::unwrap_used`."),
        (C::OutOfRange, L::Rust) => Some("Deny `clippy::indexing_slicing`."),
        (C::NullReference | C::MissingKey | C::TypeMismatch, L::Php) => {
            Some("Run PHPStan or Psalm at a high level.")
        }
        (C::NullReference | C::MissingKey, L::Ruby) => Some("Run Sorbet or Steep over this code."),
        (C::NullReference, L::CSharp) => {
            Some("Switch on nullable reference types (`<Nullable>enable</Nullable>`).")
        }
        _ => None,
    }
}
