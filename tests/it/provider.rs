//! A real OpenID provider, run by Node, and somebody who signs in there with a browser.

use std::collections::BTreeMap;
use std::process::Stdio;

use bugsage_commands::outgoing::{Outgoing, OutgoingError};
use reqwest::redirect::Policy;
use reqwest::{Method, Request, RequestBuilder, Response, Url};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::clients::shop::setting;

/// What the provider knows the service by.
pub(crate) const CLIENT_ID: &str = "bugsage";
pub(crate) const CLIENT_SECRET: &str = "of the tests";
/// Pages on the way from the first to the last.
const STEPS: usize = 8;

#[expect(clippy::disallowed_types, reason = "the tests are the outside")]
type Http = reqwest::Client;

/// The provider; it ends with this, for its input ends.
pub(crate) struct Provider {
    pub(crate) issuer: String,
    _process: Child,
    /// It would end at a word that nobody takes.
    _output: Lines<BufReader<ChildStdout>>,
}

impl Provider {
    /// Starts one that may send people back to this address.
    pub(crate) async fn start(redirect_to: &str) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/clients/provider/provider.js");
        let mut process = Command::new(setting("BUGSAGE_TEST_NODE"))
            .env_clear()
            .env("NODE_PATH", setting("BUGSAGE_TEST_PROVIDER_MODULES"))
            .arg(script)
            .args([CLIENT_ID, CLIENT_SECRET, redirect_to])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the provider starts");
        let lines = process.stdout.take().expect("an output");
        let mut output = BufReader::new(lines).lines();
        let issuer = output.next_line().await;
        Self {
            issuer: issuer.unwrap().expect("the provider listens"),
            _process: process,
            _output: output,
        }
    }

    /// Has the service known to it as another client, which may send people back to this address: its
    /// id and secret.
    pub(crate) async fn register(&self, redirect_to: &str) -> (String, String) {
        let asked = json!({"redirect_uris": [redirect_to], "response_types": ["code"],
                           "grant_types": ["authorization_code"]});
        let http = Http::builder().no_proxy().build().unwrap();
        let request = http.post(format!("{}/reg", self.issuer)).json(&asked);
        let made: Value = request.send().await.unwrap().json().await.unwrap();
        let text = |name: &str| made[name].as_str().expect("it is registered").to_owned();
        (text("client_id"), text("client_secret"))
    }

    /// What somebody does who is sent to `address`: signs in by their e-mail address, agrees, and is
    /// sent back; to where.
    pub(crate) async fn sign_in(&self, address: &str, email: &str) -> Url {
        let browser = Http::builder()
            .no_proxy()
            .redirect(Policy::none())
            .build()
            .unwrap();
        // One name, one cookie: the provider's later steps take the place of those before.
        let mut cookies = BTreeMap::new();
        let mut at: Url = address.parse().unwrap();
        for _ in 0..STEPS {
            if !at.as_str().starts_with(&self.issuer) {
                return at;
            }
            let shown = ask(browser.get(at.clone()), &mut cookies).await;
            let answer = match shown.status().is_redirection() {
                true => shown,
                false => {
                    let page = shown.text().await.unwrap();
                    let form = match page.contains(r#"name="login""#) {
                        true => format!("prompt=login&login={email}&password=x"),
                        false => "prompt=consent".to_owned(),
                    };
                    let kind = "application/x-www-form-urlencoded";
                    let filled = browser.post(at.clone()).header("content-type", kind);
                    ask(filled.body(form), &mut cookies).await
                }
            };
            let next = answer.headers()["location"].to_str().unwrap();
            at = at.join(next).unwrap();
        }
        panic!("{email} was not sent back, and is at {at}");
    }
}

/// Sends the cookies there are, and keeps those that come.
async fn ask(request: RequestBuilder, cookies: &mut BTreeMap<String, String>) -> Response {
    let all: Vec<_> = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let answer = request
        .header("cookie", all.join("; "))
        .send()
        .await
        .unwrap();
    for cookie in answer.headers().get_all("set-cookie") {
        let (pair, _) = cookie.to_str().unwrap().split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        cookies.insert(name.to_owned(), value.to_owned());
    }
    answer
}

#[tokio::test]
async fn the_provider_is_found_by_the_guarded_client_where_it_is_allowed() {
    let provider = Provider::start("http://127.0.0.1:9/callback").await;
    let discovery = format!("{}/.well-known/openid-configuration", provider.issuer);
    let ask = || Request::new(Method::GET, discovery.parse().unwrap());
    let strict = Outgoing::new(Vec::new()).unwrap();
    let refused = strict.send(ask()).await;
    assert!(matches!(refused, Err(OutgoingError::Forbidden(_))));
    let here = Outgoing::new(vec!["127.0.0.0/8".parse().unwrap()]).unwrap();
    let found = here.send(ask()).await.unwrap();
    let found: Value = serde_json::from_slice(&found.body).unwrap();
    assert_eq!(found["issuer"], provider.issuer);
    let asked = format!(
        "{}?client_id={CLIENT_ID}&response_type=code&scope=openid%20email&state=s&nonce=n\
         &redirect_uri=http://127.0.0.1:9/callback&code_challenge_method=S256\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        found["authorization_endpoint"].as_str().unwrap(),
    );
    let back = provider.sign_in(&asked, "ann@shop.example").await;
    let asked: Vec<_> = back.query_pairs().collect();
    assert!(asked.contains(&("state".into(), "s".into())), "{back}");
    assert!(asked.iter().any(|(name, _)| name == "code"), "{back}");
}
