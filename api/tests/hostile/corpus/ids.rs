//! Ids and times that are none.

use crate::case::{Case, cases as table, taken};
use crate::wire::Request;

pub(super) fn cases() -> Vec<Case> {
    [ids(), moments()].into_iter().flatten().collect()
}

fn ids() -> Vec<Case> {
    let long = "f".repeat(100_000);
    let ids = [
        "",
        " ",
        "0",
        "not-an-id",
        "fc6d8c0c43fc4630ad850ee518f1b9d",
        "fc6d8c0c43fc4630ad850ee518f1b9d00",
        "gc6d8c0c43fc4630ad850ee518f1b9d0",
        "{fc6d8c0c-43fc-4630-ad85-0ee518f1b9d1}",
        "urn:uuid:fc6d8c0c-43fc-4630-ad85-0ee518f1b9d2",
        "FC6D8C0C43FC4630AD850EE518F1B9D3",
        "ffffffffffffffffffffffffffffffff",
        "\u{ff10}c6d8c0c43fc4630ad850ee518f1b9d0",
        "' or 1=1 --",
        &long,
    ];
    table(
        "an id",
        ids.map(|id| {
            let shown: String = id.chars().take(50).collect();
            (
                shown,
                Request::event(serde_json::json!({ "event_id": id }).to_string()),
                taken(1),
            )
        }),
    )
}

fn moments() -> Vec<Case> {
    let moments = [
        "-1e300",
        "1e300",
        "-62135596801",
        "253402300800",
        "9.9e17",
        "\"\"",
        "\"yesterday\"",
        "\"0000-01-01T00:00:00Z\"",
        "\"-9999-01-01T00:00:00Z\"",
        "\"+262143-12-31T23:59:59Z\"",
        "\"2026-02-30T00:00:00Z\"",
        "\"2026-01-01T24:00:00Z\"",
        "\"2026-12-31T23:59:60Z\"",
        "\"2026-01-01T00:00:00+99:99\"",
        "\"inf\"",
        "\"-nan\"",
        "\"1e999\"",
    ];
    table(
        "a time",
        moments.map(|at| {
            (
                at,
                Request::event(format!(r#"{{"timestamp":{at}}}"#)),
                taken(1),
            )
        }),
    )
}
