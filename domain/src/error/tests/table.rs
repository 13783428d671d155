//! Every command in every state, against a table written by hand.

use super::*;

/// `-` is no event, a name an event without its `Error`, a `!` a refusal that names this state.
const TABLE: &str = "
    .              unborn   detected        analyzing       fixing          resolved        forever         time            count           regressed       merged   deleted
    Detect         Detected -               -               -               -               -               -               -               -               -        none!
    Regress        none!    -               -               -               Regressed       -               IgnoreExpired   IgnoreExpired   -               merged!  none!
    Edit           none!    Retitled        Retitled        Retitled        Retitled        Retitled        Retitled        Retitled        Retitled        merged!  none!
    ChangeSeverity none!    SeverityChanged SeverityChanged SeverityChanged SeverityChanged SeverityChanged SeverityChanged SeverityChanged SeverityChanged merged!  none!
    Categorize     none!    Categorized     Categorized     Categorized     Categorized     Categorized     Categorized     Categorized     Categorized     merged!  none!
    Tag            none!    Tagged          Tagged          Tagged          Tagged          Tagged          Tagged          Tagged          Tagged          merged!  none!
    Assign         none!    Assigned        Assigned        Assigned        Assigned        Assigned        Assigned        Assigned        Assigned        merged!  none!
    BeginAnalysis  none!    AnalysisBegun   -               fixing!         resolved!       ignored!        ignored!        ignored!        AnalysisBegun   merged!  none!
    EndAnalysis    none!    -               AnalysisEnded   fixing!         resolved!       ignored!        ignored!        ignored!        -               merged!  none!
    RequestAnalysis none! AnalysisRequested+AnalysisBegun AnalysisRequested AnalysisRequested resolved! ignored! ignored! ignored! AnalysisRequested+AnalysisBegun merged! none!
    StartAnalysis    none! number! number! number! number! number! number! number! number! number! none!
    HoldBackAnalysis none! number! number! number! number! number! number! number! number! number! none!
    CompleteAnalysis none! number! number! number! number! number! number! number! number! number! none!
    FailAnalysis     none! number! number! number! number! number! number! number! number! number! none!
    BeginFix       none!    FixBegun        FixBegun        -               resolved!       ignored!        ignored!        ignored!        FixBegun        merged!  none!
    EndFix         none!    -               analyzing!      FixEnded        resolved!       ignored!        ignored!        ignored!        -               merged!  none!
    Resolve        none!    Resolved        Resolved        Resolved        -               Resolved        Resolved        Resolved        Resolved        merged!  none!
    Ignore         none!    Ignored         Ignored         Ignored         Ignored         -               Ignored         Ignored         Ignored         merged!  none!
    Reopen         none!    -               analyzing!      fixing!         Reopened        Reopened        Reopened        Reopened        -               merged!  none!
    Merge          none!    Merged          Merged          Merged          Merged          Merged          Merged          Merged          Merged          merged!  none!
    Join           none!    Joined          Joined          Joined          -               -               -               -               Joined          -        none!
    Unmerge        none!    unmerged!       unmerged!       unmerged!       unmerged!       unmerged!       unmerged!       unmerged!       unmerged!       Unmerged none!
    Delete         none!    Deleted         Deleted         Deleted         Deleted         Deleted         Deleted         Deleted         Deleted         Deleted  -
";

fn state(name: &str) -> ErrorGroup {
    let regressed = ErrorEvent::ErrorRegressed {
        at: hour(1),
        release: None,
    };
    let since = match name {
        "unborn" => return ErrorGroup::default(),
        "detected" => vec![],
        "analyzing" => vec![ErrorEvent::ErrorAnalysisBegun],
        "fixing" => vec![ErrorEvent::ErrorFixBegun],
        "resolved" => vec![resolved()],
        "forever" => vec![ignored(IgnoredUntil::Forever)],
        "time" => vec![ignored(IgnoredUntil::Time { at: hour(5) })],
        "count" => vec![ignored(IgnoredUntil::Occurrences { count: 10 })],
        "regressed" => vec![resolved(), regressed],
        "merged" => vec![ErrorEvent::ErrorMerged { into: OTHER }],
        "deleted" => vec![ErrorEvent::ErrorDeleted { by: ANN }],
        _ => panic!("no state {name}"),
    };
    folded([detected()].into_iter().chain(since))
}

