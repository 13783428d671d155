//! Requests byte for byte, over a bare connection: no client would send most of them.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::service::{KEY, PROJECT};

/// The longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request as it goes over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    line: String,
    headers: Vec<u8>,
    body: Vec<u8>,
    framing: Framing,
}

#[derive(Debug, Clone, PartialEq)]
enum Framing {
    /// With the length of the body.
    True,
    /// With what the headers say, and nothing of ours.
    Own,
    /// As [`Framing::Own`], and the sender is gone after the last byte.
    Cut,
}

impl Request {
    pub(crate) fn new(method: &str, path: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            line: format!("{method} {path} HTTP/1.1"),
            headers: Vec::new(),
            body: body.into(),
            framing: Framing::True,
        }
    }

    /// To where SDKs send envelopes.
    pub(crate) fn envelope(body: impl Into<Vec<u8>>) -> Self {
        let path = format!("/api/{PROJECT}/envelope/?sentry_key={KEY}");
        Self::new("POST", &path, body)
    }

    /// To where old SDKs send single events.
    pub(crate) fn store(body: impl Into<Vec<u8>>) -> Self {
        let path = format!("/api/{PROJECT}/store/?sentry_key={KEY}");
        Self::new("POST", &path, body)
    }

    /// One event in an envelope.
    pub(crate) fn event(event: impl AsRef<[u8]>) -> Self {
        Self::envelope(framed(&[event.as_ref()]))
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        for part in [name.as_bytes(), b": ", value.as_ref(), b"\r\n"] {
            self.headers.extend_from_slice(part);
        }
        self
    }

    pub(crate) fn encoded(self, encoding: &str) -> Self {
        self.header("content-encoding", encoding)
    }

    /// The request line instead of the one that fits.
    pub(crate) fn line(mut self, line: impl Into<String>) -> Self {
        self.line = line.into();
        self
    }

    /// Nothing is said of the length of the body but what the headers say.
    pub(crate) fn own_framing(mut self) -> Self {
        self.framing = Framing::Own;
        self
    }

    /// The sender goes after the last byte, with more promised.
    pub(crate) fn cut(mut self) -> Self {
        self.framing = Framing::Cut;
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\nhost: x\r\nconnection: close\r\n", self.line).into_bytes();
        bytes.extend_from_slice(&self.headers);
        if self.framing == Framing::True {
            bytes.extend(format!("content-length: {}\r\n", self.body.len()).bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// The events as one envelope, each with its length.
pub(crate) fn framed(events: &[&[u8]]) -> Vec<u8> {
    let mut body = b"{}\n".to_vec();
    for event in events {
        body.extend(format!("{{\"type\":\"event\",\"length\":{}}}\n", event.len()).bytes());
        body.extend_from_slice(event);
        body.push(b'\n');
    }
    body
}

/// What came back; without a status where the connection was closed with no answer in HTTP/1.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: Option<u16>,
    pub(crate) text: String,
}

/// Sends a request and reads until the service closes the connection.
pub(crate) async fn exchange(address: &str, request: &Request) -> Answer {
    let exchanged = async {
        let (mut from, mut to) = TcpStream::connect(address)
            .await
            .expect("it listens")
            .into_split();
        let bytes = request.bytes();
        let cut = request.framing == Framing::Cut;
        let writing = async move {
            // Who is refused midway may find the connection closed: the answer tells.
            let written = to.write_all(&bytes).await;
            if cut && written.is_ok() {
                to.shutdown().await.ok();
            }
            to // or the connection would be closed half
        };
        let reading = async move {
            let mut answer = Vec::new();
            // A reset after the answer is as good as its end.
            from.read_to_end(&mut answer).await.ok();
            answer
        };
        let (_to, answer) = tokio::join!(writing, reading);
        answer
    };
    let answer = tokio::time::timeout(PATIENCE, exchanged)
        .await
        .expect("the connection ends");
    let text = String::from_utf8_lossy(&answer);
    let text = text.trim_start_matches("HTTP/1.1 100 Continue\r\n\r\n");
    let status = text.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5));
    Answer {
        status: status.and_then(|status| status.parse().ok()),
        text: text.to_owned(),
    }
}
