//! Which models there are, and how they are treated. Where it is read from is the caller's.

use std::time::Duration;

use url::Url;

use crate::{Key, Price};

/// The models, in the order in which they are asked.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The first is asked first; none is a choice too.
    pub providers: Vec<Provider>,
    /// When the same one is asked again.
    pub retry: Retry,
    /// When one is left alone.
    pub rest: Rest,
}

/// A model at a provider.
#[derive(Debug, Clone)]
pub struct Provider {
    /// What it is called in attempts, logs and settings; each has a name of its own.
    pub name: String,
    /// What it speaks.
    pub kind: Kind,
    /// Where it is, as far as what the protocol adds: `https://api.openai.com/v1`,
    /// `https://api.anthropic.com/v1`, `http://localhost:11434/v1`.
    pub base_url: Url,
    /// Its key; local servers have none.
    pub key: Option<Key>,
    /// The model.
    pub model: String,
    /// What it costs.
    pub price: Price,
    /// How many calls may be under way.
    pub concurrency: usize,
    /// How long one call may take. All tries of it must fit the time of a [`crate::Limit`], or the
    /// next model is not reached when this one does not answer.
    pub timeout: Duration,
}

/// What a provider speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// OpenAI itself.
    OpenAi,
    /// OpenAI's API, by somebody else: vLLM, llama.cpp, Ollama. What it can is tried out.
    Compatible,
    /// Anthropic's Messages API.
    Anthropic,
}

/// When the same model is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How often it is asked in all; at least once.
    pub tries: u32,
    /// How long to wait before the second try; twice as long before each further one.
    pub pause: Duration,
    /// The longest wait. Who asks for more is given up for this call.
    pub longest_pause: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            tries: 3,
            pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(20),
        }
    }
}

/// When a model is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// After so many failures in a row.
    pub failures: u32,
    /// For so long; then one call tries it out.
    pub time: Duration,
}

impl Default for Rest {
    fn default() -> Self {
        Self {
            failures: 5,
            time: Duration::from_secs(30),
        }
    }
}

/// What is wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    /// Something of a provider.
    #[error("the model {name}: {what}")]
    Provider {
        /// Which.
        name: String,
        /// What.
        what: &'static str,
    },
    /// The system's certificates cannot be used.
    #[error("no connection can be made: {0}")]
    Connections(#[from] reqwest::Error),
}

impl Config {
    pub(crate) fn check(&self) -> Result<(), ConfigFault> {
        let names = || self.providers.iter().map(|provider| &provider.name);
        for provider in &self.providers {
            let mut fault = provider.fault();
            if names().filter(|name| **name == provider.name).count() > 1 {
                fault = Some("another has this name too");
            }
            if let Some(what) = fault {
                let name = provider.name.clone();
                return Err(ConfigFault::Provider { name, what });
            }
        }
        Ok(())
    }
}

impl Provider {
    pub(crate) fn fault(&self) -> Option<&'static str> {
        let url = &self.base_url;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            Some("its address must begin with https:// or http://")
        } else if !url.username().is_empty() || url.password().is_some() {
            Some("its address must hold no login")
        } else if url.query().is_some() || url.fragment().is_some() {
            Some("its address must end with its path")
        } else if self.name.is_empty() || self.model.is_empty() {
            Some("it needs a name and a model")
        } else if self.concurrency == 0 {
            Some("its concurrency must be at least 1")
        } else if self.timeout.is_zero() {
            Some("its calls need time")
        } else {
            None
        }
    }
}
