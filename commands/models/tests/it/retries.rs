//! Who is asked again, after which wait, and who is asked next.

use std::time::Duration;

use bugsage_models::scripted::Step;

use crate::site::{PLENTY, chain, request, server, told};

#[tokio::test]
async fn what_passes_is_waited_out() {
    let server = server([Step::Overloaded, Step::Broken(502)]).await;
    let (chain, pace) = chain(&[&server]);
    let answered = chain.ask(&request(), PLENTY).await.unwrap();
    let expected = ["first overloaded", "first broken", "first answered"];
    assert_eq!(told(&answered.attempts), expected);
    assert_eq!(server.asked().len(), 3);
    assert_eq!(pace.pauses(), [500, 1_000].map(Duration::from_millis));
    let ids = answered.attempts.iter();
    let ids: Vec<_> = ids
        .map(|attempt| attempt.request_id.clone().unwrap())
        .collect();
    assert_eq!(ids, ["req-1", "req-2", "req-3"]);
}

#[tokio::test]
async fn each_is_asked_so_often_and_no_more() {
    let [first, second] = [
        server(vec![Step::RateLimited(None); 9]).await,
        server(vec![Step::CutOff; 9]).await,
    ];
    let (chain, _) = chain(&[&first, &second]);
    let exhausted = chain.ask(&request(), PLENTY).await.unwrap_err();
    let expected = [
        "first rate_limited",
        "first rate_limited",
        "first rate_limited",
        "second unreachable",
        "second unreachable",
        "second unreachable",
    ];
    assert_eq!(told(&exhausted.attempts), expected);
    assert_eq!((first.asked().len(), second.asked().len()), (3, 3));
    assert!(!exhausted.is_over_budget());
    let said = exhausted.to_string();
    assert!(
        said.starts_with("no model answered: first: it takes no more requests"),
        "{said}"
    );
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_kept_and_one_too_long_is_not_waited() {
    let [first, second] = [
        server([Step::RateLimited(Some(7)), Step::RateLimited(Some(21))]).await,
        server([]).await,
    ];
    let (chain, pace) = chain(&[&first, &second]);
    let answered = chain.ask(&request(), PLENTY).await.unwrap();
    let expected = [
        "first rate_limited",
        "first rate_limited",
        "second answered",
    ];
    assert_eq!(told(&answered.attempts), expected);
    assert_eq!(pace.pauses(), [Duration::from_millis(7_050)]);
    assert_eq!(answered.provider, "second");
}

#[tokio::test]
async fn what_cannot_succeed_is_not_asked_again() {
    for step in [
        Step::Quota,
        Step::Unauthorized,
        Step::Refusal,
        Step::ContentFilter,
        Step::Length,
        Step::BadRequest,
    ] {
        let [first, second] = [server([step.clone()]).await, server([]).await];
        let (chain, pace) = chain(&[&first, &second]);
        let answered = chain.ask(&request(), PLENTY).await.unwrap();
        assert_eq!(answered.provider, "second", "{step:?}");
        assert_eq!(first.asked().len(), 1, "{step:?}");
        assert!(pace.pauses().iter().all(Duration::is_zero));
    }
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_repaired_once_with_its_fault_named() {
    for step in [Step::Violation, Step::Prose] {
        let server = server([step]).await;
        let (chain, _) = chain(&[&server]);
        let answered = chain.ask(&request(), PLENTY).await.unwrap();
        assert_eq!(answered.attempts.len(), 2);
        let asked = server.asked();
        let messages = asked[1].body["messages"].as_array().unwrap();
        assert_eq!(messages.len(), 4);
        assert_eq!(messages[1], asked[0].body["messages"][1]);
        assert_eq!(messages[2]["role"], "assistant");
        let fault = answered.attempts[0].outcome.to_string();
        assert!(asked[1].user.contains(&fault), "{}", asked[1].user);
    }
}

#[tokio::test]
async fn a_second_answer_that_does_not_fit_is_the_last() {
    let [first, second] = [server(vec![Step::Violation; 9]).await, server([]).await];
    let (chain, _) = chain(&[&first, &second]);
    let answered = chain.ask(&request(), PLENTY).await.unwrap();
    let expected = [
        "first schema_violation",
        "first schema_violation",
        "second answered",
    ];
    assert_eq!(told(&answered.attempts), expected);
    assert_eq!(
        second.asked()[0].body["messages"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test]
async fn without_models_there_is_no_answer_and_one_alone_can_be_asked() {
    let (none, _) = chain(&[]);
    let exhausted = none.ask(&request(), PLENTY).await.unwrap_err();
    assert_eq!(
        exhausted.to_string(),
        "no model answered: none is configured"
    );

    let [first, second] = [server([]).await, server([]).await];
    let (chain, _) = chain(&[&first, &second]);
    let second_opinion = chain.only("second").unwrap();
    let answered = second_opinion.ask(&request(), PLENTY).await.unwrap();
    assert_eq!(answered.provider, "second");
    assert!(first.asked().is_empty());
    assert!(chain.only("fourth").is_none());
}
