//! Access tokens that were made, changed or kept by somebody else.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bugsage_commands::people::signing::Algorithm;
use bugsage_commands::seal::{self, Place};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Sha256, Sha384, Sha512};
use uuid::Uuid;

use super::town::{PASSWORD, Town, sealer, tokens};

/// A genuine token, and what its maker knows.
struct Mint {
    town: Town,
    token: String,
    header: Value,
    claims: Value,
    /// What signs: in PKCS#8, or a shared one.
    secret: Vec<u8>,
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn read(part: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn with(value: &Value, key: &str, new: Value) -> Value {
    let mut changed = value.clone();
    changed[key] = new;
    changed
}

fn without(value: &Value, key: &str) -> Value {
    let mut changed = value.clone();
    changed.as_object_mut().unwrap().remove(key);
    changed
}

fn hs256(secret: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn ed25519(pkcs8: &[u8], message: &str) -> Vec<u8> {
    let pair = Ed25519KeyPair::from_pkcs8(pkcs8).unwrap();
    pair.sign(message.as_bytes()).as_ref().to_vec()
}

fn signed(header: &Value, claims: &Value, sign: impl Fn(&str) -> Vec<u8>) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(&message));
    format!("{message}.{signature}")
}

impl Mint {
    async fn new(algorithm: Algorithm) -> Self {
        let town = Town::signing(algorithm).await;
        town.resident("ann@example.com").await;
        let (token, _) = tokens(town.signs_in("ann@example.com", PASSWORD).await.unwrap());
        let mut parts = token.split('.');
        let (header, claims) = (read(parts.next().unwrap()), read(parts.next().unwrap()));
        let id: Uuid = sqlx::query_scalar("select key_id from signing_keys")
            .fetch_one(&town.owner)
            .await
            .unwrap();
        let place = Place {
            organization: None,
            purpose: "access_tokens.key",
            id,
        };
        let mut connection = town.owner.acquire().await.unwrap();
        let opened = seal::open(&mut connection, &sealer(), &place).await;
        let secret = opened.unwrap().unwrap().expose().to_vec();
        let mint = Self {
            town,
            token,
            header,
            claims,
            secret,
        };
        assert!(mint.passes(&mint.token).await);
        assert!(
            mint.passes(&mint.sign(&mint.header, &mint.claims)).await,
            "the forger's tools work"
        );
        mint
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        match self.header["alg"].as_str().unwrap() {
            "EdDSA" => signed(header, claims, |message| ed25519(&self.secret, message)),
            _ => signed(header, claims, |message| hs256(&self.secret, message)),
        }
    }

    async fn passes(&self, token: &str) -> bool {
        // As if nobody had asked before.
        let node = self.town.another_node().await;
        node.by_access_token(token).await.unwrap().is_some()
    }

    async fn fails(&self, what: &str, token: &str) {
        assert!(!self.passes(token).await, "{what}: {token}");
    }

    fn now(&self) -> DateTime<Utc> {
        self.town.clock.now()
    }
}

#[tokio::test]
async fn no_other_algorithm_is_believed_nor_none() {
    let mint = Mint::new(Algorithm::EdDsa).await;
    for word in ["none", "None", "nOnE", "NONE", "", "EdDSA "] {
        let unsigned = signed(
            &with(&mint.header, "alg", json!(word)),
            &mint.claims,
            |_| Vec::new(),
        );
        mint.fails("none", &unsigned).await;
        mint.fails("none", unsigned.trim_end_matches('.')).await;
    }
    for word in ["HS256", "RS256", "ES256", "PS256", "HS512"] {
        let header = with(&mint.header, "alg", json!(word));
        mint.fails("renamed", &mint.sign(&header, &mint.claims))
            .await;
        let (_, rest) = mint.token.split_once('.').unwrap();
        mint.fails("swapped", &format!("{}.{rest}", part(&header)))
            .await;
    }
}

#[tokio::test]
async fn the_public_key_is_no_shared_secret() {
    let mint = Mint::new(Algorithm::EdDsa).await;
    let pair = Ed25519KeyPair::from_pkcs8(&mint.secret).unwrap();
    let public = pair.public_key().as_ref().to_vec();
    let info = [
        &[
            0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
        ][..],
        &public,
    ]
    .concat();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(&info)
    );
    let header = with(&mint.header, "alg", json!("HS256"));
    for secret in [
        &public[..],
        &info,
        pem.as_bytes(),
        STANDARD.encode(&public).as_bytes(),
        b"",
    ] {
        let token = signed(&header, &mint.claims, |message| hs256(secret, message));
        mint.fails("confused", &token).await;
    }
}

