//! What a collector gets to see, what it must not, and what happens without one.

use std::time::{Duration, Instant};

use sqlx::PgPool;
use uuid::Uuid;

use crate::collector::{Collector, attribute};
use crate::program::{bugsage, told};
use crate::service::Service;

const CALLER: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const ENVELOPE: &str = "POST /api/{project_id}/store/";
/// The longest that a stop may be held up by a collector, and what else a stop takes.
const STOP: Duration = Duration::from_secs(8);

/// A service that sends its traces there at once.
async fn traced(collector: &Collector, further: &[(&str, &str)]) -> Service {
    let url = collector.url();
    let usual = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", &*url),
        ("OTEL_BSP_SCHEDULE_DELAY", "20"),
    ];
    Service::start(&[&usual[..], further].concat()).await
}

/// `traceparent` as a caller sends it who traces, or does not.
fn traceparent(is_sampled: bool) -> String {
    let flag = u8::from(is_sampled);
    format!("traceparent: 00-{CALLER}-00f067aa0ba902b7-0{flag}\r\n")
}

fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The id of one thing of the seeded organization.
async fn seeded(service: &Service, question: &str) -> String {
    let owner: PgPool = service.database.owner().await;
    let id: Uuid = sqlx::query_scalar(question)
        .fetch_one(&owner)
        .await
        .expect("one");
    owner.close().await;
    id.to_string()
}

#[tokio::test]
async fn the_span_of_a_request_says_what_it_was_and_how_it_ended() {
    let collector = Collector::start();
    let service = traced(&collector, &[]).await;
    let unknown = Uuid::new_v4();
    let path = format!("/api/v1/errors/{unknown}");
    assert_eq!(service.get(&path, "x-request-id: mine-1\r\n").status, 404);

    let span = collector.span("GET /api/v1/errors/{error_id}");
    let told = |key: &str| attribute(&span.attributes, key);
    assert_eq!(told("http.request.method"), "GET");
    assert_eq!(told("http.route"), "/api/v1/errors/{error_id}");
    assert_eq!(told("http.response.status_code"), "404");
    assert_eq!(told("request_id"), "mine-1");
    let organization = seeded(&service, "select organization_id from organizations").await;
    assert_eq!(told("organization"), organization);
    assert!(span.parent_span_id.is_empty());
    let all = format!("{span:?}");
    assert!(!all.contains(&unknown.to_string()), "{all}");

    let messages = collector.messages();
    let resource = messages[0].resource_spans[0].resource.clone().expect("one");
    assert_eq!(attribute(&resource.attributes, "service.name"), "bugsage");
}

#[tokio::test]
async fn an_occurrence_is_followed_through_its_commit_to_the_projections() {
    let collector = Collector::start();
    let service = traced(&collector, &[]).await;
    assert_eq!(service.send_event(Uuid::new_v4(), "traced").status, 200);

    let request = collector.span(ENVELOPE);
    let wait = collector.span("ingest.wait");
    for child in [&collector.span("ingest.prepare"), &wait] {
        assert_eq!(child.trace_id, request.trace_id);
        assert_eq!(child.parent_span_id, request.span_id);
    }
    // Many requests go into one commit, so it is nobody's child.
    let batch = collector.span("ingest.batch");
    assert!(batch.parent_span_id.is_empty());
    assert_eq!(attribute(&batch.attributes, "occurrences"), "1");
    assert_eq!(batch.links[0].span_id, wait.span_id);
    let projected = collector.span("projection.batch");
    assert_eq!(attribute(&projected.attributes, "events"), "1");
}

#[tokio::test]
async fn a_command_is_a_child_of_its_request() {
    let collector = Collector::start();
    let service = traced(&collector, &[]).await;
    assert_eq!(service.send_event(Uuid::new_v4(), "decided").status, 200);
    let id = seeded(&service, "select error_id from error_state").await;
    let key = &service.api_key;
    let resolved = service.ask(&format!(
        "POST /api/v1/errors/{id}/resolve HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {key}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
    ));
    assert_eq!(resolved.status, 200, "{resolved:?}");
    let command = collector.span("command");
    let request = collector.span("POST /api/v1/errors/{error_id}/resolve");
    assert_eq!(command.parent_span_id, request.span_id);
    assert_eq!(attribute(&command.attributes, "aggregate"), "error");
}

#[tokio::test]
async fn the_trace_of_the_caller_is_continued() {
    let collector = Collector::start();
    let service = traced(&collector, &[("OTEL_TRACES_SAMPLER_ARG", "0")]).await;
    service.get("/api/v1/errors", &traceparent(true));
    let span = collector.span("GET /api/v1/errors");
    assert_eq!(hex(&span.trace_id), CALLER);
    assert_eq!(hex(&span.parent_span_id), "00f067aa0ba902b7");
}

#[tokio::test]
async fn what_the_share_or_the_caller_leaves_out_is_not_sent() {
    for (share, header) in [("0", String::new()), ("1", traceparent(false))] {
        let collector = Collector::start();
        let mut service = traced(&collector, &[("OTEL_TRACES_SAMPLER_ARG", share)]).await;
        service.get("/api/v1/errors", &header);
        service.terminate();
        assert!(service.ended().success());
        let sent = collector.spans();
        let requests = sent.iter().filter(|span| span.name.starts_with("GET"));
        assert_eq!(requests.count(), 0, "{share} {header}");
    }
}

