//! The models that explain errors. None is needed: without, rules do.

use std::num::NonZeroU32;
use std::time::Duration;

use bugsage_models::{Key, Kind, Price, Provider};
use bugsage_sagas::analysis::RULES;

use super::address;
use super::embeddings::Embeddings;
use super::reader::{Name, Reader};

/// `[models]`, `[openai]`, `[anthropic]` and `[local]`.
#[derive(Debug, Clone)]
pub struct Models {
    /// `BUGSAGE_MODELS`: who is asked, in this order, with commas: `openai`, `anthropic`, `local`. Nobody.
    pub providers: Vec<Provider>,
    /// `BUGSAGE_MODELS_MONTH_BUDGET`: what an organization may spend in a month (UTC), in millionths of the
    /// currency of the prices. 20 000 000.
    pub month_budget: u64,
    /// `BUGSAGE_MODELS_ERROR_BUDGET`: what one error may cost, ever, in the same. 500 000.
    pub error_budget: u64,
    /// Who makes vectors.
    pub embeddings: Option<Embeddings>,
}

/// A provider that can be set up, and the names of its settings.
struct Known {
    name: &'static str,
    kind: Kind,
    default_url: &'static str,
    url: Name,
    model: Name,
    key: Name,
    concurrency: Name,
    timeout: Name,
    input_price: Name,
    output_price: Name,
}

macro_rules! named {
    ($section:literal, $key:literal, $variable:literal, $end:literal) => {
        Name::new(
            concat!($section, $key),
            concat!("BUGSAGE_", $variable, $end),
        )
    };
}

macro_rules! known {
    ($name:literal, $variable:literal, $key:literal, $kind:expr, $url:literal) => {
        Known {
            name: $name,
            kind: $kind,
            default_url: $url,
            url: named!($name, ".url", $variable, "_URL"),
            model: named!($name, ".model", $variable, "_MODEL"),
            key: Name::new(concat!($name, ".key"), $key),
            concurrency: named!($name, ".concurrency", $variable, "_CONCURRENCY"),
            timeout: named!($name, ".timeout_seconds", $variable, "_TIMEOUT_SECONDS"),
            input_price: named!($name, ".input_price", $variable, "_INPUT_PRICE"),
            output_price: named!($name, ".output_price", $variable, "_OUTPUT_PRICE"),
        }
    };
}

#[rustfmt::skip]
const KNOWN: [Known; 3] = [
    known!("openai", "OPENAI", "OPENAI_API_KEY", Kind::OpenAi, "https://api.openai.com/v1"),
    known!("anthropic", "ANTHROPIC", "ANTHROPIC_API_KEY", Kind::Anthropic, "https://api.anthropic.com/v1"),
    known!("local", "LOCAL", "BUGSAGE_LOCAL_KEY", Kind::Compatible, "http://127.0.0.1:11434/v1"),
];

impl Models {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let chain = Name::new("models.chain", "BUGSAGE_MODELS");
        let asked: Vec<String> = reader.list(chain, "a list of providers");
        for name in &asked {
            if !KNOWN.iter().any(|known| known.name == name) {
                reader.wrong(
                    chain,
                    &format!("names {name:?}: use openai, anthropic or local"),
                );
            }
        }
        let mut known = KNOWN.map(|known| {
            let is_asked = asked.iter().any(|name| name == known.name);
            known.read(reader, is_asked)
        });
        let embeddings = Embeddings::read(reader, &known);
        let mut provider = |name: &String| {
            known
                .iter_mut()
                .find_map(|one| one.take_if(|one| one.name == *name))
        };
        Self {
            embeddings,
            providers: asked.iter().filter_map(&mut provider).collect(),
            month_budget: reader.parsed(
                Name::new("models.month_budget", "BUGSAGE_MODELS_MONTH_BUDGET"),
                20_000_000,
                "a number of millionths",
            ),
            error_budget: reader.parsed(
                Name::new("models.error_budget", "BUGSAGE_MODELS_ERROR_BUDGET"),
                500_000,
                "a number of millionths",
            ),
        }
    }

    /// Everybody who can be asked.
    pub fn names(&self) -> Vec<&str> {
        let providers = self.providers.iter().map(|provider| &*provider.name);
        providers.chain([RULES]).collect()
    }
}

impl Known {
    fn read(&self, reader: &mut Reader<'_>, is_asked: bool) -> Option<Provider> {
        let url = reader.text(self.url, self.default_url);
        let base_url = address::checked(reader, self.url, &url);
        let model = reader.text(self.model, "");
        if is_asked && model.is_empty() {
            reader.wrong(self.model, "is not set: give the name of the model");
        }
        let key = reader.secret(self.key);
        let concurrency: NonZeroU32 = reader.count(self.concurrency, 4);
        let timeout = reader.count(self.timeout, 60);
        let price = "a number of millionths for a million tokens";
        Some(Provider {
            name: self.name.to_owned(),
            kind: self.kind,
            price: Price {
                input: reader.parsed(self.input_price, 0, price),
                output: reader.parsed(self.output_price, 0, price),
            },
            base_url: base_url?,
            key: key.map(|key| Key::from(key.expose().to_owned())),
            model,
            concurrency: concurrency.get() as usize,
            timeout: Duration::from_secs(timeout.get().into()),
        })
    }
}
