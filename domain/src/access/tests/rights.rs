//! Where something may be done.

use crate::access::{Permission, Permissions, ProjectRole, Reach, Rights, Role};
use crate::ids::ProjectId;

const A: ProjectId = ProjectId(1);
const B: ProjectId = ProjectId(2);
const READ: Permission = Permission::ErrorsRead;
const WRITE: Permission = Permission::ErrorsWrite;

fn scopes(permissions: &[Permission]) -> Permissions {
    permissions.iter().copied().collect()
}

#[test]
fn a_role_reaches_the_whole_organization_or_the_project_that_is_named() {
    let developer = Rights::of_member(Role::Developer, []);
    assert_eq!(developer.reach(WRITE, None), Reach::Organization);
    assert_eq!(developer.reach(WRITE, Some(A)), Reach::Project(A));
}

#[test]
fn what_no_role_gives_is_refused_whether_or_not_a_project_is_named() {
    let viewer = Rights::of_member(Role::Viewer, []);
    assert_eq!(viewer.reach(WRITE, None), Reach::Nowhere);
    assert_eq!(viewer.reach(WRITE, Some(A)), Reach::Nowhere);
}

#[test]
fn a_role_in_one_project_reaches_that_one_without_its_name() {
    let viewer = Rights::of_member(Role::Viewer, [(A, ProjectRole::Developer)]);
    assert_eq!(viewer.reach(WRITE, None), Reach::Project(A));
    assert_eq!(viewer.reach(WRITE, Some(A)), Reach::Project(A));
    assert_eq!(viewer.reach(WRITE, Some(B)), Reach::Nowhere);
    assert_eq!(viewer.reach(READ, None), Reach::Organization);
}

#[test]
fn of_several_projects_one_must_be_named() {
    let roles = [(A, ProjectRole::Developer), (B, ProjectRole::Admin)];
    let viewer = Rights::of_member(Role::Viewer, roles);
    assert_eq!(viewer.reach(WRITE, None), Reach::OneOfSeveral);
    assert_eq!(viewer.reach(WRITE, Some(B)), Reach::Project(B));
    let settings = Permission::ProjectsWrite;
    assert_eq!(viewer.reach(settings, None), Reach::Project(B));
}

#[test]
fn roles_in_one_project_add_up_and_take_nothing_away() {
    let roles = [(A, ProjectRole::Admin), (A, ProjectRole::Viewer)];
    let developer = Rights::of_member(Role::Developer, roles);
    assert!(
        developer
            .within(Some(A))
            .includes(ProjectRole::Admin.permissions())
    );
    assert!(
        developer
            .within(Some(A))
            .includes(Role::Developer.permissions())
    );
    assert_eq!(developer.within(Some(B)), Role::Developer.permissions());
}

#[test]
fn the_key_of_a_project_sees_no_other() {
    let key = Rights::of_key(scopes(&[READ]), Some(A));
    assert_eq!(key.reach(READ, None), Reach::Project(A));
    assert_eq!(key.reach(READ, Some(A)), Reach::Project(A));
    assert_eq!(key.reach(READ, Some(B)), Reach::Unseen);
    assert_eq!(key.reach(WRITE, Some(B)), Reach::Unseen);
    assert_eq!(key.reach(WRITE, Some(A)), Reach::Nowhere);
    assert_eq!(key.reach(WRITE, None), Reach::Nowhere);
}

#[test]
fn the_key_of_a_project_can_do_nothing_to_the_organization() {
    let everything = Role::Owner.permissions();
    let key = Rights::of_key(everything, Some(A));
    assert_eq!(key.within(Some(A)), ProjectRole::Admin.permissions());
    assert_eq!(key.within(None), Permissions::NONE);
    assert_eq!(key.reach(Permission::MembersWrite, None), Reach::Nowhere);
}

#[test]
fn a_key_without_scopes_reaches_nothing() {
    for project in [None, Some(A)] {
        let key = Rights::of_key(Permissions::NONE, project);
        for permission in Permission::ALL {
            assert_eq!(key.reach(*permission, None), Reach::Nowhere);
            assert_eq!(key.reach(*permission, Some(A)), Reach::Nowhere);
        }
    }
}

#[test]
fn a_scope_that_is_no_more_allows_nothing() {
    let words = ["errors:read", "gone:write"].map(str::to_owned);
    assert_eq!(Permissions::of_known(&words), scopes(&[READ]));
}

#[test]
fn a_scope_that_is_asked_for_must_be_known() {
    let asked = serde_json::from_str::<Permissions>(r#"["errors:read", "errors:red"]"#);
    let told = asked.unwrap_err().to_string();
    assert!(told.contains("errors:red"), "{told}");
    let asked = serde_json::from_str::<Permissions>(r#"["errors:write", "errors:read"]"#);
    let written = serde_json::to_string(&asked.unwrap()).unwrap();
    assert_eq!(written, r#"["errors:read","errors:write"]"#);
}
