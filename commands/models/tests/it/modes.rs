//! How each server is asked, and that what was found out is remembered.

use bugsage_models::scripted::{Asked, Step, Takes};
use bugsage_models::{Kind, Mode, Outcome, provider};
use futures::future::join_all;

use crate::site::{provider as at, request, server, server_that_takes};

fn questions(asked: &[Asked]) -> usize {
    let probes = |asked: &&Asked| asked.user != "Describe rain.";
    asked.iter().filter(probes).count()
}

#[tokio::test]
async fn what_a_server_can_is_tried_out_once_and_remembered() {
    for (takes, mode, probes) in [
        (Takes::Everything, Mode::JsonSchema, 1),
        (Takes::NoSchema, Mode::JsonObject, 2),
        (Takes::SchemaIgnored, Mode::JsonObject, 2),
        (Takes::NoFormat, Mode::Text, 2),
    ] {
        let server = server_that_takes(takes).await;
        let model = provider::model(&at(Kind::Compatible, &server)).unwrap();
        let request = request();
        let answers = join_all((0..5).map(|_| model.complete(&request))).await;
        for answer in answers {
            let call = answer.unwrap().call;
            assert_eq!(call.mode, mode, "{takes:?}");
        }
        let asked = server.asked();
        assert_eq!(asked.len(), probes + 5, "{takes:?}");
        assert_eq!(questions(&asked), 5);
        assert!(
            asked
                .iter()
                .all(|asked| asked.body.get("max_tokens").is_some())
        );
    }
}

#[tokio::test]
async fn trying_out_is_paid_for_by_the_first() {
    let server = server([]).await;
    let model = provider::model(&at(Kind::Compatible, &server)).unwrap();
    let [first, second] = [
        model.complete(&request()).await.unwrap(),
        model.complete(&request()).await.unwrap(),
    ];
    assert!(first.call.usage.input > second.call.usage.input);
}

#[tokio::test]
async fn nothing_is_learned_from_a_server_that_is_away_or_has_no_such_model() {
    let server = server([Step::Overloaded, Step::BadRequest]).await;
    let model = provider::model(&at(Kind::Compatible, &server)).unwrap();
    for word in ["overloaded", "bad_request"] {
        let failure = model.complete(&request()).await.unwrap_err();
        assert_eq!(failure.outcome.word(), word);
    }
    let completion = model.complete(&request()).await.unwrap();
    assert_eq!(completion.call.mode, Mode::JsonSchema);
}

#[tokio::test]
async fn openai_is_not_tried_out_but_an_older_model_of_it_is_asked_as_it_can() {
    let server = server_that_takes(Takes::NoSchema).await;
    let model = provider::model(&at(Kind::OpenAi, &server)).unwrap();
    for requests in [2, 3] {
        let completion = model.complete(&request()).await.unwrap();
        assert_eq!(completion.call.mode, Mode::JsonObject);
        assert_eq!(server.asked().len(), requests);
    }
    let asked = server.asked().pop().unwrap();
    assert!(asked.body.get("max_completion_tokens").is_some());
    assert!(asked.system.starts_with("Say why it happened."));
}

#[tokio::test]
async fn json_among_words_is_an_answer_and_is_held_to_the_schema() {
    let server = server_that_takes(Takes::NoFormat).await;
    let model = provider::model(&at(Kind::Compatible, &server)).unwrap();
    model.complete(&request()).await.unwrap();
    let say = |json: &str| Step::Say(format!("Well.\n```json\n{json}\n```\nThat is why."));
    server.then([
        say(r#"{"category":"timeout","confidence":1,"why":[]}"#),
        say(r#"{"category":"weather","confidence":1,"why":[]}"#),
    ]);
    let completion = model.complete(&request()).await.unwrap();
    assert_eq!(completion.value["confidence"], 1);
    let failure = model.complete(&request()).await.unwrap_err();
    let expected = Outcome::SchemaViolation {
        at: "/category".to_owned(),
        what: r#"is "weather", not one of "timeout", "null_reference""#.to_owned(),
    };
    assert_eq!(failure.outcome, expected);
}