#[tokio::test]
async fn a_stop_sends_what_waits() {
    let collector = Collector::start();
    let mut service = traced(&collector, &[("OTEL_BSP_SCHEDULE_DELAY", "600000")]).await;
    service.get("/api/v1/errors", "");
    assert_eq!(collector.spans().len(), 0);
    service.terminate();
    assert!(service.ended().success());
    let sent = collector.spans();
    assert!(sent.iter().any(|span| span.name == "GET /api/v1/errors"));
}

#[tokio::test]
async fn neither_keys_nor_bodies_nor_logins_reach_the_collector() {
    let collector = Collector::start();
    let mut service = traced(&collector, &[]).await;
    let sent = service.send_event(Uuid::new_v4(), "needle-one");
    assert_eq!(sent.status, 200);
    service.get(
        "/api/v1/errors?search=needle-two",
        "cookie: needle-three\r\n",
    );
    service.get("/needle-four/needle-five", "");
    let wrong = "GET /api/v1/errors HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer bsk_needle-six\r\n\r\n";
    assert_eq!(service.ask(wrong).status, 401);
    service.terminate();
    assert!(service.ended().success());

    let url = service.database.url();
    let login = url
        .split('@')
        .next()
        .and_then(|login| login.rsplit(':').next());
    let login = login.expect("a password");
    collector.with_taken(|taken| {
        assert!(!taken.is_empty());
        for taken in taken {
            let text = String::from_utf8_lossy(&taken.body);
            for secret in [&*service.dsn_key, &service.api_key, login, "needle"] {
                assert!(!text.contains(secret), "{secret}: {text:?}");
            }
        }
    });
}

#[tokio::test]
async fn the_headers_reach_the_collector_and_are_shown_to_nobody_else() {
    let collector = Collector::start();
    let headers = ("OTEL_EXPORTER_OTLP_HEADERS", "x-team=a%20b,x-key=s3cret");
    let service = traced(&collector, &[headers, ("BUGSAGE_LOG", "debug")]).await;
    service.get("/api/v1/errors", "");
    collector.span("GET /api/v1/errors");
    collector.with_taken(|taken| {
        let head = &taken[0].head;
        assert!(head.starts_with("POST /v1/traces HTTP/1.1"), "{head}");
        assert!(head.contains("x-key: s3cret"), "{head}");
        assert!(head.contains("x-team: a b"), "{head}");
    });
    assert!(!service.log().contains("s3cret"));
}

#[tokio::test]
async fn a_collector_that_is_away_or_silent_costs_no_answer_and_one_warning() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = format!("http://{}", silent.local_addr().expect("a port"));
    // Port 1 is reserved: nothing listens there.
    for (url, is_told) in [("http://127.0.0.1:1", true), (&*silent, false)] {
        let settings = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", url),
            ("OTEL_BSP_SCHEDULE_DELAY", "20"),
        ];
        let mut service = Service::start(&settings).await;
        for _ in 0..20 {
            assert_eq!(service.send_event(Uuid::new_v4(), "kept").status, 200);
        }
        let is_warning = |line: &serde_json::Value| {
            let said = line["message"].as_str();
            said.is_some_and(|said| said.starts_with("the collector does not take traces"))
        };
        if is_told {
            service.line(is_warning);
            assert_eq!(service.send_event(Uuid::new_v4(), "kept").status, 200);
        }
        let stopping = Instant::now();
        service.terminate();
        assert!(service.ended().success());
        assert!(stopping.elapsed() < STOP, "{:?}", stopping.elapsed());
        let log = service.log();
        let lines = log
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        assert_eq!(
            lines.filter(is_warning).count(),
            usize::from(is_told),
            "{log}"
        );
    }
}

#[tokio::test]
async fn without_an_endpoint_nothing_is_there_that_could_send() {
    let collector = Collector::start();
    let names = |service: &Service| service.threads().join(" ");
    let on = traced(&collector, &[]).await;
    assert!(names(&on).contains("OpenTelemetry"), "{}", names(&on));
    let off = Service::start(&[("OTEL_TRACES_SAMPLER_ARG", "1")]).await;
    assert!(!names(&off).contains("OpenTelemetry"), "{}", names(&off));
}

#[tokio::test]
async fn the_lines_of_the_log_are_the_same_with_traces_as_without() {
    let collector = Collector::start();
    let mut service = traced(&collector, &[("BUGSAGE_LOG", "trace")]).await;
    service.get("/api/v1/errors", "x-request-id: mine-1\r\n");
    let line = service.line(|line| line["message"] == "served" && line["status"] == 200);
    assert_eq!(line["span"]["request_id"], "mine-1");
    assert_eq!(line["span"]["path"], "/api/v1/errors");
}

#[test]
fn mistakes_in_the_settings_of_traces_are_told_and_secrets_are_not() {
    for (variable, wrong, mistake) in [
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "collector:4318",
            "is no address",
        ),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://me:s3cret@c",
            "without a login",
        ),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://c?key=s3cret",
            "or a query",
        ),
        ("OTEL_EXPORTER_OTLP_HEADERS", "s3cret", "is no list"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x key=s3cret", "is no list"),
        ("OTEL_TRACES_SAMPLER_ARG", "1.5", "must be from 0 to 1"),
        (
            "OTEL_TRACES_SAMPLER_ARG",
            "most",
            "not a number from 0 to 1",
        ),
    ] {
        let settings = [
            ("DATABASE_URL", "postgres://me@127.0.0.1/db"),
            ("BUGSAGE_NATS", "off"),
            (variable, wrong),
        ];
        let told = told(&bugsage(&["config", "check"], &settings));
        assert!(told.contains(&format!("{variable} ")), "{told}");
        assert!(told.contains(mistake), "{told}");
        assert!(!told.contains("s3cret"), "{told}");
    }
}
