//! One running service with a database of its own, and the verbs of its users.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bugsage_api::serve::{Running, start_with};
use bugsage_api::settings::Settings;
use bugsage_commands::clock::Clock;
use bugsage_commands::ingest::keyed_digest;
use bugsage_event_store::{DatabaseRole, connect};
use bugsage_test_database::TestDatabase;
use reqwest::{Method, Request, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::net::TcpStream;
use uuid::Uuid;

mod seed;

pub(crate) use seed::Project;
use seed::{seed, seed_first};

use crate::conformance;

/// What seals the secrets of tests.
const SEAL_KEYS: &str = "test=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
/// For the metrics.
const METRICS_TOKEN: &str = "a-token-of-the-settings";
/// The longest wait for something that must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A service, stopped by [`TestApp::stop`], which also tells what broke the document.
pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) clock: Clock,
    pub(crate) owner: PgPool,
    pub(crate) project: Project,
    secret: Vec<u8>,
    http: Http,
    running: Option<Running>,
    violations: Arc<Mutex<Vec<String>>>,
    database: Arc<TestDatabase>,
}

#[expect(clippy::disallowed_types, reason = "the tests are the outside")]
type Http = reqwest::Client;

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// The position a write reached.
    #[track_caller]
    pub(crate) fn position(&self) -> i64 {
        let position = self.header("x-bugsage-position").unwrap_or_default();
        position.parse().expect("a write answers its position")
    }
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// With further settings, as `BUGSAGE_…` variables.
    pub(crate) async fn start_with(settings: &[(&str, &str)]) -> Self {
        Self::start_on(TestDatabase::create().await, settings).await
    }

    /// On a database that the test made.
    pub(crate) async fn start_on(database: TestDatabase, settings: &[(&str, &str)]) -> Self {
        Self::start_node(Arc::new(database), Clock::default(), settings).await
    }

    /// A second service on the same database, whose clock is so many seconds off.
    pub(crate) async fn another_node(&self, seconds_ahead: i64) -> Self {
        let clock = Clock::default();
        clock.advance(seconds_ahead);
        self.another_node_with(clock, &[]).await
    }

    /// A second service on the same database, with settings of its own.
    pub(crate) async fn another_node_with(&self, clock: Clock, settings: &[(&str, &str)]) -> Self {
        let mut node = Self::start_node(Arc::clone(&self.database), clock, settings).await;
        node.project = self.project.clone();
        node
    }

    async fn start_node(
        database: Arc<TestDatabase>,
        clock: Clock,
        settings: &[(&str, &str)],
    ) -> Self {
        let violations = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&violations);
        let running = start_with(
            read_settings(&database.url(), settings),
            clock.clone(),
            move |router| conformance::around(router, seen),
        )
        .await
        .expect("the service starts");
        let owner = connect(&database.url(), DatabaseRole::Owner, 4).expect("an address");
        let url = format!("http://{}", running.address);
        let project = seed_first(&owner, &clock, &url).await;
        let secret = sqlx::query_scalar("select secret from installation");
        Self {
            secret: secret.fetch_one(&owner).await.expect("a secret"),
            url,
            clock,
            owner,
            project,
            // The service is on this machine, whatever proxy the caller uses.
            http: Http::builder().no_proxy().build().expect("a client"),
            running: Some(running),
            violations,
            database,
        }
    }

    /// Stops the service and fails if an answer was not as the document says.
    pub(crate) async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
        self.owner.close().await;
        let violations = std::mem::take(&mut *self.violations.lock().unwrap());
        assert!(violations.is_empty(), "{}", violations.join("\n"));
    }

    /// The address of its database, as the superuser.
    pub(crate) fn database_url(&self) -> String {
        self.database.url()
    }

    /// A second project, in an organization of its own.
    pub(crate) async fn another_organization(&self) -> Project {
        seed(&self.owner, &self.clock, &self.url, Uuid::new_v4()).await
    }

    /// A second project in the same organization.
    pub(crate) async fn another_project(&self) -> Project {
        seed(
            &self.owner,
            &self.clock,
            &self.url,
            self.project.organization,
        )
        .await
    }

    /// What a browser's changes carry in a session.
    pub(crate) fn csrf_token(&self, session: Uuid) -> String {
        let digest = keyed_digest(&self.secret, format!("csrf {session}").as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A bare connection, for what no client would send.
    pub(crate) async fn connection(&self) -> TcpStream {
        let address = self.url.trim_start_matches("http://");
        TcpStream::connect(address).await.expect("it listens")
    }

    /// A request without a key.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// A request with the key to the API.
    pub(crate) fn signed(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path)
            .bearer_auth(&self.project.api_key)
    }

    /// Sends a request that was built by hand.
    pub(crate) async fn execute(&self, request: Request) -> Answer {
        let answer = self.http.execute(request).await;
        read(answer.expect("the service answers")).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.signed(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.signed(Method::POST, path).json(body)).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        send(self.signed(Method::PUT, path).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        send(self.signed(Method::DELETE, path)).await
    }

    /// Sends one event as an SDK would, in an envelope; the id of the event.
    pub(crate) async fn send_event(&self, event: &Value) -> String {
        let answer = self.send_envelope(&envelope(&[event])).await;
        let id = answer.expect(200)["id"].clone();
        id.as_str().expect("an event has an id").to_owned()
    }

    pub(crate) async fn send_envelope(&self, body: &[u8]) -> Answer {
        send(self.to_ingest("envelope/").body(body.to_vec())).await
    }

    /// A request with the DSN's key to `/api/<project>/<name>`.
    pub(crate) fn to_ingest(&self, name: &str) -> RequestBuilder {
        let Project { id, dsn_key, .. } = &self.project;
        let auth = format!("Sentry sentry_version=7, sentry_key={dsn_key}");
        self.request(Method::POST, &format!("/api/{id}/{name}"))
            .header("x-sentry-auth", auth)
    }

    /// The occurrence with an id that an SDK got.
    pub(crate) async fn occurrence(&self, event_id: &str) -> Value {
        self.get(&format!("/api/v1/occurrences/{event_id}"))
            .await
            .expect(200)
    }

    /// Waits until the read side has everything that was decided so far, then reads.
    pub(crate) async fn get_settled(&self, path: &str) -> Answer {
        let position: i64 = sqlx::query_scalar("select coalesce(max(position), 0) from events")
            .fetch_one(&self.owner)
            .await
            .expect("the events");
        let request = self.signed(Method::GET, path);
        send(request.header("x-bugsage-min-position", position)).await
    }

    /// How many occurrences are stored, by the word of the database.
    pub(crate) async fn stored(&self) -> i64 {
        sqlx::query_scalar("select count(*) from occurrences")
            .fetch_one(&self.owner)
            .await
            .expect("the occurrences")
    }

    /// All of `/metrics`.
    pub(crate) async fn metrics(&self) -> String {
        let asked = self.request(Method::GET, "/metrics");
        let page = send(asked.bearer_auth(METRICS_TOKEN)).await.expect(200);
        page.as_str().expect("a text").to_owned()
    }

    /// A line of `/metrics`; 0 if it is not there. Counters are those of the whole test program.
    pub(crate) async fn metric(&self, name: &str) -> u64 {
        let page = self.metrics().await;
        let line = page.lines().find_map(|line| line.strip_prefix(name));
        line.map_or(0, |value| value.trim().parse().expect("a number"))
    }

    /// All errors of the project, as the list shows them.
    pub(crate) async fn errors(&self) -> Vec<Value> {
        let list = self
            .get_settled("/api/v1/errors?limit=1000")
            .await
            .expect(200);
        list["errors"].as_array().expect("a list").clone()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let forgotten = self.running.is_some() && !std::thread::panicking();
        assert!(
            !forgotten,
            "end the test with stop(), or nothing is held against the document"
        );
    }
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    read(request.send().await.expect("the service answers")).await
}

async fn read(response: Response) -> Answer {
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.expect("a whole body");
    let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
    let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| text());
    Answer {
        status,
        headers,
        body,
    }
}

