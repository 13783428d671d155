//! A domain event as a sentence without its subject, which is who acted.

use bugsage_domain::error::{
    AnalysisFailure, AnalysisResult, Because, ErrorEvent, HeldBack, IgnoredUntil, ResolvedHow,
};

/// Things told of those that two errors share.
const SHARED_MAX: usize = 3;

/// Says what happened.
#[must_use]
pub fn words(event: &ErrorEvent) -> String {
    match event {
        ErrorEvent::ErrorDetected(_) => "occurred for the first time".to_owned(),
        ErrorEvent::ErrorRegressed { release, .. } => {
            format!(
                "occurred again after it was resolved{}",
                in_release(release)
            )
        }
        ErrorEvent::ErrorIgnoreExpired { .. } => {
            "is no longer ignored: the time is over".to_owned()
        }
        ErrorEvent::ErrorRetitled { title } => format!("changed the title to “{title}”"),
        ErrorEvent::ErrorDescribed { .. } => "changed the description".to_owned(),
        ErrorEvent::ErrorSeverityChanged { severity } => {
            format!("changed the severity to {severity}")
        }
        ErrorEvent::ErrorCategorized { category } => match category {
            Some(category) => format!("changed the category to “{category}”"),
            None => "removed the category".to_owned(),
        },
        ErrorEvent::ErrorTagged { tags } => format!("added the tags {}", tags.join(", ")),
        ErrorEvent::ErrorUntagged { tags } => format!("removed the tags {}", tags.join(", ")),
        ErrorEvent::ErrorAssigned { to } => format!("assigned it to {to}"),
        ErrorEvent::ErrorUnassigned => "assigned it to nobody".to_owned(),
        ErrorEvent::ErrorAnalysisBegun => "began to analyze the cause".to_owned(),
        ErrorEvent::ErrorAnalysisEnded => "ended the analysis".to_owned(),
        ErrorEvent::ErrorAnalysisRequested {
            number, because, ..
        } => asked(*number, *because),
        ErrorEvent::ErrorAnalysisStarted { number, .. } => format!("started analysis {number}"),
        ErrorEvent::ErrorAnalysisHeldBack { number, why, .. } => {
            let why = match why {
                HeldBack::ErrorBudget => "the error has had all that one may cost",
                HeldBack::MonthBudget => "too little of the month's budget is left",
                HeldBack::NoAnswer => "no model answered",
            };
            format!("left analysis {number} to rules: {why}")
        }
        ErrorEvent::ErrorAnalysisCompleted(result) => completed(result),
        ErrorEvent::ErrorAnalysisFailed { number, why, .. } => {
            let why = match why {
                AnalysisFailure::NoOccurrence => "no occurrence is left to read",
                AnalysisFailure::ContextErased => "what it was to be made from is erased",
                AnalysisFailure::GaveUp => "it was tried as often as it may be",
            };
            format!("ended analysis {number} without a result: {why}")
        }
        ErrorEvent::ErrorAnalysisSuperseded { number, by } => {
            format!("put analysis {by} in the place of analysis {number}")
        }
        ErrorEvent::ErrorFixBegun => "began a fix".to_owned(),
        ErrorEvent::ErrorFixEnded => "ended the fix without resolving it".to_owned(),
        ErrorEvent::ErrorResolved {
            how,
            in_release: release,
            ..
        } => {
            let by = match how {
                ResolvedHow::Manually => "",
                ResolvedHow::ByFix => " by a fix",
            };
            format!("resolved it{by}{}", in_release(release))
        }
        ErrorEvent::ErrorIgnored { until, .. } => match until {
            IgnoredUntil::Forever => "ignored it".to_owned(),
            IgnoredUntil::Time { at } => {
                format!("ignored it until {}", at.format("%Y-%m-%d %H:%M UTC"))
            }
            IgnoredUntil::Occurrences { count } => {
                format!("ignored it until it has occurred {count} times")
            }
        },
        ErrorEvent::ErrorReopened { .. } => "reopened it".to_owned(),
        ErrorEvent::ErrorMerged { into } => format!("merged it into {into}"),
        ErrorEvent::ErrorJoined { into, alike } => {
            let shared = alike.shared.iter().map(|one| one.value.as_str());
            let shared: Vec<_> = shared.take(SHARED_MAX).collect();
            let percent = alike.score * 100.0;
            format!(
                "merged it into {into}, which it is like by {percent:.0} % ({})",
                shared.join(", ")
            )
        }
        ErrorEvent::ErrorUnmerged { from } => format!("took it out of {from}"),
        ErrorEvent::ErrorDeleted { .. } => "deleted it".to_owned(),
    }
}

