//! Tools of the languages that find the like before it happens.

use super::language::Language;
use crate::analysis::Category;

/// A tool of the language that finds the like before it happens.
pub(super) const fn on(category: Category, language: Language) -> Option<&'static str> {
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