/// The events as one envelope.
pub(crate) fn envelope(events: &[&Value]) -> Vec<u8> {
    let mut body = b"{}\n".to_vec();
    for event in events {
        let payload = event.to_string();
        body.extend(
            json!({"type": "event", "length": payload.len()})
                .to_string()
                .bytes(),
        );
        body.push(b'\n');
        body.extend(payload.bytes());
        body.push(b'\n');
    }
    body
}

fn read_settings(database_url: &str, further: &[(&str, &str)]) -> Settings {
    Settings::read(|name| {
        let given = further.iter().find(|(known, _)| *known == name);
        match (name, given) {
            (_, Some((_, value))) => Some((*value).to_owned()),
            ("DATABASE_URL", None) => Some(database_url.to_owned()),
            ("BUGSAGE_PORT", None) => Some("0".to_owned()),
            ("BUGSAGE_NATS", None) => Some("off".to_owned()),
            // Analyses change the version of an error: they are for the tests that ask for them.
            ("BUGSAGE_ANALYZE", None) => Some("off".to_owned()),
            ("BUGSAGE_METRICS_TOKEN", None) => Some(METRICS_TOKEN.to_owned()),
            ("BUGSAGE_SEAL_KEYS", None) => Some(SEAL_KEYS.to_owned()),
            ("BUGSAGE_DATABASE_CONNECTIONS", None) => Some("8".to_owned()),
            _ => None,
        }
    })
    .expect("settings")
}

/// Asks again and again until it holds.
pub(crate) async fn wait_until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let asked = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, asked).await;
    assert!(in_time.is_ok(), "waited in vain until {what}");
}
