//! Names that no setting has, and which one may be meant.

use super::Setting;

/// How like an unknown name must be to a known one, 0 to 1, to be taken for a slip.
const ALIKE: f64 = 0.8;
/// The same of a variable, which may be another program's.
const ALIKE_ALONE: f64 = 0.9;
/// What the variables of BugSage begin with.
const PREFIX: &str = "BUGSAGE_";

/// The key of the setting most like this one of a file.
pub(super) fn meant(unknown: &str, settings: &[Setting]) -> Option<&'static str> {
    let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
    let likeness = |setting: &Setting| {
        strsim::jaro_winkler(unknown, setting.key)
            .max(strsim::jaro_winkler(&last(unknown), &last(setting.key)))
            .max(strsim::jaro_winkler(unknown, setting.variable))
    };
    let each = settings.iter();
    most_alike(each.map(|setting| (likeness(setting), setting.key)), ALIKE)
}

/// Of these variables those that are no setting and look like one, each with that.
pub(super) fn variables(
    names: impl Iterator<Item = String>,
    settings: &[Setting],
) -> Vec<(String, &'static str)> {
    names
        .filter(|name| settings.iter().all(|setting| setting.variable != name))
        .filter_map(|name| {
            let own = name.strip_prefix(PREFIX)?;
            let each = settings.iter().filter_map(|setting| {
                let other = setting.variable.strip_prefix(PREFIX)?;
                Some((strsim::jaro_winkler(own, other), setting.variable))
            });
            let meant = most_alike(each, ALIKE_ALONE)?;
            Some((name, meant))
        })
        .collect()
}

fn most_alike(
    names: impl Iterator<Item = (f64, &'static str)>,
    least: f64,
) -> Option<&'static str> {
    names
        .filter(|(likeness, _)| *likeness >= least)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
