//! What a claim points at: `frame:0.3`, `line:src/cart.py:41`, `commit:1f2e3d4`, …

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::ErrorId;

/// A thing of the context an analysis is made from, by its name there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Pointer {
    /// An exception of the chain, causes first, from 0: `exception:1`.
    Exception(usize),
    /// A frame of an exception's stack, oldest call first, from 0: `frame:1.12`.
    Frame {
        /// The exception's number.
        exception: usize,
        /// The frame's number in its stack.
        frame: usize,
    },
    /// A line of source: `line:src/cart.py:41`.
    Line {
        /// The file, as the context names it.
        path: String,
        /// Its number, from 1.
        line: u32,
    },
    /// A breadcrumb, from 0: `breadcrumb:4`.
    Breadcrumb(usize),
    /// A commit, by its hash or seven or more digits of it: `commit:1f2e3d4`.
    Commit(String),
    /// A tag by its name: `tag:browser`.
    Tag(String),
    /// A release of the application: `release:2.4.1`.
    Release(String),
    /// A similar error: `error:0192…`.
    Error(ErrorId),
    /// It reads like none of these, so points at nothing. A model may write what it likes.
    Nothing(String),
}

impl Pointer {
    fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.trim().split_once(':')?;
        Some(match kind {
            "exception" => Self::Exception(name.parse().ok()?),
            "frame" => {
                let (exception, frame) = name.split_once('.')?;
                Self::Frame {
                    exception: exception.parse().ok()?,
                    frame: frame.parse().ok()?,
                }
            }
            "line" => {
                let (path, line) = name.rsplit_once(':')?;
                Self::Line {
                    path: path.to_owned(),
                    line: line.parse().ok()?,
                }
            }
            "breadcrumb" => Self::Breadcrumb(name.parse().ok()?),
            "commit" => Self::Commit(name.to_ascii_lowercase()),
            "tag" => Self::Tag(name.to_owned()),
            "release" => Self::Release(name.to_owned()),
            "error" => Self::Error(name.parse().ok()?),
            _ => return None,
        })
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exception(number) => write!(f, "exception:{number}"),
            Self::Frame { exception, frame } => write!(f, "frame:{exception}.{frame}"),
            Self::Line { path, line } => write!(f, "line:{path}:{line}"),
            Self::Breadcrumb(number) => write!(f, "breadcrumb:{number}"),
            Self::Commit(hash) => write!(f, "commit:{hash}"),
            Self::Tag(name) => write!(f, "tag:{name}"),
            Self::Release(name) => write!(f, "release:{name}"),
            Self::Error(id) => write!(f, "error:{id}"),
            Self::Nothing(text) => f.write_str(text),
        }
    }
}

impl From<String> for Pointer {
    fn from(text: String) -> Self {
        Self::parse(&text).unwrap_or(Self::Nothing(text))
    }
}

impl From<Pointer> for String {
    fn from(pointer: Pointer) -> Self {
        pointer.to_string()
    }
}

impl FromStr for Pointer {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.to_owned().into())
    }
}
