//! Vectors: in the order of the texts, within what a request may hold.

use std::sync::Arc;

use bugsage_models::chain::Vectors;
use bugsage_models::provider::{INPUTS_MAX, OpenAiEmbedder};
use bugsage_models::scripted::{Scripted, Step};
use bugsage_models::{Embedder, Kind, Mode, Rest, Retry, fitting};

use crate::site::{Manual, PLENTY, provider as at, server, told};

fn embedder(server: &Scripted) -> OpenAiEmbedder {
    OpenAiEmbedder::new(&at(Kind::Compatible, server), Some(64)).unwrap()
}

fn inputs(server: &Scripted) -> Vec<usize> {
    let asked = server.asked().into_iter();
    let inputs = asked.map(|asked| asked.body["input"].as_array().unwrap().len());
    inputs.collect()
}

#[tokio::test]
async fn each_text_gets_its_vector() {
    let server = server([]).await;
    let embedder = embedder(&server);
    let texts = [
        "a timeout in http.js",
        "no such file",
        "a timeout in api.js",
    ];
    let texts = texts.map(str::to_owned);
    let all = embedder.embed(&texts).await.unwrap();
    for (text, vector) in texts.iter().zip(&all.vectors) {
        let alone = embedder.embed(std::slice::from_ref(text)).await.unwrap();
        assert_eq!(alone.vectors[0], *vector, "{text}");
        assert_eq!(vector.len(), 64);
    }
    let near = |a: usize, b: usize| -> f32 {
        let pairs = all.vectors[a].iter().zip(&all.vectors[b]);
        pairs.map(|(a, b)| a * b).sum()
    };
    assert!(near(0, 2) > near(0, 1));
    assert_eq!(all.call.mode, Mode::Vectors);
    assert_eq!(all.call.model, "sage-1-scripted");
    assert!(all.call.usage.input > 0 && all.call.usage.output == 0);
    assert!(embedder.embed(&[]).await.unwrap().vectors.is_empty());
}

#[tokio::test]
async fn many_texts_go_in_several_requests() {
    let server = server([]).await;
    let texts: Vec<_> = (0..600).map(|number| format!("text {number}")).collect();
    let all = embedder(&server).embed(&texts).await.unwrap();
    assert_eq!(all.vectors.len(), 600);
    assert_eq!(
        inputs(&server),
        [INPUTS_MAX, INPUTS_MAX, 600 - 2 * INPUTS_MAX]
    );
    let last = embedder(&server).embed(&texts[599..]).await.unwrap();
    assert_eq!(all.vectors[599], last.vectors[0]);
}

#[tokio::test]
async fn long_texts_go_in_several_requests() {
    let server = server([]).await;
    let long = "a ".repeat(4_000);
    let all = embedder(&server).embed(&vec![long; 80]).await.unwrap();
    assert_eq!(all.vectors.len(), 80);
    // 8,000 tokens each, 300,000 a request.
    assert_eq!(inputs(&server), [37, 37, 6]);
}

#[tokio::test]
async fn what_no_model_takes_is_not_sent() {
    let server = server([]).await;
    let long = "x1 ".repeat(4_000);
    for (text, why) in [
        ("", "the text 1 is empty"),
        (" \n", "the text 1 is empty"),
        (
            long.as_str(),
            "the text 1 has up to 12000 tokens, over 8192",
        ),
    ] {
        let texts = ["well".to_owned(), text.to_owned()];
        let failure = embedder(&server).embed(&texts).await.unwrap_err();
        assert!(failure.to_string().ends_with(why), "{failure}");
        assert!(!failure.outcome.is_worth_retrying());
    }
    assert!(server.asked().is_empty());
    let fits = fitting(&long, 8_192).to_owned();
    assert!(embedder(&server).embed(&[fits]).await.is_ok());
    assert!(OpenAiEmbedder::new(&at(Kind::Anthropic, &server), None).is_err());
}

#[tokio::test]
async fn they_are_asked_for_as_answers_are() {
    let server = server([Step::Overloaded, Step::Violation]).await;
    let ways = (Retry::default(), Rest::default());
    let pace = Arc::new(Manual::default());
    let vectors = Vectors::new(&at(Kind::OpenAi, &server), None, ways, pace).unwrap();
    let texts = ["one".to_owned(), "two".to_owned()];
    let embedded = vectors.embed(&texts, PLENTY).await.unwrap();
    let expected = ["first overloaded", "first malformed", "first answered"];
    assert_eq!(told(&embedded.attempts), expected);
    assert_eq!(embedded.embeddings.vectors[0].len(), 256);
    assert!(embedded.cost() > 0);
    let mut limit = PLENTY;
    limit.tokens = 2;
    let exhausted = vectors.embed(&texts, limit).await.unwrap_err();
    assert!(exhausted.is_over_budget());
}
