//! The table as people read it.

use std::fmt::Write;

use super::{Permission, ProjectRole, Role};

const ABOUT: &str = "\
# Who may do what

Made from `domain/src/access/table.rs` by `bugsage permissions`; a test fails where the two differ.

A member of an organization has one role in it, which holds in all its projects. A role in a project,
given to a person or to a team, adds to that in this project and takes nothing away.

An API key and a service account have scopes: these same words. One that is for a single project can do
nothing outside of it, whatever its scopes. A DSN key has no scopes: it sends occurrences to its project.

Nobody grants more than they have, and nobody changes the role of somebody who may do more. The last
owner of an organization stays.
";

/// The document, in Markdown.
#[must_use]
pub fn document() -> String {
    let mut text = ABOUT.to_owned();
    let roles = Role::ALL.iter().map(|role| role.as_str());
    section(&mut text, "In the organization", roles, |permission| {
        let has = Role::ALL.iter().map(move |role| permission.is_of(*role));
        has.collect()
    });
    let roles = ProjectRole::ALL.iter().map(|role| role.as_str());
    section(&mut text, "In a project", roles, |permission| {
        let all = ProjectRole::ALL.iter();
        let has = all.map(move |role| permission.is_of_project(*role));
        has.collect()
    });
    text
}

fn section<'a>(
    text: &mut String,
    title: &str,
    roles: impl Iterator<Item = &'a str>,
    answers: impl Fn(Permission) -> Vec<bool>,
) {
    let roles: Vec<_> = roles.collect();
    let head = roles.join(" | ");
    let line = "---|".repeat(roles.len() + 2);
    // Writing to a text never fails.
    write!(
        text,
        "\n## {title}\n\n| permission | {head} | what it allows |\n|{line}\n"
    )
    .ok();
    for permission in Permission::ALL {
        let answers = answers(*permission);
        if answers.contains(&true) {
            let words = answers.iter().map(|yes| if *yes { "yes" } else { "–" });
            let words = words.collect::<Vec<_>>().join(" | ");
            writeln!(text, "| `{permission}` | {words} | {} |", permission.says()).ok();
        }
    }
}
