//! The requests: envelopes of 3–30 KB made from what real SDKs sent, each with an id of its own.
//!
//! `data/` holds one event as each SDK sent it for a small shop. A variant of it belongs to one
//! of the groups (type and frames renamed) and gets breadcrumbs up to its size. Half
//! of the bodies are gzip, but for those that each make a group; there the line with the id is a
//! member of its own, so that nothing is compressed while the clock runs.

use std::io::Write;

use flate2::{Compression, Crc, write::GzEncoder};
use serde_json::{Value, json};

use crate::load::Requests;

const EVENTS: [&str; 3] = [
    include_str!("../data/python.json"),
    include_str!("../data/node.json"),
    include_str!("../data/rust.json"),
];
/// Different bodies of one group.
const VARIANTS: u64 = 16;

/// How the requests of a run differ.
#[derive(Debug, Clone)]
pub(crate) struct Mix {
    /// Groups among the bodies.
    pub(crate) groups: u64,
    /// Each request makes a group of its own.
    pub(crate) all_new: bool,
    /// Numbers that no other run uses begin here.
    pub(crate) seed: u64,
}

/// Bodies made before the clock runs.
pub(crate) struct Corpus {
    head: String,
    bodies: Vec<Body>,
    mix: Mix,
}

struct Body {
    is_gzip: bool,
    /// Everything after the line with the id.
    rest: Vec<u8>,
}

impl Corpus {
    /// For a project's number and DSN key.
    pub(crate) fn new(project: i64, key: &str, mix: Mix) -> Self {
        let head = format!(
            "POST /api/{project}/envelope/ HTTP/1.1\r\nHost: bench\r\nContent-Type: application/x-sentry-envelope\r\n\
             X-Sentry-Auth: Sentry sentry_version=7, sentry_key={key}, sentry_client=bench/1\r\n"
        );
        let mut random = Random(mix.seed);
        let bodies = (0..mix.groups * VARIANTS)
            .map(|number| {
                body(
                    number % mix.groups,
                    number % 2 == 0 && !mix.all_new,
                    &mut random,
                )
            })
            .collect();
        Self { head, bodies, mix }
    }

    /// One envelope, and whether it is gzip.
    pub(crate) fn body(&self, number: u64) -> (bool, Vec<u8>) {
        let body = self.of(number);
        let mut whole = Vec::new();
        self.write_body(body, number, &mut whole);
        (body.is_gzip, whole)
    }

    fn of(&self, number: u64) -> &Body {
        &self.bodies[usize::try_from(number).unwrap_or(0) % self.bodies.len()]
    }

    fn write_body(&self, body: &Body, number: u64, to: &mut Vec<u8>) {
        let line = id_line(Random(self.mix.seed ^ number).bytes());
        match body.is_gzip {
            true => store(&line, to),
            false => to.extend_from_slice(&line),
        }
        match self.mix.all_new {
            true => to.extend_from_slice(&replaced(&body.rest, &format!("k{number}"))),
            false => to.extend_from_slice(&body.rest),
        }
    }
}

impl Requests for Corpus {
    fn write(&self, number: u64, to: &mut Vec<u8>) {
        let body = self.of(number);
        let (encoding, line) = match body.is_gzip {
            true => ("Content-Encoding: gzip\r\n", ID_LINE + STORED),
            false => ("", ID_LINE),
        };
        let length = line + body.rest.len();
        to.extend_from_slice(self.head.as_bytes());
        write!(to, "{encoding}Content-Length: {length}\r\n\r\n").expect("memory");
        self.write_body(body, number, to);
    }
}

/// Bytes of the line with the id.
const ID_LINE: usize = 48;

fn id_line(id: [u8; 16]) -> [u8; ID_LINE] {
    let mut line = *b"{\"event_id\":\"00000000000000000000000000000000\"}\n";
    let id = uuid::Builder::from_random_bytes(id).into_uuid();
    id.simple().encode_lower(&mut line[13..45]);
    line
}

/// Stands in names where each request is to have its own; as long as what replaces it.
const FRESH: &str = "QQQQQQQQQQQQ";

