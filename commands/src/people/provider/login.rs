//! A sign-in under way: one secret in the browser's cookie, from which all that is sent to the
//! provider is derived. So neither the database nor the provider can go on with it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::ingest::keyed_digest;

/// Characters of the longest address to go back to.
const RETURN_TO_MAX: usize = 500;

/// What is derived from the cookie's secret.
pub(super) struct Login<'a> {
    installation: &'a [u8],
    cookie: &'a str,
}

impl<'a> Login<'a> {
    pub(super) const fn new(installation: &'a [u8], cookie: &'a str) -> Self {
        Self {
            installation,
            cookie,
        }
    }

    fn derived(&self, purpose: &str) -> String {
        let text = format!("login {purpose} {}", self.cookie);
        URL_SAFE_NO_PAD.encode(keyed_digest(self.installation, text.as_bytes()))
    }

    /// Comes back with the code: this browser asked for it.
    pub(super) fn state(&self) -> String {
        self.derived("state")
    }

    /// Comes back in the id token: it was made for this sign-in.
    pub(super) fn nonce(&self) -> String {
        self.derived("nonce")
    }

    /// Goes with the code (RFC 7636): who asked for it redeems it.
    pub(super) fn verifier(&self) -> String {
        self.derived("verifier")
    }

    /// What the provider is told of the verifier before.
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }

    /// Whether this is the state, in a time that does not depend on how much of it is.
    pub(super) fn is_state(&self, given: &str) -> bool {
        let digest = |text: &str| keyed_digest(self.installation, text.as_bytes());
        // Digests under a key nobody knows: where two of them differ tells nothing.
        digest(given) == digest(&self.state())
    }
}

/// Whether a browser that is sent there stays on this service: `//host`, `/\host` and what is made so
/// by leaving tabs out lead away.
pub(super) fn is_local(path: &str) -> bool {
    path.len() <= RETURN_TO_MAX
        && path.starts_with('/')
        && !path.starts_with("//")
        && path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::{Login, is_local};

    #[test]
    fn whoever_goes_back_stays_here() {
        for path in ["/", "/errors", "/errors?status=open&x=//y", "/a/%2F%2Fb#c"] {
            assert!(is_local(path), "{path}");
        }
        for path in [
            "",
            "errors",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/a\\b",
            "/\t/evil.example",
            "/\n/evil.example",
            "/a\r\nset-cookie: x",
            "https://evil.example",
            "https:/evil.example",
            "javascript:alert(1)",
            "@evil.example",
            " /errors",
            "/ä",
        ] {
            assert!(!is_local(path), "{path:?}");
        }
        assert!(!is_local(&format!("/{}", "a".repeat(500))));
    }

    #[test]
    fn each_purpose_and_each_cookie_has_its_own() {
        let (one, other) = (Login::new(b"key", "one"), Login::new(b"key", "other"));
        let all = [
            one.state(),
            one.nonce(),
            one.verifier(),
            one.challenge(),
            other.state(),
        ];
        for (place, text) in all.iter().enumerate() {
            assert_eq!(text.len(), 43, "as RFC 7636 has it");
            assert!(!all[place + 1..].contains(text));
        }
        assert!(one.is_state(&one.state()));
        for wrong in ["", &one.nonce(), &other.state(), &one.state()[1..]] {
            assert!(!one.is_state(wrong));
        }
    }
}
