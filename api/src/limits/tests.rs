use axum::http::HeaderMap;

use super::bucket::BUCKETS;
use super::*;

fn some(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

fn told(tally: &Tally) -> [String; 2] {
    let mut headers = HeaderMap::new();
    tally.tell(&mut headers);
    [STANDING, POLICY].map(|name| headers[name].to_str().unwrap().to_owned())
}

#[test]
fn as_many_as_the_limit_are_let_through_and_then_told_to_wait() {
    let kind = Kind::new("key", Some(some(3)));
    let id = Uuid::from_u128(1);
    for left in [2, 1, 0] {
        let tally = Tally::default();
        kind.count(id, &tally).unwrap();
        let [standing, policy] = told(&tally);
        assert!(
            standing.starts_with(&format!("\"key\";r={left};t=")),
            "{standing}"
        );
        assert_eq!(policy, "\"key\";q=3;w=60");
    }
    let tally = Tally::default();
    let problem = kind.count(id, &tally).unwrap_err();
    assert_eq!(problem.status, 429);
    let [standing, _] = told(&tally);
    let wait = standing.strip_prefix("\"key\";r=0;t=").unwrap();
    assert!((18..=20).contains(&wait.parse().unwrap()), "{standing}");
    kind.count(Uuid::from_u128(2), &tally).unwrap();
}

#[test]
fn without_a_limit_nothing_is_counted() {
    let tally = Tally::default();
    Kind::new("key", None).count(Uuid::nil(), &tally).unwrap();
    let mut headers = HeaderMap::new();
    tally.tell(&mut headers);
    assert!(headers.is_empty());
}

#[test]
fn addresses_of_one_network_count_together() {
    let network = |address: &str| network(address.parse().unwrap()).to_string();
    assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
    assert_eq!(network("192.0.2.1"), "192.0.2.1");
}

#[test]
fn a_dsn_key_has_a_limit_of_its_own() {
    let limits = Limits::new(&settings::Limits {
        address: None,
        key: None,
        user: None,
        organization: None,
    });
    let take =
        |key, limit, count| limits.occurrences(Uuid::from_u128(key), some(limit), some(count));
    take(1, 10, 6).unwrap();
    let wait = take(1, 10, 6).unwrap_err();
    assert!((10..=12).contains(&wait.as_secs()), "{wait:?}");
    take(1, 10, 4).unwrap();
    take(2, 10, 10).unwrap();
    take(1, 20, 20).unwrap(); // the limit was changed
    take(3, 10, 11).unwrap(); // more than ever fit
    take(3, 10, 1).unwrap_err();
}

#[test]
fn a_crowd_does_not_fill_the_memory() {
    let kind = Kind::new("address", Some(some(1)));
    let mut tally = Tally::default();
    for n in 0..BUCKETS as u32 + 1000 {
        kind.count(n, &tally).ok(); // each is its first
        tally = Tally::default();
    }
    kind.buckets.run_pending_tasks();
    assert!(kind.buckets.entry_count() <= BUCKETS);
}