fn replaced(body: &[u8], word: &str) -> Vec<u8> {
    // Letters alone: digits of a type's name do not count for grouping.
    let letters: String = word.bytes().map(|b| char::from(b'a' + b % 26)).collect();
    let padded = format!("{letters:a>width$}", width = FRESH.len());
    let mut own = body.to_vec();
    let mut from = 0;
    let next = |own: &[u8]| own.windows(FRESH.len()).position(|w| w == FRESH.as_bytes());
    while let Some(at) = next(&own[from..]) {
        let place = from + at..from + at + FRESH.len();
        own[place.clone()].copy_from_slice(padded.as_bytes());
        from = place.end;
    }
    own
}

fn body(group: u64, is_gzip: bool, random: &mut Random) -> Body {
    let template = EVENTS[usize::try_from(group % 3).unwrap_or(0)];
    let mut event: Value = serde_json::from_str(template).expect("an event");
    rename(&mut event, group);
    event["user"] = json!({"id": format!("customer-{}", random.below(5_000))});
    event["timestamp"] = json!(1_790_000_000.0 + random.below(1_000_000) as f64 / 1e3);
    let share = random.below(1_000) as f64 / 1e3;
    let size = 3_000 + (27_000.0 * share.powi(3)) as usize;
    let mut crumbs = Vec::new();
    let mut length = event.to_string().len();
    while length < size {
        let crumb = breadcrumb(random);
        length += crumb.to_string().len() + 1;
        crumbs.push(crumb);
    }
    event["breadcrumbs"] = json!({"values": crumbs});
    let payload = event.to_string();
    let rest = format!(
        "{{\"type\":\"event\",\"length\":{}}}\n{payload}\n",
        payload.len()
    );
    let rest = if is_gzip {
        packed(rest.as_bytes())
    } else {
        rest.into_bytes()
    };
    Body { is_gzip, rest }
}

/// Names the exception raised last after its group, in letters, and the application's frames: errors that
/// share all but a type's name join into one.
fn rename(event: &mut Value, group: u64) {
    let letters: String = [group / 26, group % 26]
        .map(|n| char::from(b'a' + u8::try_from(n % 26).unwrap_or(0)))
        .iter()
        .collect();
    let exceptions = event["exception"]["values"]
        .as_array_mut()
        .expect("exceptions");
    for exception in exceptions.iter_mut() {
        let frames = exception["stacktrace"]["frames"].as_array_mut();
        for frame in frames.into_iter().flatten() {
            rename_own(frame, &letters);
        }
    }
    let last = exceptions.last_mut().expect("one");
    last["type"] = json!(format!("Shop{letters}{FRESH}Error"));
}

/// A frame of the application: where it stands and what it is.
fn rename_own(frame: &mut Value, letters: &str) {
    let path = frame["abs_path"].as_str().or(frame["filename"].as_str());
    if !path.is_some_and(|path| path.contains("shop")) {
        return;
    }
    for name in ["function", "module", "filename", "abs_path"] {
        if let Some(text) = frame[name].as_str() {
            let (stem, extension) = text.rsplit_once('.').unwrap_or((text, ""));
            frame[name] = json!(format!("{stem}{letters}{FRESH}.{extension}"));
        }
    }
}

fn breadcrumb(random: &mut Random) -> Value {
    let path = ["orders", "customers", "stock", "payments"][random.below(4) as usize];
    json!({
        "timestamp": 1_790_000_000.0 + random.below(1_000_000) as f64 / 1e3, "type": "http",
        "category": "httplib", "level": "info",
        "data": {
            "url": format!("http://backend.shop.internal/{path}/{:x}", random.next()),
            "method": "GET", "status_code": 200 + random.below(4), "reason": "OK",
            "duration_ms": random.below(900),
        },
    })
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// Bytes of a gzip member around what it holds as it is.
const STORED: usize = 10 + 5 + 8;

/// A gzip member that holds the line as it is; an encoder would be made for each request.
fn store(line: &[u8; ID_LINE], to: &mut Vec<u8>) {
    const LENGTH: u16 = ID_LINE as u16;
    let mut crc = Crc::new();
    crc.update(line);
    to.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    to.push(1); // the last block, stored
    to.extend_from_slice(&LENGTH.to_le_bytes());
    to.extend_from_slice(&(!LENGTH).to_le_bytes());
    to.extend_from_slice(line);
    to.extend_from_slice(&crc.sum().to_le_bytes());
    to.extend_from_slice(&u32::from(LENGTH).to_le_bytes());
}

/// Repeatable numbers (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn bytes(mut self) -> [u8; 16] {
        (u128::from(self.next()) << 64 | u128::from(self.next())).to_le_bytes()
    }
}
