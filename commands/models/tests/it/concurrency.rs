//! So many calls are under way at a provider, and no more.

use std::time::Duration;

use bugsage_models::scripted::Step;
use bugsage_models::{Limit, Rest};
use futures::future::join_all;

use crate::site::{PLENTY, chain_with, request, server, under_way};

#[tokio::test]
async fn the_server_sees_no_more_at_once_than_is_configured() {
    const CALLS: usize = 40;
    let server = server(vec![Step::Held; CALLS]).await;
    let (chain, _) = chain_with(&[&server], Rest::default(), |provider| {
        provider.concurrency = 4;
    });
    let request = request();
    let calls = join_all((0..CALLS).map(|_| chain.ask(&request, PLENTY)));
    let watched = async {
        under_way(&server, 4).await;
        assert_eq!(server.asked().len(), 4);
        server.release(CALLS);
    };
    let (answers, ()) = tokio::join!(calls, watched);
    assert!(answers.iter().all(|answer| answer.is_ok()));
    assert_eq!(server.asked().len(), CALLS);
    assert_eq!(server.most_at_once(), 4);
}

/// A call that is given up gives its place back.
#[tokio::test]
async fn who_goes_away_leaves_room() {
    let server = server([Step::Silent]).await;
    let (chain, _) = chain_with(&[&server], Rest::default(), |provider| {
        provider.concurrency = 1;
    });
    let given_up = {
        let chain = chain.clone();
        tokio::spawn(async move { chain.ask(&request(), PLENTY).await })
    };
    under_way(&server, 1).await;
    given_up.abort();
    under_way(&server, 0).await;
    assert!(chain.ask(&request(), PLENTY).await.is_ok());
}

/// Who waits for a place longer than it may says so, and the provider is not to blame.
#[tokio::test]
async fn a_place_that_does_not_come_in_time_is_the_limits_end() {
    let server = server([Step::Held]).await;
    let rest = Rest {
        failures: 1,
        ..Rest::default()
    };
    let (chain, _) = chain_with(&[&server], rest, |provider| provider.concurrency = 1);
    let first = {
        let chain = chain.clone();
        tokio::spawn(async move { chain.ask(&request(), PLENTY).await })
    };
    under_way(&server, 1).await;
    let limit = Limit {
        time: Duration::from_millis(20),
        ..PLENTY
    };
    let exhausted = chain.ask(&request(), limit).await.unwrap_err();
    assert!(!exhausted.is_over_budget(), "nothing was spent");
    let said = exhausted.attempts[0].outcome.to_string();
    assert!(said.contains("the limit of time"), "{said}");
    server.release(1);
    assert!(first.await.unwrap().is_ok());
    assert_eq!(server.asked().len(), 1);
}
