use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::occurrence;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).unwrap()
}

fn frame(frame: usize) -> Pointer {
    Pointer::Frame {
        exception: 0,
        frame,
    }
}

fn touched(rank: usize, hash: &str, days_before: i64) -> Touched {
    Touched {
        frame: frame(rank),
        rank,
        commit: Commit {
            hash: hash.to_owned(),
            author: "Ann".to_owned(),
            at: now() - TimeDelta::days(days_before),
            subject: "Change".to_owned(),
        },
    }
}

#[test]
fn near_and_recent_commits_are_the_most_suspect_and_later_ones_are_none() {
    let touched = vec![
        touched(0, "old", 28),
        touched(0, "later", -1),
        touched(1, "recent", 0),
        touched(2, "recent", 0),
    ];
    let told = suspects(touched, now());
    let told: Vec<_> = told
        .iter()
        .map(|one| (one.commit.as_str(), one.score, one.frames.len()))
        .collect();
    assert_eq!(told, [("recent", 80, 2), ("old", 25, 1)]);
}

#[test]
fn a_release_is_a_tag_with_or_without_v_or_a_hash() {
    let names = ["shop@2.4.1+7", "2.4.1+7", "v2.4.1+7", "2.4.1", "v2.4.1"];
    assert_eq!(tags("shop@2.4.1+7"), names);
    assert_eq!(tags("2.4"), ["2.4", "v2.4"]);
    assert_eq!(hash("shop@1F2E3D4C").as_deref(), Some("1f2e3d4c"));
    assert_eq!(hash("2.4.1"), None);
    for odd in [
        "--upload-pack=x",
        "a b",
        "a..b",
        "HEAD^{/x}",
        "x:y",
        "",
        "/x",
        "a\nb",
    ] {
        assert!(tags(odd).is_empty(), "{odd}");
    }
}

#[test]
fn a_frame_means_the_file_whose_end_is_its_own() {
    let files = [
        "src/shop/cart.py",
        "src/shop/tax.py",
        "old/shop/tax.py",
        "README.md",
    ];
    let found = |path: &str| meant(path, files.into_iter());
    assert_eq!(found("shop/cart.py"), Some("src/shop/cart.py"));
    assert_eq!(found("/app/src/shop/tax.py"), Some("src/shop/tax.py"));
    assert_eq!(found("./README.md"), Some("README.md"));
    assert_eq!(found("C:\\app\\shop\\cart.py"), Some("src/shop/cart.py"));
    assert_eq!(found("tax.py"), None, "there are two");
    assert_eq!(found("other/cart.py"), None, "a name alone is not enough");
    assert_eq!(found(""), None);
}

#[test]
fn places_are_the_applications_from_the_failure_down() {
    let event = serde_json::json!({"exception": {"values": [{"type": "E", "stacktrace": {"frames": [
        {"filename": "shop/main.py", "lineno": 3, "in_app": true},
        {"filename": "django/core.py", "lineno": 9, "in_app": false},
        {"filename": "shop/cart.py", "lineno": 41, "in_app": true, "context_line": "x"},
        {"filename": "shop/cart.py", "lineno": 41, "in_app": true},
        {"filename": "shop/cart.py", "in_app": true},
    ]}}]}});
    let occurrence = occurrence::decode(event.to_string().as_bytes()).unwrap();
    let found = places(&occurrence);
    let found: Vec<_> = found
        .iter()
        .map(|place| (place.frame.to_string(), place.line, place.has_source))
        .collect();
    assert_eq!(
        found,
        [
            ("frame:0.3".to_owned(), 41, false),
            ("frame:0.0".to_owned(), 3, false)
        ]
    );
}
