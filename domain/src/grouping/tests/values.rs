//! What is replaced in a message, and what only looks like it.

use super::super::parametrize;

/// Each is replaced as a whole: bare, with text before, after and around.
#[track_caller]
fn replaced(name: &str, values: &[&str]) {
    for value in values {
        let placeholder = format!("<{name}>");
        for (before, after) in [
            ("", ""),
            ("got ", ""),
            ("", " was wrong"),
            ("got (", ") here"),
        ] {
            assert_eq!(
                parametrize(&format!("{before}{value}{after}")),
                format!("{before}{placeholder}{after}"),
                "{value}"
            );
        }
    }
}

#[track_caller]
fn kept(texts: &[&str]) {
    for text in texts {
        assert_eq!(parametrize(text), *text);
    }
}

#[test]
fn dates_and_times_in_every_form() {
    replaced(
        "date",
        &[
            "2026-01-02",
            "2026-1-2",
            "2026/01/02",
            "2026.01.02",
            "2026-01-02T03:04",
            "2026-01-02T03:04Z",
            "2026-01-02T03:04:05",
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05.678Z",
            "2026-01-02T03:04:05.678901234Z",
            "2026-01-02T03:04:05,678+01:00",
            "2026-01-02T03:04:05-0800",
            "2026-01-02T03:04:05.123+01:00[Europe/Paris]",
            "2026-01-02 03:04",
            "2026-01-02 03:04:05",
            "2026-01-02 03:04:05.678",
            "2026-01-02 03:04:05,678",
            "2026-01-02 03:04:05 UTC",
            "2026-01-02 03:04:05 +0000 UTC",
            "2026-01-02 03:04:05.123456 +0100 CET m=+0.000012345",
            "2026-01-02_03:04:05",
            "2026-01-02, 03:04:05",
            "2026/01/02 03:04:05",
            "2026-W01-5",
            "2026W015",
            "2026-W01",
            "20260102T030405Z",
            "20260102T030405",
            "20260102T0304",
            "20260102T030405.678+0100",
            "20260102-030405",
            "31.12.2026",
            "31.12.2026 23:59",
            "31.12.2026, 23:59:59",
            "31-12-2026 23:59:59",
            "31/12/2026",
            "12/31/2026",
            "12/31/26",
            "12/31/2026 11:59 PM",
            "12/31/2026, 11:59:59 PM",
            "02/Jan/2026:03:04:05 +0000",
            "Fri, 02 Jan 2026 03:04:05 +0100",
            "Fri, 2 Jan 2026 03:04:05 GMT",
            "Fri, 02 Jan 2026 03:04:05 +0100 (CET)",
            "2 Jan 2026",
            "2nd of January 2026",
            "02 January 2026 at 03:04",
            "Friday, 02-Jan-26 03:04:05 GMT",
            "02-Jan-2026",
            "02-JAN-26 03.04.05.123 PM",
            "Fri Jan  2 03:04:05 2026",
            "Fri Jan  2 03:04:05 UTC 2026",
            "Jan 2, 2026",
            "January 2nd, 2026",
            "Jan 2, 2026, 3:04:05 PM",
            "Friday, January 2, 2026 at 3:04 PM",
            "Fri Jan 02 2026 03:04:05 GMT+0100 (Central European Standard Time)",
            "Jan  2 03:04:05",
            "2 Jan 03:04:05",
            "January 2026",
            "03:04:05",
            "3:04:05",
            "03:04:05.678",
            "03:04:05,678",
            "03:04:05Z",
            "03:04:05 PM",
            "3:04pm",
            "3:04 p.m.",
            "3 PM",
            "datetime.datetime(2026, 1, 2, 3, 4, 5, 678)",
        ],
    );
}

#[test]
fn moments_as_numbers_are_integers() {
    replaced("int", &["1767323045", "1767323045678"]);
    replaced("float", &["1767323045.678"]);
}

#[test]
fn durations() {
    replaced(
        "duration",
        &[
            "250ms",
            "1h2m3s",
            "1h 2m",
            "12.5s",
            "3 seconds",
            "30 sec",
            "5 minutes",
            "2 hours",
            "1 day",
            "2 hours 5 minutes",
            "3 days, 2:01:00",
            "PT5M",
            "P1DT2H",
            "PT0.5S",
            "15µs",
        ],
    );
}

