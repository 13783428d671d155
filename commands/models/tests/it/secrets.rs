//! Keys are sent, and seen nowhere.

use std::io::Write;
use std::sync::{Arc, Mutex};

use bugsage_models::scripted::Step;
use bugsage_models::{Chain, Config, ConfigFault, Kind, RealPace, Retry, provider};
use tracing_subscriber::fmt::MakeWriter;

use crate::site::{KEY, PLENTY, provider as at, request, server};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_key_is_in_nothing_that_is_told() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(lines.clone())
        .finish();
    // Of the whole program: with one for this thread alone, what another thread logs first is never asked
    // for again. No other test sets one.
    tracing::subscriber::set_global_default(subscriber).unwrap();

    for kind in [Kind::OpenAi, Kind::Compatible, Kind::Anthropic] {
        let server = server([Step::Unauthorized, Step::CutOff, Step::BadRequest]).await;
        let config = Config {
            providers: vec![at(kind, &server)],
            retry: Retry {
                tries: 1,
                ..Retry::default()
            },
            rest: Default::default(),
        };
        let mut told = format!("{config:?}");
        for _ in 0..3 {
            let chain = Chain::new(&config, Arc::new(RealPace::default())).unwrap();
            let exhausted = chain.ask(&request(), PLENTY).await.unwrap_err();
            told += &format!("{chain:?} {exhausted:?} {exhausted}");
        }
        let model = provider::model(&config.providers[0]).unwrap();
        server.then([Step::Unauthorized]);
        let failure = model.complete(&request()).await.unwrap_err();
        told += &format!("{failure:?} {failure}");
        told += &match kind {
            Kind::Anthropic => format!("{:?}", provider::Anthropic::new(&config.providers[0])),
            _ => format!("{:?}", provider::OpenAi::new(&config.providers[0])),
        };
        let repeated = match kind {
            Kind::Anthropic => "wrong key: (hidden)",
            _ => "wrong key: Bearer (hidden)",
        };
        assert!(told.contains(repeated), "the server repeats it");
        assert!(!told.contains(KEY), "{told}");
        let sent = server.asked();
        assert!(
            sent.iter()
                .all(|asked| asked.key.as_deref().unwrap().ends_with(KEY))
        );
    }
    let lines = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(lines.contains("a model was asked"), "something was logged");
    assert!(!lines.contains(KEY));
}

#[tokio::test]
async fn a_configuration_that_cannot_work_says_what_is_wrong_and_not_the_key() {
    let server = server([]).await;
    let refused = |change: &dyn Fn(&mut bugsage_models::Provider)| -> ConfigFault {
        let mut provider = at(Kind::OpenAi, &server);
        change(&mut provider);
        let config = Config {
            providers: vec![provider],
            ..Config::default()
        };
        Chain::new(&config, Arc::new(RealPace::default())).unwrap_err()
    };
    let url = |text: &str| text.parse().unwrap();
    for (fault, why) in [
        (
            refused(&|one| one.base_url = url("ftp://localhost/v1")),
            "https://",
        ),
        (
            refused(&|one| one.base_url = url("https://a:b@localhost/v1")),
            "login",
        ),
        (
            refused(&|one| one.base_url = url("https://localhost/v1?key=x")),
            "path",
        ),
        (
            refused(&|one| one.key = Some(format!("{KEY}\n").into())),
            "header",
        ),
        (refused(&|one| one.concurrency = 0), "concurrency"),
        (refused(&|one| one.model.clear()), "model"),
    ] {
        let told = format!("{fault} {fault:?}");
        assert!(
            told.contains(why) && told.starts_with("the model first: "),
            "{told}"
        );
        assert!(!told.contains(KEY));
    }
    let twice = Config {
        providers: vec![at(Kind::OpenAi, &server), at(Kind::Anthropic, &server)],
        ..Config::default()
    };
    let fault = Chain::new(&twice, Arc::new(RealPace::default())).unwrap_err();
    assert!(fault.to_string().contains("another has this name"));
}
