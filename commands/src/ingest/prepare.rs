//! Scrub, decode, group and compress one event: everything that needs no database.

use std::borrow::Cow;
use std::sync::Arc;

use bugsage_domain::grouping::{self, Fingerprint, Version};
use bugsage_domain::ids::{EventId, OrganizationId, ProjectId};
use bugsage_domain::occurrence::{self, NotAnEvent, Occurrence};
use bugsage_domain::scrub::{self, FILTERED, Limits, Refused, Rules, Trimmed};
use bugsage_domain::severity::Severity;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::compression::{Dictionary, compress};

/// Bytes of one event; more is refused.
pub const EVENT_MAX: usize = 1024 * 1024;
/// A sender's clock may be wrong by this much; beyond it the time of receipt counts.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::days(30);
/// Characters kept of an environment, a release and a tag's value.
const VALUE_MAX: usize = 200;
/// Tags kept for filters; the payload keeps all.
const TAGS_MAX: usize = 50;

/// On whose behalf an occurrence arrives, and what its project wants scrubbed.
#[derive(Debug, Clone)]
pub struct Reporter {
    /// The tenant.
    pub organization_id: OrganizationId,
    /// Its project.
    pub project_id: ProjectId,
    /// What is scrubbed.
    pub rules: Arc<Rules>,
    /// Keys the hashes of users.
    pub secret: Arc<[u8]>,
    /// What its events are compressed with, once there is one.
    pub dictionary: Option<Arc<Dictionary>>,
}

/// An occurrence ready to be stored.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The tenant.
    pub organization_id: OrganizationId,
    /// Its project.
    pub project_id: ProjectId,
    /// Its id.
    pub event_id: EventId,
    /// When it arrived; decides its partition.
    pub received_at: DateTime<Utc>,
    /// When it happened, by the sender's clock where that is credible.
    pub occurred_at: DateTime<Utc>,
    /// The algorithm that made the fingerprint.
    pub grouping_version: Version,
    /// What decides its error.
    pub fingerprint: Fingerprint,
    /// The title of the error it would make; parametrized.
    pub title: String,
    /// What the reader sees of this very occurrence.
    pub headline: String,
    /// The function, module or transaction it happened in.
    pub culprit: Option<String>,
    /// How bad.
    pub severity: Severity,
    /// Sentry's level, as sent.
    pub level: Option<String>,
    /// Where it came from: `sentry`, or what the caller of the API said.
    pub source: String,
    /// The id there.
    pub source_id: Option<String>,
    /// What kind of error the caller says it is.
    pub category: Option<String>,
    /// Tags of the error that it would make.
    pub error_tags: Vec<String>,
    /// The platform.
    pub platform: Option<String>,
    /// The deployment.
    pub environment: Option<String>,
    /// The version of the application.
    pub release: Option<String>,
    /// Tags as `key:value`.
    pub tags: Vec<String>,
    /// Keyed hash of the person affected.
    pub user_hash: Option<Vec<u8>>,
    /// What a person wrote about it.
    pub description: Option<String>,
    /// Keyed digest of it, in hex.
    pub description_digest: Option<String>,
    /// The scrubbed event, compressed with zstd.
    pub payload: Vec<u8>,
    /// 0, or the id of the dictionary that takes.
    pub encoding: i32,
    /// What limits cut off.
    pub trimmed: bool,
}

impl Prepared {
    /// The headline as the database takes it: the one text that may not have come through the
    /// scrubber, which replaces NUL.
    pub(super) fn stored_headline(&self) -> Cow<'_, str> {
        match self.headline.contains('\0') {
            true => Cow::Owned(self.headline.replace('\0', "\u{fffd}")),
            false => Cow::Borrowed(&self.headline),
        }
    }
}

