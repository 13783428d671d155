//! What varies in a message, other than dates. All patterns are ASCII, without captures.

/// One item of an SQL list.
macro_rules! item {
    () => {
        r#"(?:\?\d*|%s|%\(\w+\)s|[$:@]\w+|[+-]?\d[\d.]*|NULL|(?u:'(?:[^']|'')*')|(?u:"[^"]*"))"#
    };
}

/// What has marks of its own.
pub(super) const MARKED: [(&str, &str); 12] = [
    ("filtered", r"\[?\[Filtered\]\]?(?::\d{1,5}\b)?"),
    (
        "email",
        r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b",
    ),
    (
        "url",
        r#"\b[A-Za-z][A-Za-z0-9+.-]{1,15}://(?u:(?:\[[^\]\s]*\]|[^\s"'<>()\[\]{}|])*(?:\[[^\]\s]*\]|[^\s"'<>()\[\]{}|.,;:!?]))"#,
    ),
    (
        "data",
        r"\bdata:[A-Za-z0-9.+-]+/[A-Za-z0-9.+-]+;base64,[A-Za-z0-9+/=]*",
    ),
    (
        "traceparent",
        r"\b[0-9a-fA-F]{2}-[0-9a-fA-F]{32}-[0-9a-fA-F]{16}-[0-9a-fA-F]{2}\b",
    ),
    (
        "uuid",
        r"\{?\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b\}?",
    ),
    (
        "hash",
        r"\b(?:[0-9a-fA-F]{128}|[0-9a-fA-F]{96}|[0-9a-fA-F]{64}|[0-9a-fA-F]{56}|[0-9a-fA-F]{40}|[0-9a-fA-F]{32})\b",
    ),
    (
        "mac",
        r"\b[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}\b|\b[0-9a-fA-F]{2}(?:-[0-9a-fA-F]{2}){5}\b",
    ),
    (
        "name",
        r#"\b(?i:SAVEPOINT|ROLLBACK\s+TO)\s+["'`]?[A-Za-z_]*\d[\w-]*["'`]?"#,
    ),
    (
        "list",
        concat!(
            r"\b(?i:IN)\s*\(\s*",
            item!(),
            r"(?:\s*,\s*",
            item!(),
            r")*[\s,]*(?:\.\.\.|…)?\s*(?:\)|\z)"
        ),
    ),
    (
        "list",
        r"\b(?i:VALUES)\s*\((?u:[^()]*)\)(?:\s*,\s*\((?u:[^()]*)\))*",
    ),
    (
        "quoted",
        r#"=\s?(?u:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)"#,
    ),
];

/// Where something is on a network.
pub(super) const ADDRESSES: [(&str, &str); 3] = [
    (
        "ip",
        r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b(?::\d{1,5}\b|/\d{1,2}\b)?",
    ),
    (
        "ipv6",
        r"\[(?:[0-9A-Fa-f]*:){2,7}[0-9A-Fa-f]*(?:(?:\.\d{1,3}){3})?(?:%\w+)?\](?::\d{1,5}\b)?|(?:[0-9A-Fa-f]*:){2,7}[0-9A-Fa-f]*(?:(?:\.\d{1,3}){3})?(?:%\w+|/\d{1,3}\b)?",
    ),
    (
        "host",
        // No names that are words or methods as well: `logger.info`, `list.at`.
        concat!(
            r"\b(?:(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:com|net|org|edu|gov|io|dev|ai|biz|",
            r"internal|local|localdomain|lan|corp|svc|consul|cloud|",
            r"au|br|ca|ch|cn|co|cz|de|dk|eu|fi|fr|jp|kr|mx|nl|nz|pl|pt|ru|se|sg|tv|uk|us|za)",
            r"|localhost)\b(?::\d{1,5}\b)?"
        ),
    ),
];

/// Numbers and what is made of digits. A hash of digits alone is an integer.
pub(super) const NUMBERS: [(&str, &str); 9] = [
    ("hex", r"\b0[xX][0-9a-fA-F]+\b"),
    (
        "version",
        r"\bv?\d+\.\d+(?:\.\d+)+(?:[-+][0-9A-Za-z.-]*[0-9A-Za-z])?\b",
    ),
    (
        "size",
        r"\b\d+(?:\.\d+)?\s?(?:[kKMGTP]i?[bB]|[bB]ytes?|B)(?:/s)?\b",
    ),
    (
        "int",
        r"(?:\B[+-])?\b\d{1,3}(?:(?:,\d{3})+(?:\.\d+)?|(?:_\d{3})+)\b",
    ),
    ("float", r"(?:\B[+-])?\b\d+\.\d+(?:[eE][+-]?\d+)?[fF]?\b"),
    (
        "int",
        r"(?:\B[+-])?\b\d+(?:[eE][+-]?\d+)?(?:st|nd|rd|th|[Lln])?\b",
    ),
    ("part", r"_\d+\b"),
    ("hash", r"\b[0-9a-fA-F]{7,}\b"),
    ("id", r"\b[A-Za-z0-9]{16,}\b"),
];

/// Truth values.
pub(super) const TRUTH: [(&str, &str); 1] = [("bool", r"\b(?:true|false|True|False|TRUE|FALSE)\b")];

/// Words whose number belongs to them: `utf-8`, `sha-256`, `iso-8859-1`, `x86_64`.
pub(super) const NUMBERED_WORDS: [&str; 16] = [
    "utf", "ucs", "sha", "md", "iso", "cp", "windows", "latin", "base", "aes", "rsa", "ipv", "tls",
    "http", "rfc", "x86",
];