fn asked(number: u32, because: Because) -> String {
    let why = match because {
        Because::New => ", for it is new".to_owned(),
        Because::Regressed => ", for it came back".to_owned(),
        Because::Frequent => ", for it has occurred often".to_owned(),
        Because::Asked => String::new(),
        Because::SecondOpinion { of } => format!(", a second opinion on analysis {of}"),
    };
    format!("asked for analysis {number}{why}")
}

fn completed(result: &AnalysisResult) -> String {
    let (number, by) = (result.number, &result.provider);
    if result.found {
        let (category, sure) = (result.category, result.confidence);
        format!("completed analysis {number} by {by}: {category}, {sure} % sure")
    } else {
        format!("completed analysis {number} by {by}: no cause found")
    }
}

fn in_release(release: &Option<String>) -> String {
    release
        .as_ref()
        .map_or_else(String::new, |release| format!(" in release {release}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bugsage_domain::actor::Actor;
    use bugsage_domain::analysis::Category;
    use bugsage_domain::error::{Alike, Detected, SharedFeature, Spent, TextRef};
    use bugsage_domain::ids::{ErrorId, OrganizationId, ProjectId, TextId};
    use bugsage_domain::severity::Severity;
    use bugsage_domain::similarity::Kind;
    use chrono::{DateTime, Utc};

    const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn detected() -> ErrorEvent {
        ErrorEvent::ErrorDetected(Box::new(Detected {
            organization_id: OrganizationId::default(),
            project_id: ProjectId(1),
            error_id: ErrorId::default(),
            title: "ValueError".to_owned(),
            culprit: None,
            severity: Severity::High,
            source: "sentry".to_owned(),
            source_id: None,
            category: None,
            tags: Vec::new(),
            platform: None,
            grouping_version: 1,
            fingerprint: String::new(),
            description: None,
            at: AT,
        }))
    }

    fn resolved(how: ResolvedHow, in_release: Option<&str>) -> ErrorEvent {
        ErrorEvent::ErrorResolved {
            by: Actor::System,
            at: AT,
            how,
            in_release: in_release.map(str::to_owned),
        }
    }

    fn regressed(release: Option<&str>) -> ErrorEvent {
        ErrorEvent::ErrorRegressed {
            at: AT,
            release: release.map(str::to_owned),
        }
    }

    fn ignored(until: IgnoredUntil) -> ErrorEvent {
        ErrorEvent::ErrorIgnored {
            by: Actor::System,
            until,
        }
    }

    fn requested(number: u32, because: Because) -> ErrorEvent {
        ErrorEvent::ErrorAnalysisRequested {
            number,
            by: Actor::System,
            because,
            provider: None,
            prompt_version: None,
            at: AT,
        }
    }

    fn analyzed(found: bool) -> ErrorEvent {
        let text = || TextRef {
            id: TextId::default(),
            digest: String::new(),
        };
        ErrorEvent::ErrorAnalysisCompleted(Box::new(AnalysisResult {
            number: 1,
            at: AT,
            provider: "rules".to_owned(),
            model: "rules".to_owned(),
            prompt_version: "rules-1".to_owned(),
            spent: Spent::default(),
            context: text(),
            answer: text(),
            category: Category::Timeout,
            confidence: 30,
            risk: Severity::High,
            found,
            dropped: 0,
            held_back: None,
        }))
    }

    fn tags() -> Vec<String> {
        vec!["a".to_owned(), "b".to_owned()]
    }

    #[test]
    fn each_event_is_said_in_words() {
        let other = ErrorId::default();
        let by = || Actor::System;
        let category = |category: Option<&str>| ErrorEvent::ErrorCategorized {
            category: category.map(str::to_owned),
        };
        let text = TextRef {
            id: TextId::default(),
            digest: String::new(),
        };
        let title = "KeyError".to_owned();
        for (event, said) in [
            (detected(), "occurred for the first time"),
            (regressed(None), "occurred again after it was resolved"),
            (
                regressed(Some("shop@2")),
                "occurred again after it was resolved in release shop@2",
            ),
            (
                ErrorEvent::ErrorIgnoreExpired { at: AT },
                "is no longer ignored: the time is over",
            ),
            (
                ErrorEvent::ErrorRetitled { title },
                "changed the title to “KeyError”",
            ),
            (
                ErrorEvent::ErrorDescribed { text },
                "changed the description",
            ),
            (
                ErrorEvent::ErrorSeverityChanged {
                    severity: Severity::Low,
                },
                "changed the severity to low",
            ),
            (
                category(Some("network")),
                "changed the category to “network”",
            ),
            (category(None), "removed the category"),
            (
                ErrorEvent::ErrorTagged { tags: tags() },
                "added the tags a, b",
            ),
            (
                ErrorEvent::ErrorUntagged { tags: tags() },
                "removed the tags a, b",
            ),
            (
                ErrorEvent::ErrorAssigned {
                    to: "ada".to_owned(),
                },
                "assigned it to ada",
            ),
            (ErrorEvent::ErrorUnassigned, "assigned it to nobody"),
            (ErrorEvent::ErrorAnalysisBegun, "began to analyze the cause"),
            (ErrorEvent::ErrorAnalysisEnded, "ended the analysis"),
            (ErrorEvent::ErrorFixBegun, "began a fix"),
            (
                requested(1, Because::New),
                "asked for analysis 1, for it is new",
            ),
            (
                requested(2, Because::SecondOpinion { of: 1 }),
                "asked for analysis 2, a second opinion on analysis 1",
            ),
            (
                ErrorEvent::ErrorAnalysisStarted { number: 1, at: AT },
                "started analysis 1",
            ),
            (
                ErrorEvent::ErrorAnalysisHeldBack {
                    number: 1,
                    why: HeldBack::MonthBudget,
                    at: AT,
                },
                "left analysis 1 to rules: too little of the month's budget is left",
            ),
            (
                analyzed(true),
                "completed analysis 1 by rules: timeout, 30 % sure",
            ),
            (
                analyzed(false),
                "completed analysis 1 by rules: no cause found",
            ),
            (
                ErrorEvent::ErrorAnalysisFailed {
                    number: 1,
                    why: AnalysisFailure::GaveUp,
                    at: AT,
                },
                "ended analysis 1 without a result: it was tried as often as it may be",
            ),
            (
                ErrorEvent::ErrorAnalysisSuperseded { number: 1, by: 2 },
                "put analysis 2 in the place of analysis 1",
            ),
            (
                ErrorEvent::ErrorFixEnded,
                "ended the fix without resolving it",
            ),
            (resolved(ResolvedHow::Manually, None), "resolved it"),
            (
                resolved(ResolvedHow::ByFix, Some("shop@2")),
                "resolved it by a fix in release shop@2",
            ),
            (ignored(IgnoredUntil::Forever), "ignored it"),
            (
                ignored(IgnoredUntil::Time { at: AT }),
                "ignored it until 1970-01-01 00:00 UTC",
            ),
            (
                ignored(IgnoredUntil::Occurrences { count: 5 }),
                "ignored it until it has occurred 5 times",
            ),
            (ErrorEvent::ErrorReopened { by: by() }, "reopened it"),
            (
                ErrorEvent::ErrorMerged { into: other },
                "merged it into 00000000-0000-0000-0000-000000000000",
            ),
            (
                ErrorEvent::ErrorJoined {
                    into: other,
                    alike: Alike {
                        embedder: "frames-1".to_owned(),
                        score: 0.913,
                        shared: vec![SharedFeature {
                            kind: Kind::Frame,
                            value: "cart in add".to_owned(),
                        }],
                    },
                },
                "merged it into 00000000-0000-0000-0000-000000000000, which it is like by 91 % (cart in add)",
            ),
            (
                ErrorEvent::ErrorUnmerged { from: other },
                "took it out of 00000000-0000-0000-0000-000000000000",
            ),
            (ErrorEvent::ErrorDeleted { by: by() }, "deleted it"),
        ] {
            assert_eq!(words(&event), said, "{}", event.name());
        }
    }
}
