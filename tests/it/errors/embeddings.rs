//! A second vector of each error, by a model: made in jobs, paid for once, and never in the way.

use bugsage_commands::clock::Clock;
use bugsage_models::scripted::{Asked, Behaviour, Script, Scripted, Step};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::app::{TestApp, wait_until};

const MODEL: &str = "local/embed-1/text-1";
/// Jobs are for another node.
const NO_WORKER: (&str, &str) = ("BUGSAGE_ROLES", "api,projector");

/// An occurrence with a fingerprint of its own; the id of its error.
async fn raised(app: &TestApp, fingerprint: &str, value: &str, functions: &[&str]) -> String {
    let frames: Vec<_> = functions
        .iter()
        .rev()
        .map(|name| json!({"module": "shop.cart", "function": name, "in_app": true}))
        .collect();
    let event = json!({"platform": "python", "fingerprint": [fingerprint], "exception": {"values": [
        {"type": "KeyError", "value": value, "stacktrace": {"frames": frames}}]}});
    let occurrence = app.send_event(&event).await;
    let error = app.occurrence(&occurrence).await["error_id"].clone();
    error.as_str().unwrap().to_owned()
}

async fn server(steps: impl IntoIterator<Item = Step>) -> Scripted {
    let behaviour = Behaviour {
        script: Script::once(steps),
        ..Behaviour::default()
    };
    Scripted::start(behaviour).await.unwrap()
}

fn by<'a>(url: &'a str, further: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let settings = [
        ("BUGSAGE_EMBEDDINGS", "local"),
        ("BUGSAGE_EMBEDDINGS_MODEL", "embed-1"),
        ("BUGSAGE_LOCAL_URL", url),
    ];
    [further, &settings[..]].concat()
}

async fn embedding(server: &Scripted, further: &[(&str, &str)]) -> TestApp {
    let url = server.url().to_string();
    TestApp::start_with(&by(&url, further)).await
}

async fn similar(app: &TestApp, id: &str) -> Value {
    let path = format!("/api/v1/errors/{id}/similar");
    app.get_settled(&path).await.expect(200)
}

/// What an error is like, once this compares it.
async fn similar_by(app: &TestApp, id: &str, embedder: &str) -> Value {
    wait_until(&format!("{embedder} compares"), async || {
        similar(app, id).await["embedder"] == json!(embedder)
    })
    .await;
    similar(app, id).await["similar"].clone()
}

/// The texts of each request.
fn texts(server: &Scripted) -> Vec<Vec<String>> {
    let each = |asked: Asked| serde_json::from_value(asked.body["input"].clone()).unwrap();
    server.asked().into_iter().map(each).collect()
}