#[test]
fn addresses_of_mail_and_web() {
    replaced(
        "email",
        &[
            "joe@example.org",
            "joe.b+tag@mail.example.co.uk",
            "J_B@Example.COM",
        ],
    );
    replaced(
        "url",
        &[
            "https://example.org",
            "http://example.org:8080/a/b?c=d&e=f#g",
            "https://joe:pw@example.org/",
            "http://[2001:db8::1]:8080/x",
            "http://[Filtered]@example.org/x",
            "postgres://db-1.prod.internal:5432/shop",
            "s3://bucket/key",
            "file:///srv/data",
        ],
    );
    assert_eq!(parametrize("see https://example.org/a."), "see <url>.");
    assert_eq!(
        parametrize(r#"GET "https://a.b/c": EOF"#),
        r#"GET "<url>": EOF"#
    );
}

#[test]
fn hosts_and_network_addresses() {
    replaced(
        "host",
        &[
            "db-1.prod.internal:5432",
            "example.org",
            "api.example.co.uk",
            "redis.default.svc.cluster.local:6379",
            "localhost:8080",
        ],
    );
    replaced(
        "ip",
        &[
            "10.0.0.1",
            "203.0.113.7:8080",
            "10.0.0.0/8",
            "2001:db8::17",
            "2001:0db8:0000:0000:0000:ff00:0042:8329",
            "::1",
            "::ffff:10.0.0.1",
            "fe80::1%eth0",
            "[2001:db8::1]:443",
            "2001:db8::/32",
        ],
    );
    replaced("mac", &["00:1a:2b:3c:4d:5e", "00-1A-2B-3C-4D-5E"]);
}

#[test]
fn ids_and_hashes() {
    replaced(
        "uuid",
        &[
            "0191f0a4-7c3e-7b2a-9f00-0123456789ab",
            "0191F0A4-7C3E-7B2A-9F00-0123456789AB",
            "{0191f0a4-7c3e-7b2a-9f00-0123456789ab}",
        ],
    );
    replaced(
        "hash",
        &[
            "0191f0a47c3e7b2a9f000123456789ab",
            "d41d8cd98f00b204e9800998ecf8427e",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "7459924f",
            "9612c0c",
            "12345a6",
            "507f1f77bcf86cd799439011",
        ],
    );
    replaced(
        "traceparent",
        &["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"],
    );
    replaced("id", &["01ARZ3NDEKTSV4RRFFQ69G5FAV"]);
    replaced("hex", &["0x7ffeb3", "0XDEADBEEF"]);
}

#[test]
fn numbers() {
    replaced(
        "int",
        &[
            "0",
            "42",
            "-5",
            "+7",
            "1e10",
            "1,234,567",
            "1_000_000",
            "3rd",
        ],
    );
    replaced("float", &["0.5", "-12.75", "6.02e23", "1.5E-7"]);
    replaced("version", &["1.2.3", "v10.4.1-rc.2", "4.17.21+build.7"]);
    replaced("size", &["12MB", "3.5 GiB", "512 bytes", "10 kB/s"]);
    assert_eq!(
        parametrize("order_12345 of worker-3"),
        "order_<int> of worker-<int>"
    );
    assert_eq!(parametrize("用户12345不存在"), "用户<int>不存在");
    assert_eq!(parametrize("#12, (7), a=9"), "#<int>, (<int>), a=<int>");
}

#[test]
fn quoted_values_after_an_equals_sign() {
    for quoted in [r#""joe""#, "'joe'", "''", "`joe`", r#""a \"b\" c""#] {
        assert_eq!(
            parametrize(&format!("user={quoted} gone")),
            "user=<quoted> gone"
        );
        assert_eq!(parametrize(&format!("user = {quoted}")), "user =<quoted>");
    }
}

#[test]
fn other_quoted_words_stay() {
    kept(&["no column 'name'", r#"key "id" is missing"#]);
}

#[test]
fn booleans() {
    replaced("bool", &["true", "false", "True", "FALSE"]);
    assert_eq!(
        parametrize("retry=true, on:false"),
        "retry=<bool>, on:<bool>"
    );
    kept(&["it is untrue", "a falsehood"]);
}

#[test]
fn what_only_looks_alike_stays() {
    kept(&[
        "called `Option::unwrap()` on a `None` value",
        "deadbee",
        "deadbeef",
        "utf-8",
        "UTF_16",
        "sha-256",
        "sha256",
        "iso-8859-1",
        "x86_64",
        "windows-1252",
        "C++11",
        "ipv4",
        "Foo2Bar",
        "std::net::ip",
        "abc::def1",
        "a::b",
        "java.io.IOException",
        "java.net.SocketException: reset",
        "/etc/nginx/conf.io",
        "list.at is not a function",
        "logger.info",
        "foo.bar.baz",
        "@app.route",
        "You may not",
        "Sunday",
        "internationalization",
        "x == y",
    ]);
}

#[test]
fn twelve_thirty_one_ninety_nine_is_no_time() {
    assert_eq!(parametrize("12:31:99"), "<int>:<int>:<int>");
    assert_eq!(parametrize("a.js:12:31"), "a.js:<int>:<int>");
    assert_eq!(
        parametrize("GET 03:04:05 NOT found"),
        "GET <date> NOT found"
    );
    assert_eq!(parametrize("std::a::b::1"), "std::a::b::<int>");
    assert_eq!(parametrize("1.2.3.4.5"), "<version>");
}
