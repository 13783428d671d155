//! Every metric, once: what it counts, in which unit, by which labels.

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// Tells the recorder.
pub(super) fn describe() {
    http();
    ingest();
    people();
    jobs();
    similarity();
    state();
}

fn http() {
    describe_counter!(
        "bugsage_http_requests_total",
        Unit::Count,
        "Requests answered, by method, route and class of status (2xx to 5xx)."
    );
    describe_histogram!(
        "bugsage_http_request_duration_seconds",
        Unit::Seconds,
        "Seconds from the headers of a request to those of its answer, by method and route."
    );
    describe_gauge!(
        "bugsage_http_connections",
        Unit::Count,
        "Connections that are open, idle ones included."
    );
    describe_counter!(
        "bugsage_answers_refused_total",
        Unit::Count,
        "Answers that were not given because too many bytes of others waited to be fetched."
    );
}

fn people() {
    describe_counter!(
        "bugsage_sign_ins_total",
        Unit::Count,
        "Sign-ins by password or provider, by outcome: started, refused or throttled."
    );
    describe_counter!(
        "bugsage_password_hashes_total",
        Unit::Count,
        "Passwords that were hashed, to be stored or to be compared."
    );
    describe_counter!(
        "bugsage_letters_total",
        Unit::Count,
        "Letters handed to the mail server or the folder, by outcome: sent or failed."
    );
}

fn jobs() {
    describe_gauge!(
        "bugsage_jobs",
        Unit::Count,
        "Jobs that are not done, by kind and state: waiting, running or dead."
    );
    describe_gauge!(
        "bugsage_jobs_oldest_seconds",
        Unit::Seconds,
        "Seconds for which the oldest of them has been due, by kind and state."
    );
    describe_counter!(
        "bugsage_job_tries_total",
        Unit::Count,
        "Tries of jobs, by kind and outcome: done, failed, dead, lost or given_back."
    );
    describe_histogram!(
        "bugsage_job_seconds",
        Unit::Seconds,
        "Seconds that a try of a job took, by kind."
    );
    describe_gauge!(
        "bugsage_relay_failing",
        Unit::Count,
        "1 while domain events cannot be relayed to NATS, else 0."
    );
}

fn ingest() {
    describe_counter!(
        "bugsage_ingest_events_total",
        Unit::Count,
        "Events that are durable, by outcome: new, known or duplicate."
    );
    describe_counter!(
        "bugsage_ingest_events_refused_total",
        Unit::Count,
        "Events that were refused beside others of their request: too large, too deep or no JSON."
    );
    describe_counter!(
        "bugsage_ingest_events_trimmed_total",
        Unit::Count,
        "Events of which frames, breadcrumbs, tags or text over a limit were left out."
    );
    describe_counter!(
        "bugsage_ingest_items_not_kept_total",
        Unit::Count,
        "Envelope items that are accepted and not kept, by Sentry's data category."
    );
    describe_counter!(
        "bugsage_ingest_items_broken_total",
        Unit::Count,
        "Envelope items whose framing is broken; the others of the envelope are kept."
    );
    describe_counter!(
        "bugsage_ingest_rejected_requests_total",
        Unit::Count,
        "Ingest requests of which nothing was taken, by reason."
    );
    describe_histogram!(
        "bugsage_ingest_batch_occurrences",
        Unit::Count,
        "Occurrences written by one commit."
    );
    describe_histogram!(
        "bugsage_ingest_commit_seconds",
        Unit::Seconds,
        "Seconds from taking a batch of occurrences to its answers; the commit is most of it."
    );
    describe_gauge!(
        "bugsage_ingest_queue_occurrences",
        Unit::Count,
        "Occurrences that wait for the next commit."
    );
    describe_gauge!(
        "bugsage_ingest_bytes_in_flight",
        Unit::Bytes,
        "Bytes that bodies of requests hold; BUGSAGE_INFLIGHT_MB bounds them."
    );
}

fn similarity() {
    describe_counter!(
        "bugsage_similarity_joined_total",
        Unit::Count,
        "New errors that joined one they are like."
    );
    describe_counter!(
        "bugsage_similarity_skipped_total",
        Unit::Count,
        "New errors that nobody asked about, because too many came at once."
    );
    describe_counter!(
        "bugsage_stepped_aside_total",
        Unit::Count,
        "Times that work beside ingest waited for its turn, because occurrences queued."
    );
}

fn state() {
    describe_histogram!(
        "bugsage_command_commit_seconds",
        Unit::Seconds,
        "Seconds from taking a batch of commands to its answers; the commit is most of it."
    );
    describe_gauge!(
        "bugsage_projection_stalled",
        Unit::Count,
        "1 while the handler of the projection fails, else 0."
    );
    describe_gauge!(
        "bugsage_projection_lag_positions",
        Unit::Count,
        "Positions from what the projection has applied to the last domain event; gaps count too."
    );
    describe_gauge!(
        "bugsage_database_connections",
        Unit::Count,
        "Connections of the service's pool, by state: busy or idle."
    );
    describe_gauge!(
        "bugsage_database_connections_max",
        Unit::Count,
        "The most connections that the service's pool opens."
    );
    describe_gauge!(
        "bugsage_nats_up",
        Unit::Count,
        "1 while NATS is connected, else 0; absent where it is not used."
    );
}
