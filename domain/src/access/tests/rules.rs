//! Who may change whose rights.

use proptest::prelude::*;
use proptest::sample::select;

use crate::access::{Permission, Permissions, Refusal, Role, may_grant, may_make_key, may_move};

fn of(role: Role) -> Permissions {
    role.permissions()
}

#[test]
fn an_admin_can_neither_make_nor_touch_an_owner() {
    let admin = of(Role::Admin);
    let made = may_move(admin, Role::Viewer, Some(Role::Owner), 1);
    let owners = [Permission::OwnersWrite].into_iter().collect();
    assert_eq!(made, Err(Refusal::MoreThanYours(owners)));
    for to in [None, Some(Role::Viewer), Some(Role::Owner)] {
        let touched = may_move(admin, Role::Owner, to, 5);
        assert_eq!(touched, Err(Refusal::AboveYou(Role::Owner)), "{to:?}");
    }
}

#[test]
fn an_admin_moves_everybody_else() {
    let others = [Role::Admin, Role::Developer, Role::Viewer, Role::Auditor];
    for from in others {
        for to in others {
            assert_eq!(may_move(of(Role::Admin), from, Some(to), 1), Ok(()));
        }
        assert_eq!(may_move(of(Role::Admin), from, None, 1), Ok(()));
    }
}

#[test]
fn the_last_owner_stays() {
    let owner = of(Role::Owner);
    for to in [None, Some(Role::Admin)] {
        let moved = may_move(owner, Role::Owner, to, 0);
        assert_eq!(moved, Err(Refusal::LastOwner), "{to:?}");
        assert_eq!(may_move(owner, Role::Owner, to, 1), Ok(()), "{to:?}");
    }
    let same = may_move(owner, Role::Owner, Some(Role::Owner), 0);
    assert_eq!(same, Ok(()));
}

#[test]
fn a_key_for_one_project_has_no_scope_of_the_organization() {
    let asked: Permissions = [Permission::ErrorsRead, Permission::AuditRead]
        .into_iter()
        .collect();
    let audit = [Permission::AuditRead].into_iter().collect();
    let refused = may_make_key(of(Role::Owner), asked, true);
    assert_eq!(refused, Err(Refusal::NotInProjects(audit)));
    assert_eq!(may_make_key(of(Role::Owner), asked, false), Ok(()));
}

fn some() -> impl Strategy<Value = Permissions> {
    let all = Permission::ALL.to_vec();
    proptest::sample::subsequence(all, 0..=Permission::ALL.len())
        .prop_map(|some| some.into_iter().collect())
}

proptest! {
    #[test]
    fn nobody_grants_more_than_they_have(own in some(), given in some()) {
        let allowed = may_grant(own, given).is_ok();
        let has_all = given.iter().all(|permission| own.contains(permission));
        prop_assert_eq!(allowed, has_all);
        prop_assert_eq!(may_make_key(own, given, false).is_ok(), has_all);
        prop_assert!(may_make_key(own, given, true).is_err() || has_all);
    }

    #[test]
    fn nobody_is_moved_up_or_down_by_somebody_who_may_less(
        own in some(),
        from in select(Role::ALL),
        to in select(Role::ALL),
    ) {
        if may_move(own, from, Some(to), 9).is_ok() {
            prop_assert!(own.includes(from.permissions()) && own.includes(to.permissions()));
        }
    }
}
