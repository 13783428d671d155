//! What becomes of an item by its type.

/// What an envelope item is, and whether it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// An error event: kept.
    Event,
    /// Known or not, it is counted by [`Kind::category`] and let go. Holds the type as sent.
    Other(&'a str),
}

impl<'a> Kind<'a> {
    /// The kind of an item whose header says `"type": item_type`.
    #[must_use]
    pub fn of(item_type: &'a str) -> Self {
        match item_type {
            "event" => Self::Event,
            other => Self::Other(other),
        }
    }

    /// True if BugSage stores it.
    #[must_use]
    pub fn is_kept(self) -> bool {
        self == Self::Event
    }

    /// Sentry's data category, as rate limits and client reports name it.
    #[must_use]
    pub fn category(self) -> &'static str {
        let Self::Other(name) = self else {
            return "error";
        };
        match name {
            "session" | "sessions" => "session",
            "transaction" => "transaction",
            "client_report" => "internal",
            "attachment" => "attachment",
            "profile" => "profile",
            "profile_chunk" => "profile_chunk",
            "replay_event" | "replay_recording" | "replay_video" => "replay",
            "check_in" => "monitor",
            "log" | "otel_log" => "log_item",
            "span" | "otel_span" => "span",
            "feedback" | "user_report" => "feedback",
            "statsd" | "metric_buckets" => "metric_bucket",
            "trace_metric" => "trace_metric",
            "security" | "raw_security" => "security",
            _ => "default",
        }
    }
}
