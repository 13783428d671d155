//! The language of an occurrence, by the platform its SDK names.

use crate::occurrence::Occurrence;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    JavaScript,
    Java,
    Go,
    Rust,
    Php,
    Ruby,
    CSharp,
    /// None of these; all their tables are asked.
    Other,
}

impl Language {
    pub(super) const ALL: [Self; 9] = [
        Self::Python,
        Self::JavaScript,
        Self::Java,
        Self::Go,
        Self::Rust,
        Self::Php,
        Self::Ruby,
        Self::CSharp,
        Self::Other,
    ];

    pub(super) fn of(occurrence: &Occurrence) -> Self {
        match occurrence.platform.as_deref().unwrap_or_default() {
            "python" => Self::Python,
            "javascript" | "node" => Self::JavaScript,
            "java" | "kotlin" | "android" | "scala" | "groovy" => Self::Java,
            "go" => Self::Go,
            "native" | "rust" => Self::Rust,
            "php" => Self::Php,
            "ruby" => Self::Ruby,
            "csharp" | "dotnet" => Self::CSharp,
            _ => Self::Other,
        }
    }

    /// Whether another language's tables count.
    pub(super) fn is(self, other: Self) -> bool {
        self == other || self == Self::Other
    }
}
