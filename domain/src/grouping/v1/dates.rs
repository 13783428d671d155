//! Dates, times and durations as programs write them. All patterns are ASCII, without captures.

/// Hour, minute, second, with what may follow: fraction, half of the day, zone.
macro_rules! time {
    () => {
        concat!(
            r"[0-2]?\d:[0-5]\d:[0-6]\d(?:[.,]\d{1,9})?",
            half!(),
            zone!()
        )
    };
}
/// The same, or hour and minute alone: only where a date stands before it.
macro_rules! time_of_date {
    () => {
        concat!(
            r"[0-2]?\d[:.][0-5]\d(?:[:.][0-6]\d(?:[.,]\d{1,9})?)?",
            half!(),
            zone!()
        )
    };
}
macro_rules! half {
    () => {
        r"(?:\s?[AaPp]\.?[Mm]\b\.?)?"
    };
}
macro_rules! zone {
    () => {
        concat!(
            r"(?:\s?(?:Z\b|(?:UTC|GMT)?\s?[+-]\d{2}:?\d{2}\b))?",
            r"(?:\s?(?:UTC|GMT|CES?T|EES?T|WES?T|BST|IST|JST|MSK|[ECMP][SD]T|AE[SD]T)\b)?",
            r"(?:\s?\[[A-Za-z_/+-]+\]|\s\([A-Za-z ]+\)|\sm=[+-][\d.]+)?"
        )
    };
}
macro_rules! month {
    () => {
        r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
    };
}
macro_rules! weekday {
    () => {
        r"(?:(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)\.?,?\s+)?"
    };
}

/// The forms, the longer first: the first that matches wins.
pub(super) const DATES: [(&str, &str); 17] = [
    // 2026-01-02T03:04:05.678+01:00, 2026/01/02 03:04, 2026.01.02
    (
        "date",
        concat!(
            r"\b\d{4}(?:-[01]?\d-|/[01]?\d/|\.[01]\d\.)[0-3]?\d(?:(?:T|\s|_|,\s?|\sat\s)",
            time_of_date!(),
            r")?"
        ),
    ),
    // 20260102T030405Z, 20260102-030405
    (
        "date",
        r"\b[12]\d{3}[01]\d[0-3]\d(?:T\d{4}(?:\d{2}(?:[.,]?\d{1,9})?)?(?:Z\b|[+-]\d{2}:?\d{2})?|[-_]\d{6})",
    ),
    // 2026-W01-5, 2026W015
    ("date", r"\b\d{4}-?W[0-5]\d(?:-?[1-7])?\b"),
    // 02/Jan/2026:03:04:05 +0000
    (
        "date",
        concat!(
            r"\b[0-3]?\d/",
            month!(),
            r"/\d{4}:\d{2}:\d{2}:\d{2}(?:\s[+-]\d{4})?"
        ),
    ),
    // 31.12.2026, 31-12-2026, 12/31/2026 3:04 PM
    (
        "date",
        concat!(
            r"\b(?:[0-3]?\d\.[01]?\d\.\d{4}|[0-3]?\d-[0-3]?\d-\d{4}|[0-3]?\d/[0-3]?\d/(?:\d{4}|\d{2}))(?:(?:T|,?\s|\sat\s)",
            time_of_date!(),
            r")?"
        ),
    ),
    // Fri, 02 Jan 2026 03:04:05 +0100; 2nd of January 2026
    (
        "date",
        concat!(
            r"\b",
            weekday!(),
            r"[0-3]?\d(?:st|nd|rd|th)?\s(?:of\s)?",
            month!(),
            r",?\s\d{4}(?:(?:,?\s|\sat\s)",
            time_of_date!(),
            r")?"
        ),
    ),
    // Friday, 02-Jan-26 03:04:05 GMT, 02-JAN-26 03.04.05.123 PM
    (
        "date",
        concat!(
            r"\b",
            weekday!(),
            r"[0-3]?\d-(?i:",
            month!(),
            r")-(?:\d{4}|\d{2})(?:\s",
            time_of_date!(),
            r")?"
        ),
    ),
    // Fri Jan  2 03:04:05 UTC 2026
    (
        "date",
        concat!(
            r"\b",
            weekday!(),
            month!(),
            r"\s+[0-3]?\d\s",
            time!(),
            r"\s\d{4}\b"
        ),
    ),
    // January 2nd, 2026, 3:04 PM; Fri Jan 02 2026 03:04:05 GMT+0100 (Central European Time)
    (
        "date",
        concat!(
            r"\b",
            weekday!(),
            month!(),
            r"\s+[0-3]?\d(?:st|nd|rd|th)?,?\s\d{4}\b(?:(?:,?\s|\sat\s)",
            time_of_date!(),
            r")?"
        ),
    ),
    // Jan  2 03:04:05 (syslog); 2 Jan 03:04:05
    (
        "date",
        concat!(
            r"\b",
            weekday!(),
            r"(?:",
            month!(),
            r"\s+[0-3]?\d|[0-3]?\d\s",
            month!(),
            r"),?\s",
            time!()
        ),
    ),
    // January 2026
    ("date", concat!(r"\b", month!(), r",?\s\d{4}\b")),
    // datetime.datetime(2026, 1, 2, 3, 4)
    ("date", r"\bdatetime\.(?:datetime|date|time)\([\d\s,]*\)"),
    // 3 days, 2:01:00
    (
        "duration",
        r"\b\d+ days?,? \d{1,2}:[0-5]\d:[0-5]\d(?:\.\d+)?\b",
    ),
    ("date", concat!(r"\b", time!())),
    // 3 PM, 3:04pm
    (
        "date",
        r"\b[01]?\d(?::[0-5]\d)?\s?(?:[ap]\.m\.|[AP]\.M\.|am\b|pm\b|AM\b|PM\b)",
    ),
    // PT5M, P1DT2H
    (
        "duration",
        r"\bP(?:T(?:\d+(?:\.\d+)?[HMS])+|(?:\d+[YMWD])+(?:T(?:\d+(?:\.\d+)?[HMS])+)?)\b",
    ),
    // 250ms, 1h2m3s, 2 hours 5 minutes
    (
        "duration",
        r"\b\d+(?:\.\d+)?\s?(?:(?:n|u|µ|μ|m)?s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|months?|years?|milli(?:second)?s?|micro(?:second)?s?|nano(?:second)?s?)(?:,?\s?\d+(?:\.\d+)?\s?(?:(?:n|u|µ|μ|m)?s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?))*\b",
    ),
];
