//! HTTP to a provider: bounded in time and size, and nothing of the key in what is told.
//!
//! Requests and answers have the types of async-openai where it has them. Its client is not used:
//! it hides the headers of errors (`Retry-After`), reads answers of any size, and logs those that
//! it cannot read.

use std::error::Error;
use std::time::{Duration, SystemTime};

use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use serde::Serialize;
use tokio::time::Instant;
use url::Url;

use crate::config::{ConfigFault, Provider};
use crate::{Key, Outcome};

/// How long a connection may take, its names and keys included.
const CONNECTING: Duration = Duration::from_secs(5);

#[expect(clippy::disallowed_types, reason = "the adapter to model providers")]
type Http = reqwest::Client;

/// The way to one provider.
#[derive(Debug)]
pub(crate) struct Wire {
    http: Http,
    base: Url,
    key: Option<Key>,
    headers: HeaderMap,
    timeout: Duration,
}

/// An answer of any status.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) request_id: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// No answer.
pub(crate) struct Lost {
    pub(crate) outcome: Outcome,
    /// The request may have arrived, and cost something.
    pub(crate) was_sent: bool,
}

impl Wire {
    /// With the headers that each request has. Those with the key are kept from being shown.
    pub(crate) fn new(
        provider: &Provider,
        headers: impl IntoIterator<Item = (HeaderName, String)>,
    ) -> Result<Self, ConfigFault> {
        let fault = |what| ConfigFault::Provider {
            name: provider.name.clone(),
            what,
        };
        provider.fault().map_or(Ok(()), |what| Err(fault(what)))?;
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            let value = HeaderValue::from_str(&value);
            let mut value =
                value.map_err(|_| fault("its key has characters that no header takes"))?;
            value.set_sensitive(true);
            all.insert(name, value);
        }
        all.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let http = Http::builder()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(CONNECTING)
            .build()?;
        Ok(Self {
            http,
            base: provider.base_url.clone(),
            key: provider.key.clone(),
            headers: all,
            timeout: provider.timeout,
        })
    }

    /// Posts JSON to a path below the base, and reads at most `most` bytes of the answer.
    pub(crate) async fn post(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
        most: usize,
    ) -> (Duration, Result<Reply, Lost>) {
        let begun = Instant::now();
        let reply = self.exchange(path, body, most).await;
        (begun.elapsed(), reply)
    }

    async fn exchange(
        &self,
        path: &str,
        body: &(impl Serialize + Sync),
        most: usize,
    ) -> Result<Reply, Lost> {
        let body = serde_json::to_vec(body).map_err(|fault| Lost {
            outcome: Outcome::BadRequest {
                status: 0,
                message: fault.to_string(),
            },
            was_sent: false,
        })?;
        let mut url = self.base.clone();
        url.set_path(&format!(
            "{}/{path}",
            self.base.path().trim_end_matches('/')
        ));
        let request = self.http.post(url).headers(self.headers.clone());
        let response = request.timeout(self.timeout).body(body).send().await;
        let response = response.map_err(|error| lost(&error))?;
        let headers = response.headers();
        let request_id = ["x-request-id", "request-id"].iter();
        let request_id = request_id.filter_map(|name| headers.get(*name)?.to_str().ok());
        Ok(Reply {
            status: response.status().as_u16(),
            retry_after: retry_after(headers),
            request_id: request_id.map(|id| self.hidden(id)).next(),
            body: self.read(response, most).await?,
        })
    }

    async fn read(&self, mut response: Response, most: usize) -> Result<Vec<u8>, Lost> {
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|error| lost(&error))? {
            if body.len() + part.len() > most {
                return Err(Lost {
                    outcome: Outcome::Malformed {
                        fault: format!("it has more than {most} bytes"),
                    },
                    was_sent: true,
                });
            }
            body.extend_from_slice(&part);
        }
        Ok(body)
    }

    /// A text of the provider, without the key.
    pub(crate) fn hidden(&self, text: &str) -> String {
        match &self.key {
            Some(key) => key.hide_in(text),
            None => text.to_owned(),
        }
    }
}

/// What went wrong, without the address.
fn lost(error: &reqwest::Error) -> Lost {
    let mut cause: &(dyn Error + 'static) = error;
    while let Some(below) = cause.source() {
        cause = below;
    }
    let outcome = match error.is_timeout() {
        true => Outcome::TimedOut,
        false => Outcome::Unreachable {
            fault: cause.to_string(),
        },
    };
    Lost {
        outcome,
        was_sent: !error.is_connect() && !error.is_builder(),
    }
}

/// Seconds, or a date: that is compared with the provider's own, whatever time it is here.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let told = text(RETRY_AFTER)?.trim();
    if let Ok(seconds) = told.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = |text| -> Option<SystemTime> { httpdate::parse_http_date(text).ok() };
    let wait = date(told)?.duration_since(date(text(DATE)?)?);
    Some(wait.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_seconds_or_a_date_by_the_providers_clock() {
        let told = |retry: &'static str| {
            let mut headers = HeaderMap::new();
            let date = HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT");
            headers.insert(DATE, date);
            headers.insert(RETRY_AFTER, HeaderValue::from_static(retry));
            retry_after(&headers).map(|wait| wait.as_secs_f64())
        };
        assert_eq!(told("7"), Some(7.0));
        assert_eq!(told("0.5"), Some(0.5));
        assert_eq!(told("Sun, 06 Nov 1994 08:50:07 GMT"), Some(30.0));
        assert_eq!(told("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0.0));
        assert_eq!(told("-1"), None);
        assert_eq!(told("inf"), None);
        assert_eq!(told("soon"), None);
    }
}
