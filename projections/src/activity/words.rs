//! A domain event as a sentence without its subject, which is who acted.

use bugsage_domain::error::{ErrorEvent, IgnoredUntil, ResolvedHow};

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
        ErrorEvent::ErrorUnmerged { from } => format!("took it out of {from}"),
        ErrorEvent::ErrorDeleted { .. } => "deleted it".to_owned(),
    }
}

fn in_release(release: &Option<String>) -> String {
    release
        .as_ref()
        .map_or_else(String::new, |release| format!(" in release {release}"))
}