/// The first job for vectors, once it is in this state.
async fn job(app: &TestApp, state: &str) -> Value {
    let find = "select to_jsonb(j) from jobs j
                 where kind = 'embedding' and state = $1 and (tries > 0) order by number limit 1";
    let find = async || {
        let found: Option<Value> = sqlx::query_scalar(find)
            .bind(state)
            .fetch_optional(&app.owner)
            .await
            .unwrap();
        found
    };
    wait_until(&format!("a job is {state}"), async || {
        find().await.is_some()
    })
    .await;
    find().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_are_compared_by_the_model_that_is_set_up_and_it_is_said() {
    let server = server([]).await;
    let app = embedding(&server, &[]).await;
    let refund = raised(&app, "refund", "no refund", &["refund", "price", "total"]).await;
    let price = raised(&app, "price", "no price", &["price", "total"]).await;
    similar_by(&app, &refund, MODEL).await;
    let found = similar_by(&app, &price, MODEL).await;
    assert_eq!(found[0]["error"]["id"], json!(refund));
    assert_eq!(found[0]["embedder"], MODEL);
    let score = found[0]["score"].as_f64().unwrap();
    assert!((0.5..1.0).contains(&score), "{score}");
    let frames = found[0]["shared"].as_array().unwrap();
    assert!(
        frames
            .iter()
            .any(|one| one["value"] == "shop.cart in price")
    );

    let (model, dimensions, whole): (String, i32, bool) = sqlx::query_as(
        "select model, dimensions, embedding is not null from model_vectors limit 1",
    )
    .fetch_one(&app.owner)
    .await
    .unwrap();
    assert_eq!(
        (&*model, dimensions, whole),
        ("embed-1-scripted", 256, true)
    );
    let said = texts(&server).concat();
    assert!(
        said.contains(
            &"KeyError: no price\n  shop.cart in price\n  shop.cart in total\n".to_owned()
        ),
        "{said:?}"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_paid_for_once_and_many_go_in_one_request() {
    let server = server([]).await;
    let app = embedding(&server, &[]).await;
    let one = raised(&app, "one", "no price", &["price", "total"]).await;
    similar_by(&app, &one, MODEL).await;
    let two = raised(&app, "two", "no price", &["price", "total"]).await;
    let found = similar_by(&app, &two, MODEL).await;
    assert_eq!(
        (&found[0]["error"]["id"], &found[0]["score"]),
        (&json!(one), &json!(1.0))
    );
    assert_eq!(texts(&server).len(), 1, "the same text");

    let mut many = Vec::new();
    for name in ["tax", "cart", "stock", "mail", "ship"] {
        many.push(raised(&app, name, &format!("no {name}"), &[name]).await);
    }
    for error in &many {
        similar_by(&app, error, MODEL).await;
    }
    let asked = texts(&server);
    assert_eq!(asked.iter().map(Vec::len).sum::<usize>(), 6, "{asked:?}");
    assert!(asked.len() < 6, "not each alone: {asked:?}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_is_away_the_built_in_vectors_serve_and_the_job_is_tried_again() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let url = format!("http://{address}/v1");
    let app = TestApp::start_with(&by(&url, &[])).await;
    let refund = raised(&app, "refund", "no refund", &["refund", "price", "total"]).await;
    let price = raised(&app, "price", "no price", &["price", "total"]).await;
    similar_by(&app, &refund, "frames-1").await;
    let found = similar_by(&app, &price, "frames-1").await;
    assert_eq!(found[0]["error"]["id"], json!(refund));
    assert_eq!(found[0]["embedder"], "frames-1");

    let failed = job(&app, "waiting").await;
    let why = failed["last_failure"].as_str().unwrap();
    assert!(why.contains("it cannot be reached"), "{why}");
    let listener = TcpListener::bind(address).await.unwrap();
    let server = Scripted::on(listener, Behaviour::default()).unwrap();
    let found = similar_by(&app, &price, MODEL).await;
    assert_eq!(found[0]["error"]["id"], json!(refund));
    let tried = job(&app, "done").await;
    assert!(tried["tries"].as_i64() > Some(1) || texts(&server).len() == 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_takes_along_those_that_are_due_next_and_then_leaves_the_rest_to_the_first_of_them() {
    let app = TestApp::start_with(&[NO_WORKER]).await;
    let (mut errors, mut jobs) = (Vec::new(), Vec::new());
    for name in ["one", "two", "three", "four"] {
        let error = raised(&app, name, &format!("no {name}"), &[name]).await;
        let wish = json!({"embedder": "it", "error": error});
        let job: String = sqlx::query_scalar(
            "with job as (select gen_random_uuid() as id)
             select id::text from job where enqueue_job(id, $1, 'embedding', 1::smallint, 'it', 0, 0, '', $2, 0)",
        )
        .bind(app.project.organization)
        .bind(wish)
        .fetch_one(&app.owner)
        .await
        .unwrap();
        errors.push(error);
        jobs.push(job);
    }
    // Two at once, by each job in its turn.
    let mut claimed = Vec::new();
    for (job, error) in jobs.iter().zip(&errors) {
        let work = "update jobs set state = 'running' where job_id = $1::uuid";
        sqlx::query(work)
            .bind(job)
            .execute(&app.owner)
            .await
            .unwrap();
        let mut of_job: Vec<String> = sqlx::query_scalar(
            "select c::text from claim_vectors($1, 'it', $2::uuid, $3::uuid, 2, 600) c",
        )
        .bind(app.project.organization)
        .bind(job)
        .bind(error)
        .fetch_all(&app.owner)
        .await
        .unwrap();
        of_job.sort();
        claimed.push(of_job);
        let done = "update jobs set state = 'done', finished_at = now() where job_id = $1::uuid";
        sqlx::query(done)
            .bind(job)
            .execute(&app.owner)
            .await
            .unwrap();
    }
    let pair = |at: usize| {
        let mut pair = errors[at..at + 2].to_vec();
        pair.sort();
        pair
    };
    assert_eq!(claimed, [pair(0), vec![], pair(2), vec![]]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before_is_caught_up_with_and_two_models_serve_side_by_side() {
    let server = server([]).await;
    let app = TestApp::start_with(&[NO_WORKER]).await;
    let refund = raised(&app, "refund", "no refund", &["refund", "price", "total"]).await;
    let price = raised(&app, "price", "no price", &["price", "total"]).await;
    similar_by(&app, &price, "frames-1").await;
    let url = server.url().to_string();
    let one = app
        .another_node_with(Clock::default(), &by(&url, &[]))
        .await;
    let found = similar_by(&one, &price, MODEL).await;
    assert_eq!(found[0]["error"]["id"], json!(refund));
    one.stop().await;

    let longer = [("BUGSAGE_EMBEDDINGS_DIMENSIONS", "512")];
    let two = app
        .another_node_with(Clock::default(), &by(&url, &longer))
        .await;
    let found = similar_by(&two, &price, "local/embed-1/512/text-1").await;
    assert_eq!(found[0]["error"]["id"], json!(refund));
    // Each by its own, and one without any by the built-in.
    let one = app
        .another_node_with(Clock::default(), &by(&url, &[NO_WORKER]))
        .await;
    similar_by(&one, &price, MODEL).await;
    similar_by(&app, &price, "frames-1").await;
    // What the model has no vector of yet is compared without it.
    sqlx::query("delete from model_vectors where error_id = $1::uuid")
        .bind(&refund)
        .execute(&app.owner)
        .await
        .unwrap();
    let found = similar_by(&one, &price, MODEL).await;
    assert_eq!(found[0]["error"]["id"], json!(refund));
    assert_eq!(found[0]["embedder"], "frames-1");
    for node in [two, one, app] {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_the_model_does_not_take_holds_up_no_other() {
    // The batch is refused, then one of its texts.
    let server = server([Step::BadRequest, Step::BadRequest]).await;
    let app = TestApp::start_with(&[NO_WORKER]).await;
    for name in ["tax", "cart", "stock"] {
        raised(&app, name, &format!("no {name}"), &[name]).await;
    }
    let url = server.url().to_string();
    let node = app
        .another_node_with(Clock::default(), &by(&url, &[]))
        .await;
    let done = job(&app, "done").await["result"].clone();
    assert_eq!((&done["made"], &done["given_up"]), (&json!(2), &json!(1)));
    let lengths: Vec<_> = texts(&server).iter().map(Vec::len).collect();
    assert_eq!(lengths, [3, 1, 1, 1]);
    node.stop().await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_its_budget_no_model_is_asked_and_it_is_no_failure() {
    let server = server([]).await;
    let dear = [
        ("BUGSAGE_EMBEDDINGS_PRICE", "1000000000"),
        ("BUGSAGE_EMBEDDINGS_MONTH_BUDGET", "100000"),
    ];
    let app = embedding(&server, &dear).await;
    let one = raised(&app, "one", "no price", &["price"]).await;
    similar_by(&app, &one, MODEL).await;
    let cost: i64 = sqlx::query_scalar("select sum(cost_micros)::bigint from model_vectors")
        .fetch_one(&app.owner)
        .await
        .unwrap();
    assert!((1..=100_000).contains(&cost), "{cost}");
    sqlx::query("update model_vectors set cost_micros = 99999")
        .execute(&app.owner)
        .await
        .unwrap();
    let two = raised(&app, "two", "no tax", &["tax"]).await;
    let over = "select exists (select 1 from jobs where state = 'done' and result->>'is_over_budget' = 'true')";
    wait_until("a job says that it is over", async || {
        let over: bool = sqlx::query_scalar(over)
            .fetch_one(&app.owner)
            .await
            .unwrap();
        over
    })
    .await;
    assert_eq!(texts(&server).len(), 1);
    similar_by(&app, &two, "frames-1").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vectors_too_long_to_be_kept_are_told_with_what_to_do() {
    let behaviour = Behaviour {
        dimensions: 3_072,
        ..Behaviour::default()
    };
    let server = Scripted::start(behaviour).await.unwrap();
    let app = embedding(&server, &[]).await;
    let one = raised(&app, "one", "no price", &["price"]).await;
    let why = job(&app, "dead").await["last_failure"].clone();
    let why = why.as_str().unwrap();
    assert!(
        why.contains("3072") && why.contains("BUGSAGE_EMBEDDINGS_DIMENSIONS"),
        "{why}"
    );
    similar_by(&app, &one, "frames-1").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_error_has_no_vector() {
    let server = server([]).await;
    let app = embedding(&server, &[]).await;
    let one = raised(&app, "one", "no price", &["price"]).await;
    similar_by(&app, &one, MODEL).await;
    app.delete(&format!("/api/v1/errors/{one}"))
        .await
        .expect(200);
    let left: i64 = sqlx::query_scalar("select count(*) from model_vectors")
        .fetch_one(&app.owner)
        .await
        .unwrap();
    assert_eq!(left, 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_for_a_model_of_another_node_waits_for_that_node() {
    let app = TestApp::start().await;
    let payload = json!({"embedder": MODEL});
    sqlx::query("select enqueue_job(gen_random_uuid(), $1, 'embedding', 1::smallint, 'it', 0, 0, '', $2, 0)")
        .bind(app.project.organization)
        .bind(payload)
        .execute(&app.owner)
        .await
        .unwrap();
    let why = job(&app, "waiting").await["last_failure"].clone();
    assert_eq!(why, format!("{MODEL} is not set up on this node"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_is_one_jobs_until_its_time_is_over() {
    let app = TestApp::start_with(&[NO_WORKER]).await;
    let one = raised(&app, "one", "no price", &["price"]).await;
    let two = raised(&app, "two", "no tax", &["tax"]).await;
    let claim = async |job: &str, error: Option<&str>, seconds: f64| -> Vec<String> {
        let claimed = sqlx::query_scalar(
            "select c::text from claim_vectors($1, 'it', $2::uuid, $3::uuid, 32, $4) c order by 1",
        );
        let claimed = claimed.bind(app.project.organization).bind(job).bind(error);
        claimed.bind(seconds).fetch_all(&app.owner).await.unwrap()
    };
    let (first, second) = (
        "01920000-0000-7000-8000-000000000001",
        "01920000-0000-7000-8000-000000000002",
    );
    let only = [one.clone()];
    assert_eq!(claim(first, Some(&one), 600.0).await, only);
    assert!(claim(second, Some(&one), 600.0).await.is_empty());
    assert_eq!(claim(second, None, 600.0).await, std::slice::from_ref(&two));
    // Tried again, it goes on where it was; once its time is over, another may.
    assert_eq!(claim(first, Some(&one), 0.0).await, only);
    let mut both = [one, two];
    both.sort();
    assert_eq!(claim(second, None, 600.0).await, both);
    app.stop().await;
}