/// Why an event cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum Unpreparable {
    /// Over [`EVENT_MAX`].
    #[error("the event has {bytes} bytes: at most {EVENT_MAX} are taken")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It breaks a limit, or is no JSON.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It is JSON but no event.
    #[error(transparent)]
    NotAnEvent(#[from] NotAnEvent),
    /// It cannot be compressed.
    #[error("the event cannot be compressed: {0}")]
    Compression(#[from] std::io::Error),
}

/// Prepares one event. Deterministic but for `fallback_id`, which serves where the sender gave none.
///
/// # Errors
/// See [`Unpreparable`]; all but `Compression` are the sender's.
pub fn prepare(
    reporter: &Reporter,
    json: &[u8],
    envelope_id: Option<EventId>,
    fallback_id: EventId,
    received_at: DateTime<Utc>,
) -> Result<Prepared, Unpreparable> {
    if json.len() > EVENT_MAX {
        return Err(Unpreparable::TooLarge { bytes: json.len() });
    }
    let scrubbed = scrub::scrub(json, &reporter.rules, &Limits::default())?;
    let occurrence = occurrence::decode(&scrubbed.without_breadcrumbs())?;
    let grouping = grouping::fingerprint(grouping::CURRENT, &occurrence);
    let event_id = occurrence.event_id.map(EventId).or(envelope_id);
    let (payload, encoding) = compress(&scrubbed.json, reporter.dictionary.as_deref())?;
    Ok(Prepared {
        organization_id: reporter.organization_id,
        project_id: reporter.project_id,
        event_id: event_id.unwrap_or(fallback_id),
        received_at,
        occurred_at: occurred_at(&occurrence, received_at),
        grouping_version: grouping.version,
        fingerprint: grouping.fingerprint,
        headline: headline(&occurrence).unwrap_or_else(|| grouping.title.clone()),
        title: grouping.title,
        culprit: grouping.culprit,
        severity: Severity::from_level(occurrence.level.as_deref()),
        source: "sentry".to_owned(),
        source_id: None,
        category: None,
        error_tags: Vec::new(),
        tags: tags(&occurrence),
        user_hash: user_hash(reporter, &occurrence, json),
        environment: occurrence.environment.map(|text| cut(text, VALUE_MAX)),
        release: occurrence.release.map(|text| cut(text, VALUE_MAX)),
        level: occurrence.level.map(|text| cut(text, 20)),
        platform: occurrence.platform.map(|text| cut(text, 64)),
        description: None,
        description_digest: None,
        payload,
        encoding,
        trimmed: scrubbed.trimmed != Trimmed::default(),
    })
}

/// The raw title: what the last exception or the message says, not parametrized.
fn headline(occurrence: &Occurrence) -> Option<String> {
    let text = match occurrence.exceptions.last() {
        Some(exception) => {
            let kind = exception.kind.as_deref();
            let value = exception.value.as_deref().and_then(|v| v.lines().next());
            match (kind, value) {
                (Some(kind), Some(value)) => format!("{kind}: {value}"),
                (one, other) => one.or(other)?.to_owned(),
            }
        }
        None => occurrence
            .message
            .as_ref()?
            .formatted
            .lines()
            .next()?
            .to_owned(),
    };
    Some(cut(text, 255))
}

fn occurred_at(occurrence: &Occurrence, received_at: DateTime<Utc>) -> DateTime<Utc> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturates; then it is not credible"
    )]
    let claimed = occurrence
        .timestamp
        .and_then(|seconds| DateTime::from_timestamp_micros((seconds * 1e6) as i64));
    claimed
        .filter(|claimed| (*claimed - received_at).abs() < CLOCK_TOLERANCE)
        .unwrap_or(received_at)
}

fn tags(occurrence: &Occurrence) -> Vec<String> {
    occurrence
        .tags
        .iter()
        .take(TAGS_MAX)
        .map(|(key, value)| cut(format!("{key}:{value}"), VALUE_MAX))
        .collect()
}

/// A person whose address was scrubbed is told from others by what was sent; only the hash is kept.
fn user_hash(reporter: &Reporter, occurrence: &Occurrence, sent: &[u8]) -> Option<Vec<u8>> {
    let mut user = occurrence.user.clone()?;
    if user.identity()?.contains(FILTERED) {
        user = occurrence::decode(sent).ok()?.user?;
    }
    Some(keyed_digest(&reporter.secret, user.identity()?.as_bytes())[..16].to_vec())
}

/// HMAC-SHA256 under the installation's secret: tells equal texts apart from others, and nothing more.
#[must_use]
pub fn keyed_digest(secret: &[u8], text: &[u8]) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key length will do");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// At most `max` characters of a text.
pub(super) fn cut(mut text: String, max: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(max) {
        text.truncate(end);
    }
    text
}
