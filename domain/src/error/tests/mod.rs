//! Given events, when a command, then events or a refusal.

mod analysis;
mod contract;
mod delete;
mod detect;
mod edit;
mod fields;
mod ignore;
mod merge;
mod regress;
mod standing;
mod table;
mod tags;
mod upcast;

use chrono::{DateTime, TimeZone, Utc};
use cqrs_es::Aggregate;
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use uuid::Uuid;

use super::*;
use crate::actor::Actor;
use crate::analysis::Category;
use crate::ids::{ErrorId, OrganizationId, ProjectId, TextId};
use crate::severity::Severity;

const US: ErrorId = ErrorId(Uuid::from_u128(1));
const OTHER: ErrorId = ErrorId(Uuid::from_u128(2));
const THIRD: ErrorId = ErrorId(Uuid::from_u128(3));
const ANN: Actor = Actor::User {
    id: Uuid::from_u128(4),
};

type Test = AggregateTestExecutor<ErrorGroup>;

/// That hour of the first of January.
fn hour(hour: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 1, hour, 0, 0).unwrap()
}

fn facts() -> Detected {
    Detected {
        organization_id: OrganizationId(Uuid::from_u128(5)),
        project_id: ProjectId(7),
        error_id: US,
        title: "ValueError: bad <int>".to_owned(),
        culprit: Some("shop.cart.add".to_owned()),
        severity: Severity::High,
        source: "sentry".to_owned(),
        source_id: None,
        category: None,
        tags: vec!["web".to_owned()],
        platform: Some("python".to_owned()),
        grouping_version: 1,
        fingerprint: "0a1b".to_owned(),
        description: None,
        at: hour(0),
    }
}

fn alike() -> Alike {
    Alike {
        embedder: "frames-1".to_owned(),
        score: 0.913,
        shared: vec![SharedFeature {
            kind: crate::similarity::Kind::Frame,
            value: "shop.cart in add".to_owned(),
        }],
    }
}

fn text(row: u128, digest: &str) -> TextRef {
    TextRef {
        id: TextId(Uuid::from_u128(row)),
        digest: digest.to_owned(),
    }
}

fn result(number: u32) -> AnalysisResult {
    AnalysisResult {
        number,
        at: hour(2),
        provider: "local".to_owned(),
        model: "small-1".to_owned(),
        prompt_version: "analysis-1".to_owned(),
        spent: Spent {
            input_tokens: 900,
            output_tokens: 100,
            micros: 12,
            milliseconds: 340,
        },
        context: text(10, "c1"),
        answer: text(11, "a1"),
        category: Category::NullReference,
        confidence: 80,
        risk: Severity::High,
        found: true,
        dropped: 1,
        held_back: Some(HeldBack::MonthBudget),
    }
}

fn detected() -> ErrorEvent {
    ErrorEvent::ErrorDetected(Box::new(facts()))
}

fn resolved() -> ErrorEvent {
    ErrorEvent::ErrorResolved {
        by: ANN,
        at: hour(1),
        how: ResolvedHow::Manually,
        in_release: None,
    }
}

fn ignored(until: IgnoredUntil) -> ErrorEvent {
    ErrorEvent::ErrorIgnored { by: ANN, until }
}

/// An error that was detected, and what happened to it since.
fn given(since: impl IntoIterator<Item = ErrorEvent>) -> Test {
    TestFramework::with(()).given([detected()].into_iter().chain(since).collect())
}

fn given_nothing() -> Test {
    TestFramework::with(()).given_no_previous_events()
}

fn resolve() -> ErrorCommand {
    ErrorCommand::Resolve {
        by: ANN,
        at: hour(1),
        how: ResolvedHow::Manually,
        in_release: None,
    }
}

fn ignore(until: IgnoredUntil) -> ErrorCommand {
    ErrorCommand::Ignore {
        by: ANN,
        at: hour(1),
        until,
    }
}

fn edit(edit: Edit) -> ErrorCommand {
    ErrorCommand::Edit(Box::new(Edit {
        by: Some(ANN),
        at: hour(1),
        ..edit
    }))
}

fn reopen() -> ErrorCommand {
    ErrorCommand::Reopen { by: ANN }
}

fn delete() -> ErrorCommand {
    ErrorCommand::Delete { by: ANN }
}

fn refused(status: ErrorStatus, asked: &'static str) -> Refusal {
    Refusal::Status { status, asked }
}

fn folded(events: impl IntoIterator<Item = ErrorEvent>) -> ErrorGroup {
    let mut group = ErrorGroup::default();
    for event in events {
        group.apply(event);
    }
    group
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}
