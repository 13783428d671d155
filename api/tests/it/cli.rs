//! Each command on a database of its own.

use std::process::Output;

use bugsage_commands::clock::Clock;
use bugsage_commands::seal::{self, Place, Sealer};
use bugsage_test_database::TestDatabase;
use serde_json::{Value, json};
use sqlx::Executor as _;

use crate::program::{SEAL_KEYS, bugsage, on, told};

/// The JSON lines of a command that must succeed.
#[track_caller]
fn lines(output: &Output) -> Vec<Value> {
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"));
    lines.collect()
}

/// Appends the detection of an error, as ingest does.
async fn detected(database: &TestDatabase) -> String {
    let id = "01920000-0000-7000-8000-000000000001";
    let payload = json!({"ErrorDetected": {
        "organization_id": "01920000-0000-7000-8000-00000000000a", "project_id": 1, "error_id": id,
        "title": "Boom", "culprit": null, "level": "fatal", "source": "sentry", "source_id": null,
        "category": null, "tags": [], "platform": null, "fingerprint": "00",
        "description": null, "at": "2026-01-01T00:00:00Z",
    }});
    let owner = database.owner().await;
    sqlx::query(
        "insert into events (aggregate_type, aggregate_id, sequence, event_type, event_version,
                             payload, metadata, position, organization_id)
         values ('error', $1, 1, 'ErrorDetected', '1.0', $2, '{}', nextval('events_position'),
                 '01920000-0000-7000-8000-00000000000a')",
    )
    .bind(id)
    .bind(payload)
    .execute(&owner)
    .await
    .expect("an event");
    owner.close().await;
    id.to_owned()
}

#[test]
fn every_wrong_setting_is_told_at_once() {
    let output = bugsage(
        &["serve"],
        &[("BUGSAGE_PORT", "x"), ("BUGSAGE_DOCS", "maybe")],
    );
    let told = told(&output);
    for name in ["DATABASE_URL", "NATS_URL", "BUGSAGE_PORT", "BUGSAGE_DOCS"] {
        assert!(told.contains(name), "{name} is missing: {told}");
    }
}

#[tokio::test]
async fn migrating_twice_is_harmless() {
    let database = TestDatabase::create().await;
    assert!(on(&database, &["migrate"]).status.success());
}

#[tokio::test]
async fn a_database_of_another_history_is_told_with_what_to_do() {
    let database = TestDatabase::create().await;
    let owner = database.owner().await;
    owner
        .execute("update _sqlx_migrations set checksum = '\\x00' where version = 1")
        .await
        .expect("another migration 1");
    owner.close().await;
    let told = told(&on(&database, &["migrate"]));
    assert!(
        told.contains("its migration 1 is not one known here"),
        "{told}"
    );
    assert!(told.contains("on an empty database"), "{told}");
}

#[test]
fn a_database_that_is_away_is_one_sentence() {
    let url = "postgres://nobody@127.0.0.1:1/none";
    let output = bugsage(
        &["migrate"],
        &[("DATABASE_URL", url), ("BUGSAGE_NATS", "off")],
    );
    let told = told(&output);
    assert_eq!(told.trim_end().lines().count(), 1, "{told}");
    assert!(told.contains("DATABASE_URL"), "{told}");
}

#[tokio::test]
async fn the_demo_is_seeded_once_and_found_again() {
    let database = TestDatabase::create().await;
    let file = std::env::temp_dir().join(format!("bugsage-demo-{}", std::process::id()));
    let path = file.to_str().expect("a path");
    let seed = || on(&database, &["demo", "seed", "--env-file", path]);
    let first = seed();
    assert!(first.status.success(), "{first:?}");
    assert_eq!(first.stdout, seed().stdout);
    let written = std::fs::read_to_string(&file).expect("the file");
    assert_eq!(written.as_bytes(), first.stdout);
    std::fs::remove_file(&file).expect("the file");
}

#[tokio::test]
async fn projects_are_listed_and_changed() {
    let database = TestDatabase::create().await;
    assert!(
        on(&database, &["demo", "seed", "--env-file", "/dev/null"])
            .status
            .success()
    );
    let project = lines(&on(&database, &["projects", "list"]))[0]["project_id"].to_string();
    let set = ["projects", "set", &project];
    let change = [
        "--retention-days",
        "7",
        "--scrub-emails",
        "true",
        "--scrub-keys",
        "iban, vat",
    ];
    let changed = &lines(&on(&database, &[&set[..], &change[..]].concat()))[0];
    assert_eq!(changed["retention_days"], 7);
    assert_eq!(changed["scrub_emails"], true);
    assert_eq!(changed["scrub_keys"], json!(["iban", "vat"]));
    let unchanged = &lines(&on(&database, &set))[0];
    assert_eq!(unchanged, changed);
    let refused = told(&on(
        &database,
        &[&set[..], &["--retention-days", "0"]].concat(),
    ));
    assert!(refused.contains("--retention-days"), "{refused}");
}

