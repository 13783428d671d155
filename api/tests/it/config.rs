//! The file of settings, what goes before it, and how mistakes in it are told.

use std::collections::BTreeMap;
use std::process::Output;

use crate::program::{Folder, bugsage, told};

const EXAMPLE: &str = include_str!("../../../bugsage.example.toml");
const README: &str = include_str!("../../../README.md");
const NEEDED: [(&str, &str); 2] = [
    ("DATABASE_URL", "postgres://me:s3cret@127.0.0.1/db"),
    ("BUGSAGE_NATS", "off"),
];

/// `config check` over a file with this text.
fn check(text: &str, settings: &[(&str, &str)]) -> (Output, Folder) {
    let folder = Folder::new();
    let file = folder.file("bugsage.toml", text);
    (
        bugsage(&["config", "check", "--config", &file], settings),
        folder,
    )
}

/// Key → value and origin, as a check that must succeed prints them.
#[track_caller]
fn in_force(output: &Output) -> BTreeMap<String, (String, String)> {
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |line: &str| {
        let (setting, origin) = line.split_once("  # ").expect("an origin");
        let (key, value) = setting.split_once(" = ").expect("a value");
        (key.to_owned(), (value.to_owned(), origin.to_owned()))
    };
    text.lines().map(line).collect()
}

#[test]
fn the_example_shows_every_default_as_it_is() {
    let with_file = in_force(&check(EXAMPLE, &NEEDED).0);
    let without = in_force(&bugsage(&["config", "check"], &NEEDED));
    assert_eq!(with_file.len(), without.len());
    let shown = with_file
        .iter()
        .filter(|(_, (_, origin))| origin.ends_with("bugsage.toml"));
    let shown: Vec<_> = shown.map(|(key, (value, _))| (key, value)).collect();
    assert!(shown.len() > 8, "the file is not read: {shown:?}");
    for (key, value) in shown {
        assert_eq!(&without[key].0, value, "{key}");
    }
}

#[test]
fn every_setting_stands_in_the_example_with_its_variable() {
    let is_off = |line: &&str| {
        line.strip_prefix('#')
            .is_some_and(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
    };
    let whole: Vec<&str> = EXAMPLE
        .lines()
        .map(|line| if is_off(&line) { &line[1..] } else { line })
        .collect();
    for (key, (_, origin)) in in_force(&check(&whole.join("\n"), &[("BUGSAGE_SEAL_KEYS", "")]).0) {
        assert!(origin.ends_with("bugsage.toml"), "{key}: {origin}");
    }
    for (_, (_, origin)) in in_force(&bugsage(&["config", "check"], &NEEDED)) {
        let variable = origin.trim_start_matches("default; ");
        let variable = variable.trim_end_matches(" changes it");
        assert!(EXAMPLE.contains(variable), "{variable}");
        assert!(
            README.contains(&format!("`{variable}`")),
            "README: {variable}"
        );
    }
}

#[test]
fn the_environment_goes_before_the_file_and_the_file_before_the_default() {
    let text = "[server]\nport = 9000\ndocs = false\n";
    let settings = [&NEEDED[..], &[("BUGSAGE_PORT", "9001")]].concat();
    let (output, _folder) = check(text, &settings);
    let found = in_force(&output);
    assert_eq!(
        found["server.port"],
        ("9001".to_owned(), "BUGSAGE_PORT".to_owned())
    );
    assert_eq!(found["server.docs"].0, "off");
    assert!(found["server.docs"].1.ends_with("bugsage.toml"));
    assert_eq!(
        found["log.days"],
        (
            "7".to_owned(),
            "default; BUGSAGE_LOG_DAYS changes it".to_owned()
        )
    );
}

#[test]
fn the_variable_names_the_file_too() {
    let folder = Folder::new();
    let file = folder.file("a.toml", "[server]\nport = 9000\n");
    let settings = [&NEEDED[..], &[("BUGSAGE_CONFIG", &file)]].concat();
    let found = in_force(&bugsage(&["config", "check"], &settings));
    assert_eq!(found["server.port"].0, "9000");
}

#[test]
fn mistakes_of_file_and_environment_are_told_together() {
    let text = "nats = 3\n[server]\nprot = 1\nport = \"x\"\nhost = [1]\n[logs]\nformat = \"json\"\n[log]\nformat = \"xml\"\n";
    let (output, _folder) = check(text, &[("BUGSAGE_DOCS", "maybe"), ("BUGSAGE_NATS", "off")]);
    assert_eq!(output.status.code(), Some(1));
    let told = told(&output);
    for mistake in [
        "bugsage.toml: server.port is \"x\", which is not a port number",
        "bugsage.toml: server.host must be a text, a number, true or false",
        "bugsage.toml: log.format is \"xml\": use text or json",
        "bugsage.toml: there is no setting server.prot; did you mean server.port?",
        "bugsage.toml: there is no setting logs.format; did you mean log.format?",
        "bugsage.toml: there is no setting nats",
        "BUGSAGE_DOCS is \"maybe\": use on or off",
        "DATABASE_URL is not set",
    ] {
        assert!(told.contains(mistake), "{mistake}\nis not in\n{told}");
    }
    assert_eq!(told.lines().count(), 8, "{told}");
}

#[test]
fn a_variable_that_looks_like_a_setting_and_is_none_is_asked_about() {
    let settings = [
        &NEEDED[..],
        &[("BUGSAGE_PROT", "9000"), ("BUGSAGE_SOMETHING_ELSE", "1")],
    ];
    let output = bugsage(&["config", "check"], &settings.concat());
    assert_eq!(in_force(&output)["server.port"].0, "8000");
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "bugsage: BUGSAGE_PROT is no setting; did you mean BUGSAGE_PORT?\n"
    );
}

