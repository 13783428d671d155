//! What becomes of an envelope's items, and Sentry's name for their data category.

/// Whether an item is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// An error event: stored.
    Event,
    /// Accepted and counted, not stored; under the data category of Sentry's rate limits.
    NotKept(&'static str),
}

/// What becomes of an item of this type. Types nobody has heard of are accepted too.
#[must_use]
pub fn kept(kind: &str) -> Kept {
    Kept::NotKept(match kind {
        "event" => return Kept::Event,
        "session" | "sessions" => "session",
        "transaction" => "transaction",
        "span" => "span",
        "attachment" => "attachment",
        "profile" | "profile_chunk" => "profile",
        "replay_event" | "replay_recording" | "replay_video" => "replay",
        "check_in" => "monitor",
        "log" | "otel_log" => "log_item",
        "feedback" | "user_report" => "feedback",
        "statsd" | "metric_buckets" | "trace_metric" => "metric_bucket",
        "client_report" => "internal",
        "security" | "nel" => "security",
        _ => "default",
    })
}
