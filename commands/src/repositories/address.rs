//! Where a repository is, as somebody writes it.

use std::fmt;
use std::path::{Component, PathBuf};
use std::str::FromStr;

use url::Url;

use crate::outgoing::is_bare;

/// Bytes of an address.
pub const ADDRESS_MAX: usize = 500;

/// Where a repository is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// In a folder of this machine.
    Local(PathBuf),
    /// On a server, by http or https.
    Web(Url),
}

/// A text that is no address, or none that may be used.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
pub enum WrongAddress {
    /// It reads like none.
    #[error(
        "a repository is https://…, without login, query and fragment, or the whole path of a folder; of at \
         most {ADDRESS_MAX} characters"
    )]
    Shape,
    /// A folder that nobody allowed; not told whether it exists.
    #[error(
        "no repository is there, or it is in no folder that an operator allows (BUGSAGE_REPOSITORIES_ALLOW)"
    )]
    NotAllowed,
}

impl FromStr for Address {
    type Err = WrongAddress;

    /// Neither form can be taken by `git` for an option or another protocol: one begins with `/`, the other
    /// with `http`.
    fn from_str(text: &str) -> Result<Self, WrongAddress> {
        if text.is_empty() || text.len() > ADDRESS_MAX || text.chars().any(char::is_control) {
            return Err(WrongAddress::Shape);
        }
        if text.starts_with('/') {
            let path = PathBuf::from(text);
            let is_plain =
                |part: Component<'_>| matches!(part, Component::RootDir | Component::Normal(_));
            return match path.components().all(is_plain) {
                true => Ok(Self::Local(path)),
                false => Err(WrongAddress::Shape),
            };
        }
        let is_graphic = text.bytes().all(|byte| byte.is_ascii_graphic());
        let url = text.parse().ok().filter(|url| is_graphic && is_bare(url));
        url.map(Self::Web).ok_or(WrongAddress::Shape)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(path) => path.display().fmt(f),
            Self::Web(url) => url.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_would_take_for_more_than_an_address_is_none() {
        for text in [
            "",
            "-oProxyCommand=x",
            "--upload-pack=x",
            "ext::sh -c x",
            "file:///etc",
            "ssh://git@shop.example/x",
            "git@shop.example:x.git",
            "git://shop.example/x",
            "https://ann:secret@shop.example/x",
            "https://shop.example/x?y",
            "https://shop.example/x#y",
            "relative/x",
            "/srv/../etc",
            "/srv/a\nb",
            "https://shop.example/\u{7f}",
        ] {
            assert_eq!(text.parse::<Address>(), Err(WrongAddress::Shape), "{text}");
        }
        for text in ["https://shop.example/shop.git", "/srv/git/shop.git"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }
}
