//! What must be so in any table.

use std::collections::HashSet;

use crate::access::{Permission, Permissions, ProjectRole, Role, document};

fn everything() -> Permissions {
    Permission::ALL.iter().copied().collect()
}

#[test]
fn the_document_is_made_from_the_table() {
    let kept = include_str!("../../../../docs/permissions.md");
    assert!(
        kept == document(),
        "run `bugsage permissions > docs/permissions.md`"
    );
}

#[test]
fn an_owner_may_do_everything() {
    assert_eq!(Role::Owner.permissions(), everything());
}

#[test]
fn no_role_may_do_more_than_an_admin_but_an_owner() {
    let admin = Role::Admin.permissions();
    for role in [Role::Developer, Role::Viewer, Role::Auditor] {
        assert!(admin.includes(role.permissions()), "{role}");
    }
    assert!(!admin.includes(Role::Owner.permissions()));
}

#[test]
fn whoever_looks_changes_nothing() {
    for role in [Role::Viewer, Role::Auditor] {
        for permission in role.permissions().iter() {
            assert!(
                permission.as_str().ends_with(":read"),
                "{role}: {permission}"
            );
        }
    }
}

#[test]
fn an_auditor_reads_everything_of_the_organization() {
    let reads: Permissions = Permission::ALL
        .iter()
        .copied()
        .filter(|permission| permission.as_str().ends_with(":read"))
        .collect();
    let unread = reads.without(Role::Auditor.permissions());
    assert!(unread.is_empty(), "{:?}", unread.words());
}

#[test]
fn a_role_in_a_project_is_no_more_than_its_namesake_in_the_organization() {
    for role in ProjectRole::ALL {
        let namesake: Role = role.as_str().parse().unwrap();
        assert!(
            namesake.permissions().includes(role.permissions()),
            "{role}"
        );
    }
}

#[test]
fn words_are_of_their_own_and_name_their_permission() {
    let words: HashSet<_> = Permission::ALL.iter().map(|p| p.as_str()).collect();
    assert_eq!(words.len(), Permission::ALL.len());
    for permission in Permission::ALL {
        assert_eq!(permission.as_str().parse(), Ok(*permission));
    }
}