fn command(name: &str) -> ErrorCommand {
    match name {
        "Detect" => ErrorCommand::Detect(Box::new(facts())),
        "Regress" => ErrorCommand::Regress(Regression {
            at: hour(9),
            release: None,
            count: 100,
        }),
        "Edit" => edit(Edit {
            title: Some("Cart".to_owned()),
            ..Edit::default()
        }),
        "ChangeSeverity" => ErrorCommand::ChangeSeverity {
            severity: Severity::Low,
        },
        "Categorize" => ErrorCommand::Categorize {
            category: Some("database".to_owned()),
        },
        "Tag" => ErrorCommand::Tag {
            add: words(&["cart"]),
            remove: vec![],
        },
        "Assign" => ErrorCommand::Assign {
            to: Some("ann".to_owned()),
        },
        "BeginAnalysis" => ErrorCommand::BeginAnalysis,
        "EndAnalysis" => ErrorCommand::EndAnalysis,
        "RequestAnalysis" => ErrorCommand::RequestAnalysis {
            by: ANN,
            because: Because::Asked,
            provider: None,
            prompt_version: None,
            at: hour(1),
        },
        "StartAnalysis" => ErrorCommand::StartAnalysis {
            number: 1,
            at: hour(1),
        },
        "HoldBackAnalysis" => ErrorCommand::HoldBackAnalysis {
            number: 1,
            why: HeldBack::NoAnswer,
            at: hour(1),
        },
        "CompleteAnalysis" => ErrorCommand::CompleteAnalysis(Box::new(result(1))),
        "FailAnalysis" => ErrorCommand::FailAnalysis {
            number: 1,
            why: AnalysisFailure::GaveUp,
            at: hour(1),
        },
        "BeginFix" => ErrorCommand::BeginFix,
        "EndFix" => ErrorCommand::EndFix,
        "Resolve" => resolve(),
        "Ignore" => ignore(IgnoredUntil::Forever),
        "Reopen" => reopen(),
        "Merge" => ErrorCommand::Merge {
            // Not the one that the merged error of the table is merged into.
            into: THIRD,
        },
        "Join" => ErrorCommand::Join {
            into: THIRD,
            alike: alike(),
        },
        "Unmerge" => ErrorCommand::Unmerge,
        "Delete" => delete(),
        _ => panic!("no command {name}"),
    }
}

fn in_a_word(decision: &Result<Vec<ErrorEvent>, Refusal>) -> String {
    match decision {
        Ok(events) if events.is_empty() => "-".to_owned(),
        Ok(events) => {
            let names: Vec<_> = events.iter().map(|event| &event.name()[5..]).collect();
            names.join("+")
        }
        Err(Refusal::NotFound) => "none!".to_owned(),
        Err(Refusal::Status { status, .. }) => format!("{status}!"),
        Err(Refusal::Merged { .. }) => "merged!".to_owned(),
        Err(Refusal::NotMerged) => "unmerged!".to_owned(),
        Err(Refusal::NoAnalysis { .. }) => "number!".to_owned(),
        Err(other) => format!("{other}!"),
    }
}

/// The table's cells: state, command and what is expected.
fn cells() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let mut rows = TABLE
        .lines()
        .map(|row| row.split_whitespace().collect::<Vec<_>>())
        .filter(|row| !row.is_empty());
    let states = rows.next().unwrap();
    rows.flat_map(move |row| {
        assert_eq!(row.len(), states.len(), "the row {} is not whole", row[0]);
        let states = states.clone();
        (1..row.len()).map(move |column| (states[column], row[0], row[column]))
    })
}

