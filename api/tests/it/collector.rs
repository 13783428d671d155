//! An OpenTelemetry collector, faked at the wire: it takes OTLP over HTTP and keeps it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use crate::service::PATIENCE;

/// Listens until the test ends.
pub(crate) struct Collector {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<Taken>>>,
}

/// One request that came.
pub(crate) struct Taken {
    /// Its first line and headers.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Collector {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("a port");
        let taken = Arc::new(Mutex::new(Vec::new()));
        let keeping = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                take_all(stream, &keeping).ok(); // it ends when the service does
            }
        });
        Self { address, taken }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What `look` sees in all that has come.
    pub(crate) fn with_taken<T>(&self, look: impl FnOnce(&[Taken]) -> T) -> T {
        look(&self.taken.lock().expect("a list"))
    }

    /// The messages that have come.
    pub(crate) fn messages(&self) -> Vec<ExportTraceServiceRequest> {
        self.with_taken(|taken| {
            let bodies = taken.iter().map(|taken| &*taken.body);
            let messages = bodies.map(ExportTraceServiceRequest::decode);
            messages.map(|message| message.expect("OTLP")).collect()
        })
    }

    /// All spans that have come.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let resources = self.messages().into_iter().flat_map(|m| m.resource_spans);
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    /// The first span of this name, once it is there.
    pub(crate) fn span(&self, name: &str) -> Span {
        let end = Instant::now() + PATIENCE;
        loop {
            let spans = self.spans();
            if let Some(span) = spans.iter().find(|span| span.name == name) {
                return span.clone();
            }
            let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
            assert!(Instant::now() < end, "{name} is not in {names:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// An attribute as text; empty if it is not there.
pub(crate) fn attribute(attributes: &[KeyValue], key: &str) -> String {
    let value = attributes.iter().find(|attribute| attribute.key == key);
    match value.and_then(|found| found.value.clone()?.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        other => other.map_or_else(String::new, |other| format!("{other:?}")),
    }
}

/// Every request of a connection, each answered with an empty success.
fn take_all(stream: TcpStream, taken: &Mutex<Vec<Taken>>) -> std::io::Result<()> {
    let mut answers = stream.try_clone()?;
    let mut requests = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if requests.read_line(&mut head)? == 0 {
                return Ok(());
            }
        }
        let lower = head.to_ascii_lowercase();
        let mut lines = lower.lines();
        let length = lines.find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        requests.read_exact(&mut body)?;
        taken.lock().expect("a list").push(Taken { head, body });
        answers.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    }
}
