//! The one table of what each role may do. `docs/permissions.md` is made from it, and so is every
//! check: to change what a role may do, change a word here and run `bugsage permissions`.

use super::{ProjectRole, Role};

/// `yes`, or `-` for no.
macro_rules! answer {
    (yes) => {
        true
    };
    (-) => {
        false
    };
}

macro_rules! table {
    ($($name:ident $word:literal
        $owner:tt $admin:tt $developer:tt $viewer:tt $auditor:tt |
        $project_admin:tt $project_developer:tt $project_viewer:tt
        $says:literal;)*) => {
        /// What can be allowed. Its word is also the scope of keys.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Permission {
            $(#[doc = $says] $name,)*
        }

        impl Permission {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word used in JSON, keys' scopes and the API's document.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What it allows, in a sentence.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)* }
            }

            /// Whether a role in the organization has it.
            #[must_use]
            pub const fn is_of(self, role: Role) -> bool {
                match self {
                    $(Self::$name => match role {
                        Role::Owner => answer!($owner),
                        Role::Admin => answer!($admin),
                        Role::Developer => answer!($developer),
                        Role::Viewer => answer!($viewer),
                        Role::Auditor => answer!($auditor),
                    },)*
                }
            }

            /// Whether a role in a project has it there.
            #[must_use]
            pub const fn is_of_project(self, role: ProjectRole) -> bool {
                match self {
                    $(Self::$name => match role {
                        ProjectRole::Admin => answer!($project_admin),
                        ProjectRole::Developer => answer!($project_developer),
                        ProjectRole::Viewer => answer!($project_viewer),
                    },)*
                }
            }
        }

        /// A type for each permission, for code that can only be reached with it.
        pub mod may {
            use super::Permission;

            /// A permission as a type.
            pub trait Needs {
                /// The permission.
                const PERMISSION: Permission;
            }

            $(#[doc = $says]
            #[derive(Debug, Clone, Copy)]
            pub struct $name;

            impl Needs for $name {
                const PERMISSION: Permission = Permission::$name;
            })*
        }
    };
}

table! {
    //                                             in the organization                      in a project
    //                                             owner admin developer viewer auditor     admin developer viewer
    ErrorsRead           "errors:read"             yes   yes   yes       yes    yes       | yes   yes       yes
        "See errors, their history and their statistics.";
    ErrorsWrite          "errors:write"            yes   yes   yes       -      -         | yes   yes       -
        "Change, resolve, ignore, merge and delete errors.";
    OccurrencesRead      "occurrences:read"        yes   yes   yes       yes    yes       | yes   yes       yes
        "See single occurrences with all that was sent.";
    OccurrencesWrite     "occurrences:write"       yes   yes   yes       -      -         | yes   yes       -
        "Report errors through the REST API.";
    ProjectsRead         "projects:read"           yes   yes   yes       yes    yes       | yes   yes       yes
        "See projects and their settings.";
    ProjectsCreate       "projects:create"         yes   yes   -         -      -         | -     -         -
        "Make projects.";
    ProjectsWrite        "projects:write"          yes   yes   -         -      -         | yes   -         -
        "Rename, close and reopen a project; change what it keeps, scrubs and has analysed, and where its source is.";
    ProjectRolesRead     "project_roles:read"      yes   yes   yes       yes    yes       | yes   yes       yes
        "See who has which role in a project.";
    ProjectRolesWrite    "project_roles:write"     yes   yes   -         -      -         | yes   -         -
        "Give and take roles in a project.";
    DsnKeysRead          "dsn_keys:read"           yes   yes   yes       -      yes       | yes   yes       -
        "See the DSN keys of a project.";
    DsnKeysWrite         "dsn_keys:write"          yes   yes   -         -      -         | yes   -         -
        "Make, rotate, limit and disable DSN keys.";
    ApiKeysRead          "api_keys:read"           yes   yes   -         -      yes       | yes   -         -
        "See which API keys there are, never the keys themselves.";
    ApiKeysWrite         "api_keys:write"          yes   yes   -         -      -         | yes   -         -
        "Make and revoke API keys.";
    ServiceAccountsRead  "service_accounts:read"   yes   yes   -         -      yes       | -     -         -
        "See which service accounts there are, never their secrets.";
    ServiceAccountsWrite "service_accounts:write"  yes   yes   -         -      -         | -     -         -
        "Make, rotate and revoke service accounts.";
    ProvidersRead        "providers:read"          yes   yes   -         -      yes       | -     -         -
        "See which identity providers there are, never the clients' secrets.";
    ProvidersWrite       "providers:write"         yes   yes   -         -      -         | -     -         -
        "Say where people sign in, and for which domains that is trusted.";
    OrganizationRead     "organization:read"       yes   yes   yes       yes    yes       | -     -         -
        "See the organization itself.";
    OrganizationWrite    "organization:write"      yes   yes   -         -      -         | -     -         -
        "Rename the organization and change its settings.";
    MembersRead          "members:read"            yes   yes   yes       yes    yes       | -     -         -
        "See who belongs to the organization, in which role.";
    MembersWrite         "members:write"           yes   yes   -         -      -         | -     -         -
        "Change roles, lock members out and remove them.";
    InvitationsRead      "invitations:read"        yes   yes   -         -      yes       | -     -         -
        "See who is invited.";
    InvitationsWrite     "invitations:write"       yes   yes   -         -      -         | -     -         -
        "Invite people and take invitations back.";
    TeamsRead            "teams:read"              yes   yes   yes       yes    yes       | -     -         -
        "See teams and who is in them.";
    TeamsWrite           "teams:write"             yes   yes   -         -      -         | -     -         -
        "Make, rename and delete teams; say who is in them.";
    AuditRead            "audit:read"              yes   yes   -         -      yes       | -     -         -
        "Read the audit log.";
    OperationsRead       "operations:read"         yes   yes   -         -      yes       | -     -         -
        "See jobs: what waits, what was done and what was given up.";
    OperationsWrite      "operations:write"        yes   yes   -         -      -         | -     -         -
        "Retry and drop jobs.";
    OwnersWrite          "owners:write"            yes   -     -         -      -         | -     -         -
        "Appoint owners, and do to owners what else is done to members.";
}