#[tokio::test]
async fn a_shared_secret_is_for_its_one_algorithm() {
    let mint = Mint::new(Algorithm::Hs256).await;
    let longer = |word: &str, sign: &dyn Fn(&str) -> Vec<u8>| {
        signed(&with(&mint.header, "alg", json!(word)), &mint.claims, sign)
    };
    let hs384 = longer("HS384", &|message| {
        let mut mac = Hmac::<Sha384>::new_from_slice(&mint.secret).unwrap();
        mac.update(message.as_bytes());
        mac.finalize().into_bytes().to_vec()
    });
    let hs512 = longer("HS512", &|message| {
        let mut mac = Hmac::<Sha512>::new_from_slice(&mint.secret).unwrap();
        mac.update(message.as_bytes());
        mac.finalize().into_bytes().to_vec()
    });
    mint.fails("HS384", &hs384).await;
    mint.fails("HS512", &hs512).await;
}

#[tokio::test]
async fn no_key_but_ours_signs_whatever_the_token_says_of_its_key() {
    let mint = Mint::new(Algorithm::EdDsa).await;
    let own = Ed25519KeyPair::generate().unwrap();
    let sign = |message: &str| own.sign(message.as_bytes()).as_ref().to_vec();
    let x = URL_SAFE_NO_PAD.encode(own.public_key().as_ref());
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": x});
    for header in [
        mint.header.clone(),
        with(&mint.header, "jwk", jwk),
        with(&mint.header, "jku", json!("https://evil.example/keys")),
        with(&mint.header, "kid", json!("../../etc/passwd")),
        with(&mint.header, "kid", json!("x' or '1'='1")),
    ] {
        mint.fails("another key", &signed(&header, &mint.claims, sign))
            .await;
    }
    for header in [
        without(&mint.header, "kid"),
        with(
            &mint.header,
            "kid",
            json!("00000000000000000000000000000000"),
        ),
        with(&mint.header, "typ", json!("JWT")),
        without(&mint.header, "typ"),
    ] {
        mint.fails(
            "our key under another name, or for another purpose",
            &mint.sign(&header, &mint.claims),
        )
        .await;
    }
}

#[tokio::test]
async fn a_token_is_for_us_from_us_and_for_now() {
    let mint = Mint::new(Algorithm::EdDsa).await;
    let now = mint.now().timestamp();
    for (claim, value) in [
        ("exp", json!(now)),
        ("exp", json!(now - 900)),
        ("exp", json!("never")),
        ("exp", json!(-1)),
        ("exp", json!(null)),
        ("nbf", json!(now + 60)),
        ("iat", json!(now + 3600)),
        ("aud", json!("https://other.example/api")),
        ("aud", json!("https://bugs.example")),
        (
            "aud",
            json!(["https://bugs.example/api", "https://other.example/api"]),
        ),
        ("aud", json!([])),
        ("iss", json!("https://other.example")),
        ("iss", json!("https://bugs.example/")),
        ("ver", json!(0)),
        ("ver", json!(2)),
        ("sub", json!("00000000-0000-0000-0000-000000000000")),
        ("sid", json!("00000000-0000-0000-0000-000000000000")),
    ] {
        let token = mint.sign(&mint.header, &with(&mint.claims, claim, value.clone()));
        mint.fails(&format!("{claim} = {value}"), &token).await;
    }
    for claim in [
        "exp", "nbf", "iat", "aud", "iss", "sub", "sid", "ver", "jti",
    ] {
        mint.fails(
            claim,
            &mint.sign(&mint.header, &without(&mint.claims, claim)),
        )
        .await;
    }
    // A clock half a minute behind the one that signed.
    let early = with(&mint.claims, "nbf", json!(now + 20));
    assert!(mint.passes(&mint.sign(&mint.header, &early)).await);
}

#[tokio::test]
async fn a_token_is_whole_or_nothing() {
    let mint = Mint::new(Algorithm::EdDsa).await;
    let node = mint.town.another_node().await;
    let refused = async |token: &str| {
        let proof = node.by_access_token(token).await.unwrap();
        assert_eq!(proof, None, "{token}");
    };
    for end in 0..mint.token.len() {
        refused(&mint.token[..end]).await;
    }
    for place in 0..mint.token.len() - 1 {
        let mut changed = mint.token.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        refused(std::str::from_utf8(&changed).unwrap()).await;
    }
    for odd in ["", ".", "..", "...", "a.b.c", "é.é.é", &"a.".repeat(2000)] {
        refused(odd).await;
    }
    refused(&format!("{}.", mint.token)).await;
    refused(&format!(" {}", mint.token)).await;
}

#[tokio::test]
async fn tokens_of_two_people_or_two_sessions_do_not_mix() {
    let mint = Mint::new(Algorithm::EdDsa).await;
    mint.town.resident("bob@example.com").await;
    let (token, _) = tokens(
        mint.town
            .signs_in("bob@example.com", PASSWORD)
            .await
            .unwrap(),
    );
    let bob = read(token.split('.').nth(1).unwrap());
    // Signed by us, and yet nothing that we ever said.
    let mixed = with(&mint.claims, "sub", bob["sub"].clone());
    mint.fails(
        "somebody's session for another",
        &mint.sign(&mint.header, &mixed),
    )
    .await;
}
