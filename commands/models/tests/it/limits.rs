//! What a call may take: told before anything is sent, and counted over its attempts.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bugsage_models::scripted::Step;
use bugsage_models::{Account, Limit, MicroDollars, Outcome, Price, Rest};

use crate::site::{PLENTY, chain, chain_with, request, server, told};

#[tokio::test]
async fn what_cannot_fit_is_not_sent() {
    let server = server([]).await;
    let (chain, _) = chain(&[&server]);
    let worst = request().estimated_input() + 500;
    let cost = (request().estimated_input() * 25).div_ceil(10) + 5_000;
    let tight = Limit {
        tokens: worst,
        micro_dollars: cost,
        ..PLENTY
    };
    for (limit, of) in [
        (
            Limit {
                tokens: worst - 1,
                ..tight
            },
            "tokens",
        ),
        (
            Limit {
                micro_dollars: cost - 1,
                ..tight
            },
            "money",
        ),
        (
            Limit {
                time: Duration::ZERO,
                ..tight
            },
            "time",
        ),
    ] {
        let exhausted = chain.ask(&request(), limit).await.unwrap_err();
        assert_eq!(exhausted.is_over_budget(), of != "time");
        let said = exhausted.attempts[0].outcome.to_string();
        assert!(said.contains(&format!("the limit of {of}")), "{said}");
    }
    assert!(server.asked().is_empty());
    assert!(chain.ask(&request(), tight).await.is_ok());
}

#[tokio::test]
async fn a_cheaper_model_is_asked_where_the_first_is_too_dear() {
    let [first, second] = [server([]).await, server([]).await];
    let (chain, _) = chain_with(&[&first, &second], Rest::default(), |provider| {
        if provider.name == "second" {
            provider.price = Price::default();
        }
    });
    let limit = Limit {
        micro_dollars: 0,
        ..PLENTY
    };
    let answered = chain.ask(&request(), limit).await.unwrap();
    assert_eq!(
        told(&answered.attempts),
        ["first over_limit", "second answered"]
    );
    assert_eq!(answered.cost(), 0);
}

#[tokio::test]
async fn what_was_tried_is_paid_for_and_counts() {
    let server = server(vec![Step::Violation; 2]).await;
    let (chain, _) = chain(&[&server]);
    let limit = Limit {
        tokens: request().estimated_input() + 520,
        ..PLENTY
    };
    let exhausted = chain.ask(&request(), limit).await.unwrap_err();
    let expected = ["first schema_violation", "first over_limit"];
    assert_eq!(told(&exhausted.attempts), expected);
    assert!(!exhausted.is_over_budget(), "not for the limit alone");
    let usage = exhausted.attempts[0].usage;
    let cost = (usage.input * 25 + usage.output * 100).div_ceil(10);
    assert_eq!(exhausted.cost(), cost);
    assert!(cost > 0 && exhausted.attempts[1].cost == 0);
}

#[tokio::test]
async fn time_ends_a_call_and_waits_that_do_not_fit_are_not_begun() {
    let silent = server([Step::Silent]).await;
    let (asked, _) = chain(&[&silent]);
    let limit = Limit {
        time: Duration::from_millis(60),
        ..PLENTY
    };
    let exhausted = asked.ask(&request(), limit).await.unwrap_err();
    assert_eq!(exhausted.attempts[0].outcome, Outcome::TimedOut);
    assert!(exhausted.attempts[0].usage.is_estimated && exhausted.cost() > 0);

    let busy = server([Step::RateLimited(Some(7))]).await;
    let (asked, pace) = chain(&[&busy]);
    let limit = Limit {
        time: Duration::from_secs(5),
        ..PLENTY
    };
    let exhausted = asked.ask(&request(), limit).await.unwrap_err();
    assert_eq!(told(&exhausted.attempts), ["first rate_limited"]);
    assert!(pace.pauses().is_empty());
}

/// What was noted, as far as anything can be.
struct Notes {
    can: bool,
    noted: Mutex<Vec<MicroDollars>>,
}

#[async_trait]
impl Account for Notes {
    async fn notes(&self, most: MicroDollars) -> bool {
        self.noted.lock().unwrap().push(most);
        self.can
    }
}

fn notes(can: bool) -> Arc<Notes> {
    let noted = Mutex::default();
    Arc::new(Notes { can, noted })
}

#[tokio::test]
async fn what_a_call_can_cost_is_noted_before_it_is_sent_with_what_was_paid() {
    let server = server([Step::Violation]).await;
    let notes = notes(true);
    let chain = chain(&[&server]).0.on(notes.clone());
    let answered = chain.ask(&request(), PLENTY).await.unwrap();
    let noted = notes.noted.lock().unwrap().clone();
    let [wrong, right] = &answered.attempts[..] else {
        panic!("{:?}", answered.attempts);
    };
    assert_eq!(noted.len(), 2);
    let most = (request().estimated_input() * 25).div_ceil(10) + 5_000;
    assert_eq!(noted[0], most);
    assert!(noted[1] >= most + wrong.cost, "the fault is asked along");
    assert!(wrong.cost + right.cost <= noted[1]);
}

#[tokio::test]
async fn what_cannot_be_noted_is_not_sent() {
    let server = server([]).await;
    let chain = chain(&[&server]).0.on(notes(false));
    let exhausted = chain.ask(&request(), PLENTY).await.unwrap_err();
    assert_eq!(told(&exhausted.attempts), ["first unaccounted"]);
    assert!(!exhausted.is_over_budget());
    assert!(server.asked().is_empty());
}
