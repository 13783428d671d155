//! The versions of the question: what a model is told to do, and how much of an error it is shown.

/// A version of the question. Once an event names one, it is not changed: a better one is a new one.
#[derive(Debug, PartialEq, Eq)]
pub struct Version {
    /// As events name it.
    pub name: &'static str,
    /// What a model is to do: ours alone.
    pub(super) system: &'static str,
    /// Tokens of the answer.
    pub(super) answer_tokens: u32,
    /// Tokens of what is shown, as they are estimated: up to twice what they are. What tells most goes first.
    pub(super) data_tokens: u64,
    /// Lines shown before and after the one that a frame stands at.
    pub(super) around: usize,
}

/// All of them; the first is asked where nobody chose.
pub const VERSIONS: [Version; 2] = [
    Version {
        name: "analysis-2",
        system: include_str!("prompts/analysis-2.md"),
        answer_tokens: 4_000,
        data_tokens: u64::MAX,
        around: 5,
    },
    // For small models of one's own, that read some 4,000 tokens and lose the thread in long instructions.
    Version {
        name: "brief-1",
        system: include_str!("prompts/brief-1.md"),
        answer_tokens: 1_000,
        data_tokens: 3_000,
        around: 2,
    },
];

impl Version {
    /// The one of this name; without a name, the one that is asked where nobody chose.
    #[must_use]
    pub fn named(name: Option<&str>) -> Option<&'static Self> {
        match name {
            None => VERSIONS.first(),
            Some(name) => VERSIONS.iter().find(|version| version.name == name),
        }
    }
}