#[tokio::test]
async fn an_unknown_project_is_told() {
    let database = TestDatabase::create().await;
    let told = told(&on(&database, &["projects", "set", "17"]));
    assert!(told.contains("there is no project 17"), "{told}");
}

#[tokio::test]
async fn secrets_are_sealed_anew_with_a_new_key() {
    let database = TestDatabase::create().await;
    let new = String::from_utf8(bugsage(&["keys", "new"], &[]).stdout).expect("a key");
    let (url, keys) = (database.url(), format!("{},{}", new.trim(), SEAL_KEYS.1));
    let clock = Clock::default();
    let old: Sealer = SEAL_KEYS.1.parse().expect("keys");
    let place = Place {
        organization: None,
        purpose: "it",
        id: clock.new_id(),
    };
    let owner = database.owner().await;
    let mut connection = owner.acquire().await.expect("a connection");
    seal::seal(&mut connection, &old, &place, b"secret", clock.now())
        .await
        .expect("a sealed secret");
    let reseal = |keys: &str| {
        let settings = [
            ("DATABASE_URL", url.as_str()),
            ("BUGSAGE_NATS", "off"),
            ("BUGSAGE_SEAL_KEYS", keys),
        ];
        bugsage(&["keys", "reseal"], &settings)
    };
    assert_eq!(lines(&reseal(&keys))[0]["resealed"], 1);
    let only: Sealer = new.parse().expect("keys");
    let opened = seal::open(&mut connection, &only, &place).await;
    let opened = opened.expect("the new key").expect("a secret");
    assert_eq!(opened.expose(), b"secret");
    let lost = reseal(SEAL_KEYS.1);
    assert_eq!(lost.status.code(), Some(1), "{lost:?}");
    let told = String::from_utf8_lossy(&lost.stdout);
    assert!(
        told.contains("which BUGSAGE_SEAL_KEYS does not name"),
        "{told}"
    );
}

#[tokio::test]
async fn replay_shows_old_events_in_their_current_version_and_the_state() {
    let database = TestDatabase::create().await;
    let id = detected(&database).await;
    let history = lines(&on(&database, &["replay", &id]));
    assert_eq!(history.len(), 2);
    assert_eq!(history[0]["event"]["ErrorDetected"]["severity"], "critical");
    assert_eq!(history[1]["state"]["Live"]["facts"]["title"], "Boom");
    let before = told(&on(&database, &["replay", &id, "--until", "0"]));
    assert!(before.contains("no history"), "{before}");
}

#[tokio::test]
async fn signing_keys_are_rotated_and_dropped() {
    let database = TestDatabase::create().await;
    let owner = database.owner().await;
    let keys = async || -> Vec<String> {
        let keys = sqlx::query_scalar("select key_id::text from signing_keys order by signs_from");
        keys.fetch_all(&owner).await.expect("the keys")
    };
    let first = lines(&on(&database, &["keys", "rotate"])).remove(0);
    assert_eq!(first["algorithm"], "EdDSA");
    let second = lines(&on(&database, &["keys", "rotate"])).remove(0);
    assert_eq!(json!(keys().await), json!([first["key"], second["key"]]));
    let url = database.url();
    let settings = [
        ("DATABASE_URL", &*url),
        ("BUGSAGE_NATS", "off"),
        ("BUGSAGE_TOKEN_ALGORITHM", "HS256"),
    ];
    let third = lines(&bugsage(&["keys", "rotate", "--at-once"], &settings)).remove(0);
    assert_eq!(third["algorithm"], "HS256");
    assert_eq!(third["signs_from"], third["the_one_before_ends_at"]);
    assert_eq!(keys().await, [third["key"].as_str().expect("an id")]);
    owner.close().await;
}

