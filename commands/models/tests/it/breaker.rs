//! Who keeps failing is left alone, and tried out after a while.

use std::time::Duration;

use bugsage_models::chain::Standing;
use bugsage_models::scripted::{Scripted, Step};
use bugsage_models::{Chain, Limit, Rest};

use crate::site::{PLENTY, chain_with, request, server, told, under_way};

const REST: Rest = Rest {
    failures: 3,
    time: Duration::from_secs(30),
};

fn standing(chain: &Chain) -> Standing {
    chain.standings().next().unwrap().2
}

async fn ask(chain: &Chain) -> Vec<String> {
    match chain.ask(&request(), PLENTY).await {
        Ok(answered) => told(&answered.attempts),
        Err(exhausted) => told(&exhausted.attempts),
    }
}

#[tokio::test]
async fn it_rests_is_tried_out_and_is_asked_again() {
    let server = server(vec![Step::Broken(500); 4]).await;
    let (chain, pace) = chain_with(&[&server], REST, |_| {});
    assert_eq!(ask(&chain).await, ["first broken"; 3]);
    assert_eq!(standing(&chain), Standing::Resting);

    assert_eq!(ask(&chain).await, ["first resting"]);
    assert_eq!(server.asked().len(), 3, "nothing is sent");

    pace.advance(REST.time);
    assert_eq!(standing(&chain), Standing::OnTrial);
    assert_eq!(ask(&chain).await, ["first broken", "first resting"]);
    assert_eq!(server.asked().len(), 4, "one tried it out");

    pace.advance(REST.time);
    assert_eq!(ask(&chain).await, ["first answered"]);
    assert_eq!(standing(&chain), Standing::Asked);
}

#[tokio::test]
async fn one_alone_tries_it_out_while_the_others_go_on() {
    let [first, second] = [server(vec![Step::Broken(500); 3]).await, server([]).await];
    let (chain, pace) = chain_with(&[&first, &second], REST, |_| {});
    ask(&chain).await;
    pace.advance(REST.time);
    first.then([Step::Held]);

    let trial = {
        let chain = chain.clone();
        tokio::spawn(async move { ask(&chain).await })
    };
    under_way(&first, 1).await;
    for _ in 0..5 {
        assert_eq!(ask(&chain).await, ["first resting", "second answered"]);
    }
    first.release(1);
    assert_eq!(trial.await.unwrap(), ["first answered"]);
    assert_eq!(ask(&chain).await, ["first answered"]);
}

#[tokio::test]
async fn a_key_that_is_refused_is_not_shown_again_and_again() {
    for step in [Step::Unauthorized, Step::Quota] {
        let server = server([step]).await;
        let (chain, _) = chain_with(&[&server], REST, |_| {});
        ask(&chain).await;
        assert_eq!(ask(&chain).await, ["first resting"]);
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_used_does_not_speak_against_the_provider() {
    let server: Scripted = server(vec![Step::Refusal; 9]).await;
    let (chain, _) = chain_with(&[&server], REST, |_| {});
    for _ in 0..9 {
        assert_eq!(ask(&chain).await, ["first refused"]);
    }
    assert_eq!(ask(&chain).await, ["first answered"]);
}

/// A limit that ends a call says something of a provider that had the time, and nothing of one that
/// was given the rest of it.
#[tokio::test]
async fn who_was_left_with_a_moment_is_not_to_blame() {
    let rest = Rest {
        failures: 2,
        ..REST
    };
    let server = server([Step::RateLimited(Some(10)), Step::Silent]).await;
    let (chain, _) = chain_with(&[&server], rest, |_| {});
    let limit = Limit {
        time: Duration::from_millis(10_100),
        ..PLENTY
    };
    let exhausted = chain.ask(&request(), limit).await.unwrap_err();
    assert_eq!(
        told(&exhausted.attempts),
        ["first rate_limited", "first timed_out"]
    );
    assert_eq!(standing(&chain), Standing::Asked);

    server.then([Step::Silent, Step::Silent]);
    let limit = Limit {
        time: Duration::from_millis(50),
        ..PLENTY
    };
    chain.ask(&request(), limit).await.unwrap_err();
    assert_eq!(standing(&chain), Standing::Resting);
}
