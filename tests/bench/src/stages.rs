//! What one event costs before it reaches the database, stage by stage, on one thread.

use std::hint::black_box;
use std::io::Read;
use std::time::{Duration, Instant};

use bugsage_commands::intake::{envelope, inflate};
use bugsage_domain::{grouping, occurrence, scrub, similarity};

use crate::corpus::{Corpus, Mix};
use crate::table::Table;

/// How many bodies; each is measured as often as the time allows.
const BODIES: u64 = 2_000;

/// Prints microseconds of each stage over the same bodies.
pub(crate) fn run(seconds: u64) {
    let mix = Mix {
        groups: 200,
        all_new: false,
        seed: 23,
    };
    let corpus = Corpus::new(1, "key", mix);
    let bodies: Vec<_> = (0..BODIES).map(|number| corpus.body(number)).collect();
    let (packed, plain): (Vec<_>, Vec<_>) = bodies.into_iter().partition(|(is_gzip, _)| *is_gzip);
    let packed: Vec<Vec<u8>> = packed.into_iter().map(|(_, body)| body).collect();
    let mut envelopes: Vec<Vec<u8>> = packed.iter().map(|body| unpacked(body)).collect();
    envelopes.extend(plain.into_iter().map(|(_, body)| body));
    let events: Vec<&[u8]> = envelopes.iter().map(|body| event(body)).collect();
    // What a new project has.
    let rules = scrub::Rules {
        emails: false,
        ip_addresses: false,
        extra_keys: Vec::new(),
    };
    let scrub = |event: &[u8]| {
        scrub::scrub(event, &rules, &scrub::Limits::default())
            .expect("an event")
            .json
    };
    let scrubbed: Vec<Vec<u8>> = events.iter().map(|event| scrub(event)).collect();
    let decode = |json: &[u8]| occurrence::decode(json).expect("an event");
    let decoded: Vec<_> = scrubbed.iter().map(|json| decode(json)).collect();

    let mut bench = Bench {
        table: Table::new(&["stage, one thread", "µs an event", "bytes in"]),
        duration: Duration::from_secs(seconds.div_ceil(5)),
    };
    bench.stage("inflate (gzip)", &packed, Vec::len, |body| {
        inflate::inflate(gzip(), body, usize::MAX >> 1)
    });
    bench.stage("envelope", &envelopes, Vec::len, |body| {
        envelope::parse(body).expect("an envelope").items.len()
    });
    bench.stage("scrub", &events, |event| event.len(), |event| scrub(event));
    bench.stage("decode", &scrubbed, Vec::len, |json| decode(json));
    bench.stage(
        "group",
        &decoded,
        |_| 0,
        |occurrence| grouping::fingerprint(grouping::CURRENT, occurrence),
    );
    bench.stage(
        "sketch and vector",
        &decoded,
        |_| 0,
        |occurrence| similarity::sketch(occurrence).vector(),
    );
    bench.stage("zstd 1", &scrubbed, Vec::len, |json| {
        zstd::bulk::compress(json, 1)
    });
    bench.table.print();
}

struct Bench {
    table: Table,
    duration: Duration,
}

impl Bench {
    fn stage<I, O>(
        &mut self,
        name: &str,
        inputs: &[I],
        size: impl Fn(&I) -> usize,
        work: impl Fn(&I) -> O,
    ) {
        let (started, before, mut rounds) = (Instant::now(), on_cpu(), 0_u32);
        while started.elapsed() < self.duration {
            for input in inputs {
                black_box(work(black_box(input)));
            }
            rounds += 1;
        }
        let each = (on_cpu() - before) / rounds / u32::try_from(inputs.len()).expect("few");
        let bytes = inputs.iter().map(size).sum::<usize>() / inputs.len();
        self.table.row(vec![
            name.to_owned(),
            format!("{:.1}", each.as_nanos() as f64 / 1e3),
            bytes.to_string(),
        ]);
    }
}

/// Time of this thread on a processor: others on the machine do not count.
fn on_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = text.split_whitespace().next().and_then(|n| n.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}

fn gzip() -> inflate::Encoding {
    inflate::Encoding::parse("gzip").expect("a known encoding")
}

fn unpacked(body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(body);
    reader.read_to_end(&mut plain).expect("a gzip body");
    plain
}

/// The one event of an envelope.
fn event(body: &[u8]) -> &[u8] {
    envelope::parse(body).expect("an envelope").items[0].payload
}