#[tokio::test]
async fn projections_are_rebuilt_listed_and_verified() {
    let database = TestDatabase::create().await;
    detected(&database).await;
    assert!(
        on(&database, &["projections", "rebuild", "errors"])
            .status
            .success()
    );
    let listed = lines(&on(&database, &["projections", "list"]));
    assert_eq!(listed[0]["name"], "errors");
    assert_eq!(listed[0]["behind"], 0);
    let verified = &lines(&on(&database, &["projections", "verify", "errors"]))[0];
    assert_eq!(verified["missing"], 0);
    let owner = database.owner().await;
    sqlx::query("update projection_errors.errors set title = 'another'")
        .execute(&owner)
        .await
        .expect("a row");
    owner.close().await;
    let output = on(&database, &["projections", "verify", "errors"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[tokio::test]
async fn an_unknown_projection_is_told_with_those_there_are() {
    let database = TestDatabase::create().await;
    let told = told(&on(&database, &["projections", "rebuild", "none"]));
    assert!(told.contains("errors or activity"), "{told}");
}

#[test]
fn the_document_is_printed_without_any_setting() {
    let output = bugsage(&["openapi"], &[]);
    assert!(output.status.success(), "{output:?}");
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(document["paths"]["/api/v1/errors"].is_object());
}

#[tokio::test]
async fn the_audit_log_is_exported_and_says_so() {
    let database = TestDatabase::create().await;
    assert!(
        on(&database, &["demo", "seed", "--env-file", "/dev/null"])
            .status
            .success()
    );
    let project = lines(&on(&database, &["projects", "list"]))[0].clone();
    let (number, organization) = (
        project["project_id"].to_string(),
        &project["organization_id"],
    );
    let set = ["projects", "set", &number, "--scrub-emails", "true"];
    assert!(on(&database, &set).status.success());
    assert!(on(&database, &set).status.success());
    let first = lines(&on(&database, &["audit", "export"]));
    let actions = |records: &[Value]| -> Vec<String> {
        let action = |record: &Value| record["action"].as_str().unwrap_or_default().to_owned();
        records.iter().map(action).collect()
    };
    // What changes nothing is no change; the export stands in the log of the installation and in its own.
    let exported = "audit.exported";
    assert_eq!(actions(&first), ["project.changed", exported, exported]);
    assert_eq!(first[0]["action"], "project.changed");
    assert_eq!(first[0]["organization_id"], *organization);
    assert_eq!(first[0]["before"]["scrub_emails"], false);
    assert_eq!(first[0]["after"]["scrub_emails"], true);
    let organization = organization.as_str().expect("an id");
    let own = ["audit", "export", "--organization", organization];
    let own = lines(&on(&database, &own));
    assert_eq!(actions(&own), ["project.changed", exported, exported]);
    assert!(
        own.iter()
            .all(|record| record["organization_id"] == organization)
    );
    let all = lines(&on(&database, &["audit", "export"]));
    assert_eq!(all.len(), 1 + 2 + 1 + 2, "{all:?}");
}

#[test]
fn the_table_of_permissions_is_printed_as_it_is_kept() {
    let output = bugsage(&["permissions"], &[]);
    let kept = include_str!("../../../docs/permissions.md");
    assert_eq!(String::from_utf8_lossy(&output.stdout), kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_listed_retried_and_dropped() {
    let database = TestDatabase::create().await;
    let owner = database.owner().await;
    owner
        .execute(
            "insert into organizations (organization_id, name) values ('01920000-0000-7000-8000-00000000000a', 'it');
             insert into jobs (job_id, organization_id, kind, priority, saga, position, step, correlation_id,
                               payload, state, tries)
             select gen_random_uuid(), organization_id, 'it', 1, 'it', n, 0, '', '{}', 'dead', 8
               from organizations, generate_series(1, 2) n",
        )
        .await
        .expect("jobs");
    let dead = lines(&on(&database, &["jobs", "list", "--state", "dead"]));
    assert_eq!(dead.len(), 2);
    let ids: Vec<_> = dead
        .iter()
        .map(|job| job["id"].as_str().expect("an id"))
        .collect();
    lines(&on(&database, &["jobs", "retry", ids[0]]));
    let again = told(&on(&database, &["jobs", "retry", ids[0]]));
    assert!(again.contains("only a dead job can be retried"), "{again}");
    lines(&on(&database, &["jobs", "drop", ids[1]]));
    let gone = told(&on(&database, &["jobs", "drop", ids[1]]));
    assert!(gone.contains("there is no job"), "{gone}");
    let left = lines(&on(&database, &["jobs", "list"]));
    assert_eq!((left.len(), &left[0]["state"]), (1, &json!("waiting")));
    let records: i64 = sqlx::query_scalar(
        "select count(*) from audit_log where actor = 'system' and action like 'job.%'",
    )
    .fetch_one(&owner)
    .await
    .expect("the log");
    assert_eq!(records, 2);
    owner.close().await;
}

#[tokio::test]
async fn grouping_is_tried_and_a_wrong_wish_is_told() {
    let database = TestDatabase::create().await;
    assert!(
        on(&database, &["demo", "seed", "--env-file", "/dev/null"])
            .status
            .success()
    );
    let project = lines(&on(&database, &["projects", "list"]))[0]["project_id"].to_string();
    let tried = ["grouping", "try", &project];
    let summary = json!({"summary": {
        "project_id": project.parse::<i64>().expect("a number"), "version": 1, "join_at": 0.82,
        "occurrences": 0, "unreadable": 0, "errors_now": 0, "errors_then": 0, "splits": 0, "merges": 0,
    }});
    assert_eq!(lines(&on(&database, &tried)), [summary]);
    let apart = lines(&on(
        &database,
        &[&tried[..], &["--join-similar", "false"]].concat(),
    ));
    assert_eq!(apart[0]["summary"]["join_at"], Value::Null);
    for (wrong, said) in [
        (["--version", "7"], "use 1"),
        (["--join-at", "0"], "above 0"),
        (["--occurrences", "0"], "1..=200000"),
    ] {
        let told = told(&on(&database, &[&tried[..], &wrong[..]].concat()));
        assert!(told.contains(said), "{told}");
    }
    let unknown = told(&on(&database, &["grouping", "try", "17000"]));
    assert!(unknown.contains("there is no project 17000"), "{unknown}");
}