#[test]
fn every_command_does_in_every_state_what_the_table_says() {
    let wrong: Vec<_> = cells()
        .filter_map(|(state_name, command_name, expected)| {
            let got = in_a_word(&state(state_name).decide(command(command_name)));
            (got != expected)
                .then(|| format!("{command_name} when {state_name}: {got}, not {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_has_every_command_and_eleven_states() {
    let commands: std::collections::BTreeSet<_> = cells().map(|(_, command, _)| command).collect();
    let kinds: std::collections::HashSet<_> = commands
        .iter()
        .map(|name| std::mem::discriminant(&command(name)))
        .collect();
    // Does not compile when a command is new: then raise the number and add its row.
    let all = match command("Unmerge") {
        ErrorCommand::Detect(_)
        | ErrorCommand::Regress(_)
        | ErrorCommand::Edit(_)
        | ErrorCommand::ChangeSeverity { .. }
        | ErrorCommand::Categorize { .. }
        | ErrorCommand::Tag { .. }
        | ErrorCommand::Assign { .. }
        | ErrorCommand::BeginAnalysis
        | ErrorCommand::EndAnalysis
        | ErrorCommand::RequestAnalysis { .. }
        | ErrorCommand::StartAnalysis { .. }
        | ErrorCommand::HoldBackAnalysis { .. }
        | ErrorCommand::CompleteAnalysis(_)
        | ErrorCommand::FailAnalysis { .. }
        | ErrorCommand::BeginFix
        | ErrorCommand::EndFix
        | ErrorCommand::Resolve { .. }
        | ErrorCommand::Ignore { .. }
        | ErrorCommand::Reopen { .. }
        | ErrorCommand::Merge { .. }
        | ErrorCommand::Join { .. }
        | ErrorCommand::Unmerge
        | ErrorCommand::Delete { .. } => 23,
    };
    assert_eq!(kinds.len(), all);
    assert_eq!(cells().count(), 23 * 11);
}

#[test]
fn no_command_has_an_effect_twice() {
    for (state_name, command_name, _) in cells() {
        let mut group = state(state_name);
        let first = group.decide(command(command_name)).unwrap_or_default();
        for event in first {
            group.apply(event);
        }
        let second = group.decide(command(command_name)).unwrap_or_default();
        assert_eq!(second, vec![], "{command_name} twice when {state_name}");
    }
}

/// What a refusal calls a command, where that is not a mere field.
fn asked(word: &str) -> ErrorCommand {
    match word {
        "analyze" => ErrorCommand::BeginAnalysis,
        "end analysis" => ErrorCommand::EndAnalysis,
        "fix" => ErrorCommand::BeginFix,
        "end fix" => ErrorCommand::EndFix,
        "resolve" => resolve(),
        // An end that no state of the table has.
        "ignore" => ignore(IgnoredUntil::Occurrences { count: 77 }),
        "reopen" => reopen(),
        "merge" => ErrorCommand::Merge { into: OTHER },
        "unmerge" => ErrorCommand::Unmerge,
        "delete" => delete(),
        _ => panic!("no command is called {word}"),
    }
}

const ASKED: [&str; 10] = [
    "analyze",
    "end analysis",
    "fix",
    "end fix",
    "resolve",
    "ignore",
    "reopen",
    "merge",
    "unmerge",
    "delete",
];

#[test]
fn what_a_refusal_allows_is_what_has_an_effect() {
    for (state_name, command_name, expected) in cells() {
        let group = state(state_name);
        let Err(refusal) = group.decide(command(command_name)) else {
            continue;
        };
        let has_effect = |word: &&str| group.decide(asked(word)).is_ok_and(|e| !e.is_empty());
        let mut effective: Vec<_> = ASKED.into_iter().filter(has_effect).collect();
        match refusal {
            Refusal::NotMerged => effective.retain(|word| *word == "merge"),
            // Of another analysis; of the error anything may be asked.
            Refusal::NoAnalysis { .. } => effective.clear(),
            _ => {}
        }
        let mut allowed = refusal.allowed().to_vec();
        effective.sort_unstable();
        allowed.sort_unstable();
        assert_eq!(allowed, effective, "{state_name}: {expected}");
    }
}