#[test]
fn a_file_that_is_no_toml_is_told_by_its_line_and_not_by_its_words() {
    let text = "[database]\nurl = \"postgres://me:s3cret@host/db\n";
    let told = told(&check(text, &NEEDED).0);
    assert!(told.contains("bugsage.toml, line 2:"), "{told}");
    assert!(!told.contains("s3cret"), "{told}");
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let told = told(&bugsage(
        &["config", "check", "--config", "/nowhere/b.toml"],
        &NEEDED,
    ));
    assert!(told.contains("/nowhere/b.toml cannot be read"), "{told}");
}

#[test]
fn no_secret_is_printed_be_it_right_or_wrong() {
    let wrong = "mysql://me:s3cret@[host/db";
    for settings in [
        &[("DATABASE_URL", wrong), ("NATS_URL", "nats://u:s3cret@h")],
        &[NEEDED[0], ("NATS_URL", "nats://u:s3cret@h")],
    ] {
        let output = bugsage(&["config", "check"], settings);
        let all = format!("{output:?}");
        assert!(!all.contains("s3cret"), "{all}");
        assert!(all.contains("hidden") || all.contains("DATABASE_URL is no address"));
    }
    for variable in [
        "BUGSAGE_URL",
        "BUGSAGE_OPENAI_URL",
        "BUGSAGE_ANTHROPIC_URL",
        "BUGSAGE_LOCAL_URL",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "NATS_URL",
    ] {
        let nats = if variable == "NATS_URL" { "on" } else { "off" };
        for address in [
            "http://me:s3cret@host/v1",
            "http://[s3cret",
            "http://h/?key=s3cret",
            "https:s3cret",
        ] {
            let settings = [NEEDED[0], ("BUGSAGE_NATS", nats), (variable, address)];
            let output = bugsage(&["config", "check"], &settings);
            let all = format!("{output:?}");
            assert!(!all.contains("s3cret"), "{all}");
            // An address of NATS may have a login, and is hidden.
            if nats == "off" || address.contains('[') {
                assert!(
                    told(&output).contains(&format!("{variable} is no address")),
                    "{all}"
                );
            }
        }
    }
}
