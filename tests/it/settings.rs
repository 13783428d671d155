//! Settings are read once, and every mistake is told at once.

use bugsage_api::settings::{Environment, Settings, WrongSettings};

fn read(given: &[(&str, &str)]) -> Result<Settings, WrongSettings> {
    Settings::read(|name| {
        let found = given.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

const NEEDED: [(&str, &str); 3] = [
    ("DATABASE_URL", "postgres://x"),
    ("BUGSAGE_NATS", "off"),
    (
        "BUGSAGE_SEAL_KEYS",
        "test=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    ),
];

fn with(name: &'static str, value: &'static str) -> Result<Settings, WrongSettings> {
    read(&[&[(name, value)][..], &NEEDED].concat())
}

#[test]
fn three_settings_are_enough() {
    let settings = read(&NEEDED).unwrap();
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(settings.server.public_url, "http://127.0.0.1:8000");
    assert_eq!(settings.environment, Environment::Development);
    assert_eq!(settings.database.projector_url.expose(), "postgres://x");
    assert_eq!(settings.database.migrate_url.expose(), "postgres://x");
    assert_eq!(settings.nats.url, None);
}

#[test]
fn every_mistake_is_told_at_once() {
    let wrong = read(&[
        ("BUGSAGE_ENVIRONMENT", "holiday"),
        ("BUGSAGE_HOST", "here"),
        ("BUGSAGE_PORT", "99999"),
        ("BUGSAGE_DOCS", "maybe"),
        ("BUGSAGE_INFLIGHT_MB", "0"),
        ("BUGSAGE_DATABASE_CONNECTIONS", "-1"),
        ("BUGSAGE_JOB_LEASE_SECONDS", "2"),
    ])
    .unwrap_err();
    let told = wrong.to_string();
    for name in [
        "BUGSAGE_ENVIRONMENT",
        "BUGSAGE_HOST",
        "BUGSAGE_PORT",
        "BUGSAGE_DOCS",
        "BUGSAGE_INFLIGHT_MB",
        "BUGSAGE_DATABASE_CONNECTIONS",
        "BUGSAGE_JOB_LEASE_SECONDS is 2: use 3 to 600",
        "DATABASE_URL is not set",
        "NATS_URL is not set",
        "BUGSAGE_SEAL_KEYS is not set",
    ] {
        assert!(told.contains(name), "{name} is not in:\n{told}");
    }
    assert_eq!(wrong.0.len(), 10);
}

#[test]
fn a_mistake_says_what_was_given_and_what_is_taken() {
    let wrong = with("BUGSAGE_DOCS", "maybe").unwrap_err();
    assert_eq!(wrong.0, ["BUGSAGE_DOCS is \"maybe\": use on or off"]);
}

#[test]
fn the_page_is_off_in_production_only() {
    for (environment, docs) in [
        ("development", true),
        ("staging", true),
        ("production", false),
    ] {
        let settings = with("BUGSAGE_ENVIRONMENT", environment).unwrap();
        assert_eq!(settings.server.docs, docs, "{environment}");
    }
}

#[test]
fn the_public_address_loses_its_last_slash() {
    let settings = with("BUGSAGE_URL", "https://bugs.example/errors/").unwrap();
    assert_eq!(settings.server.public_url, "https://bugs.example/errors");
}

#[test]
fn lists_are_read_whole_or_told() {
    let settings = with("BUGSAGE_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7,fd00::1").unwrap();
    let networks = settings.network.trusted_proxies.iter();
    let networks: Vec<_> = networks.map(ToString::to_string).collect();
    assert_eq!(networks, ["10.0.0.0/8", "192.0.2.7/32", "fd00::1/128"]);
    for (name, wrong) in [
        ("BUGSAGE_TRUSTED_PROXIES", "10.0.0.0/8, here"),
        ("BUGSAGE_OUTGOING_ALLOW", "10.0.0.0/33"),
        ("BUGSAGE_TRUSTED_HOSTS", "bugs.example:8000"),
        ("BUGSAGE_TRUSTED_HOSTS", "https://bugs.example"),
        ("BUGSAGE_CORS_ORIGINS", "*"),
        ("BUGSAGE_CORS_ORIGINS", "app.example"),
        ("BUGSAGE_CORS_ORIGINS", "https://app.example/"),
        ("BUGSAGE_CORS_ORIGINS", "https://me@app.example"),
        ("BUGSAGE_LIMIT_KEY", "-1"),
        ("BUGSAGE_HSTS_DAYS", "long"),
    ] {
        let told = with(name, wrong).unwrap_err().to_string();
        assert!(told.starts_with(name), "{told}");
        assert!(told.contains(" which is not a "), "{told}");
    }
}

#[test]
fn keys_that_seal_are_never_told() {
    let wrong = with("BUGSAGE_SEAL_KEYS", "a=s3cret").unwrap_err();
    let told = wrong.to_string();
    assert!(told.starts_with("BUGSAGE_SEAL_KEYS is no list"), "{told}");
    assert!(!told.contains("s3cret"), "{told}");
    let shown = format!("{:?}", read(&NEEDED).unwrap());
    assert!(!shown.contains("AAEC"), "{shown}");
}
