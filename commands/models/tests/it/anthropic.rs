//! What goes to Anthropic.

use bugsage_models::scripted::Takes;
use bugsage_models::{Again, Kind, Mode, provider};

use crate::site::{KEY, provider as at, request, server, server_that_takes};

#[tokio::test]
async fn the_schema_is_its_output_format() {
    let server = server([]).await;
    let model = provider::model(&at(Kind::Anthropic, &server)).unwrap();
    let mut request = request();
    request.again = Some(Again {
        answer: "{}".to_owned(),
        fault: "It has no `why`".to_owned(),
    });
    model.complete(&request).await.unwrap();
    let asked = server.asked().remove(0);
    assert_eq!(asked.key.as_deref(), Some(KEY));
    let body = &asked.body;
    assert_eq!(body["output_config"]["format"]["type"], "json_schema");
    assert_eq!(body["max_tokens"], 500);
    assert_eq!(body["system"], request.system);
    assert_eq!(body["messages"][0]["content"], request.user);
    assert_eq!(body["messages"][1]["role"], "assistant");
    let fault = body["messages"][2]["content"].as_str().unwrap();
    assert!(fault.contains("It has no `why`"));
    assert!(body.get("tools").is_none());
}

#[tokio::test]
async fn a_model_that_refuses_it_is_given_a_tool_and_that_is_remembered() {
    let server = server_that_takes(Takes::NoSchema).await;
    let model = provider::model(&at(Kind::Anthropic, &server)).unwrap();
    for requests in [2, 3] {
        let completion = model.complete(&request()).await.unwrap();
        assert_eq!(completion.call.mode, Mode::StrictTool);
        assert_eq!(completion.value["category"], "timeout");
        assert_eq!(server.asked().len(), requests);
    }
    let body = server.asked().pop().unwrap().body;
    assert_eq!(body["tools"][0]["strict"], true);
    assert_eq!(body["tool_choice"]["name"], "analysis");
    assert!(body.get("output_config").is_none());
}
