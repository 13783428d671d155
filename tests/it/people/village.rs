//! A service with its mail in a folder, and the verbs of people who come there.

use std::path::PathBuf;

use reqwest::Method;
use reqwest::header::{COOKIE, SET_COOKIE};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Answer, TestApp, send, wait_until};

pub(crate) const PASSWORD: &str = "correct battery 37 staple";

pub(crate) struct Village {
    pub(crate) app: TestApp,
    mail: PathBuf,
}

/// A browser that is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    /// `name=value`, as it is sent.
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

impl Village {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub(crate) async fn start_with(settings: &[(&str, &str)]) -> Self {
        let mail = std::env::temp_dir().join(format!("bugsage-mail-{}", Uuid::new_v4().simple()));
        let folder = mail.to_str().unwrap().to_owned();
        let settings = [&[("BUGSAGE_MAIL_DIR", folder.as_str())], settings].concat();
        Self {
            app: TestApp::start_with(&settings).await,
            mail,
        }
    }

    pub(crate) async fn stop(self) {
        self.app.stop().await;
        std::fs::remove_dir_all(&self.mail).ok(); // no letter, no folder
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.app.request(Method::POST, path).json(body)).await
    }

    pub(crate) async fn register(&self, who: &str) -> Answer {
        let asked = json!({"email": who, "password": PASSWORD, "name": "Ann"});
        self.post("/api/v1/auth/register", &asked).await
    }

    /// Why anybody was refused anything so far, as the audit log has it.
    pub(crate) async fn refused(&self) -> Vec<String> {
        let told = "select after->>'why' from audit_log where action = 'access.refused' order by 1";
        let told = sqlx::query_scalar(told).fetch_all(&self.app.owner);
        told.await.unwrap()
    }

    /// All letters so far, oldest first.
    pub(crate) fn letters(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.mail)
            .into_iter()
            .flatten()
            .flatten();
        let mut files: Vec<_> = files
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|end| end == "txt"))
            .collect();
        files.sort();
        files
            .iter()
            .map(|file| std::fs::read_to_string(file).unwrap())
            .collect()
    }

    /// The code of the first letter to somebody with these words.
    pub(crate) async fn code(&self, who: &str, words: &str) -> String {
        let to = format!("To: {who}\n");
        let found = || {
            let letters = self.letters();
            let letter = letters
                .into_iter()
                .find(|letter| letter.starts_with(&to) && letter.contains(words))?;
            let code = letter
                .lines()
                .map(str::trim)
                .find(|line| line.len() == 32)?;
            Some(code.to_owned())
        };
        wait_until("a letter comes", async || found().is_some()).await;
        found().unwrap()
    }

    /// Somebody with a confirmed account.
    pub(crate) async fn resident(&self, who: &str) {
        self.register(who).await.expect(202);
        let code = self.code(who, "Confirm").await;
        self.post(
            "/api/v1/auth/verify-email",
            &json!({"token": code, "password": PASSWORD}),
        )
        .await
        .expect(200);
    }

    pub(crate) async fn login(&self, who: &str, password: &str) -> Answer {
        let asked = json!({"email": who, "password": password});
        self.post("/api/v1/auth/login", &asked).await
    }

    /// The two tokens of a new session.
    pub(crate) async fn tokens(&self, who: &str) -> (String, String) {
        let session = self.login(who, PASSWORD).await.expect(200);
        let text = |name: &str| session[name].as_str().unwrap().to_owned();
        (text("access_token"), text("refresh_token"))
    }

    pub(crate) async fn browser(&self, who: &str) -> Browser {
        let asked = json!({"email": who, "password": PASSWORD, "session": "cookie"});
        browser(self.post("/api/v1/auth/login", &asked).await)
    }

    /// A request with an access token.
    pub(crate) async fn as_program(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let request = self.app.request(method, path).bearer_auth(token);
        send(match body {
            Some(body) => request.json(&body),
            None => request,
        })
        .await
    }

    /// A request of a browser, with or without the header that proves which page sends it.
    pub(crate) async fn as_browser(
        &self,
        cookie: &str,
        csrf: Option<&str>,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let mut request = self.app.request(method, path).header(COOKIE, cookie);
        if let Some(csrf) = csrf {
            request = request.header("x-csrf-token", csrf);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        send(request).await
    }
}

/// The `Set-Cookie` lines of an answer.
pub(crate) fn cookies(answer: &Answer) -> Vec<String> {
    let lines = answer.headers.get_all(SET_COOKIE).iter();
    lines
        .map(|line| line.to_str().unwrap().to_owned())
        .collect()
}

/// What a browser keeps of an answer that signs in.
pub(crate) fn browser(answer: Answer) -> Browser {
    let lines = cookies(&answer);
    let cookie = lines[0].split(';').next().unwrap().to_owned();
    let csrf = answer.expect(200)["csrf_token"]
        .as_str()
        .unwrap()
        .to_owned();
    Browser { cookie, csrf }
}
