//! What the program logs, and what it must not.

use bugsage_test_database::TestDatabase;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::program::{Folder, bugsage};
use crate::service::Service;

#[tokio::test]
async fn the_line_of_a_request_has_its_id_organization_and_duration() {
    let mut service = Service::start(&[("BUGSAGE_LOG", "debug")]).await;
    let answer = service.get("/api/v1/errors?limit=1", "x-request-id: mine-1\r\n");
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.rest.contains("x-request-id: mine-1"), "{answer:?}");

    let line =
        service.line(|line| line["message"] == "served" && line["span"]["request_id"] == "mine-1");
    assert_eq!(line["status"], 200);
    assert!(line["duration_ms"].is_u64(), "{line}");
    assert_eq!(line["span"]["method"], "GET");
    assert_eq!(line["span"]["path"], "/api/v1/errors");
    let owner = service.database.owner().await;
    let organization: Uuid = sqlx::query_scalar("select organization_id from organizations")
        .fetch_one(&owner)
        .await
        .expect("an organization");
    owner.close().await;
    assert_eq!(
        line["span"]["organization"],
        json!(organization.to_string())
    );
}

#[tokio::test]
async fn at_info_a_request_is_told_only_when_it_fails() {
    let mut service = Service::start(&[]).await;
    assert_eq!(
        service
            .get("/api/v1/errors", "x-request-id: good\r\n")
            .status,
        200
    );
    let owner = service.database.owner().await;
    sqlx::query("alter table projection_errors.errors rename to gone")
        .execute(&owner)
        .await
        .expect("a table");
    owner.close().await;
    let failed = service.get("/api/v1/errors", "x-request-id: bad\r\n");
    assert_eq!(failed.status, 500, "{failed:?}");
    let line = service.line(|line| line["span"]["request_id"] == "bad" && line["status"] == 500);
    assert_eq!(line["level"], "INFO");
    // What takes a second is told as well, and this machine may be that slow.
    let quick = |line: &Value| line["duration_ms"].as_u64().is_some_and(|took| took < 1000);
    let log = service.log();
    let mut lines = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let told = lines.find(|line: &Value| line["span"]["request_id"] == "good" && quick(line));
    assert_eq!(told, None);
}

#[tokio::test]
async fn one_file_a_day_is_written_and_the_oldest_go() {
    let database = TestDatabase::create().await;
    let folder = Folder::new();
    for day in 1..=5 {
        folder.file(&format!("bugsage.2020-01-0{day}.log"), "old\n");
    }
    let url = database.url();
    let dir = folder.0.to_str().expect("a path");
    let ended = bugsage(
        &["projections", "rebuild", "errors"],
        &[
            ("DATABASE_URL", &url),
            ("BUGSAGE_NATS", "off"),
            ("BUGSAGE_LOG_DIR", dir),
            ("BUGSAGE_LOG_DAYS", "2"),
        ],
    );
    assert!(ended.status.success(), "{ended:?}");
    assert!(ended.stderr.is_empty(), "{ended:?}");
    let files = std::fs::read_dir(&folder.0).expect("a folder");
    assert_eq!(files.count(), 2);
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let ended = bugsage(
        &["migrate"],
        &[
            ("DATABASE_URL", "postgres://x"),
            ("BUGSAGE_NATS", "off"),
            ("BUGSAGE_LOG_DIR", "/dev/null/logs"),
        ],
    );
    let told = crate::program::told(&ended);
    assert!(told.contains("BUGSAGE_LOG_DIR"), "{told}");
}

#[tokio::test]
async fn neither_keys_nor_bodies_nor_logins_reach_the_log() {
    // Nor the address of a letter that cannot be sent.
    let settings = [
        ("BUGSAGE_LOG", "debug"),
        ("BUGSAGE_MAIL_DIR", "/dev/null/mail"),
    ];
    let mut service = Service::start(&settings).await;
    let (project, dsn_key) = (&service.project.clone(), &service.dsn_key.clone());
    assert_eq!(service.send_event(Uuid::new_v4(), "needle-one").status, 200);
    let broken = "{\"message\": \"needle-two\"";
    let length = broken.len();
    let refused = service.ask(&format!(
        "POST /api/{project}/store/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-sentry-auth: Sentry sentry_key={dsn_key}\r\ncontent-length: {length}\r\n\r\n{broken}"
    ));
    assert_eq!(refused.status, 400, "{refused:?}");
    let wrong = "GET /api/v1/errors HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer bsk_needle-three\r\n\r\n";
    assert_eq!(service.ask(wrong).status, 401);
    let body = r#"{"email":"needle-five@example.com","password":"needle-six, and some more"}"#;
    for (path, status) in [("register", 202), ("login", 401)] {
        let length = body.len();
        let asked = service.ask(&format!(
            "POST /api/v1/auth/{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        ));
        assert_eq!(asked.status, status, "{asked:?}");
    }
    let search = "/api/v1/errors?search=needle-four";
    assert_eq!(service.get(search, "").status, 200);

    service.line(|line| line["message"] == "a letter was not sent");
    let log = service.log();
    assert!(log.contains("served"), "nothing was logged");
    let url = service.database.url();
    let login = url
        .split('@')
        .next()
        .and_then(|login| login.rsplit(':').next());
    let login = login.expect("a password");
    for secret in [dsn_key, &service.api_key, login, "needle"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret}: {line:?}");
    }
}
