//! Which organization and project a request names: in its path, or in a header.

use std::str::FromStr;

use axum::RequestPartsExt;
use axum::extract::RawPathParams;
use axum::http::request::Parts;
use bugsage_domain::ids::{OrganizationId, ProjectId};

use crate::problem::Problem;

/// Names the organization that a request is about.
pub const ORGANIZATION: &str = "x-bugsage-organization";
/// Names the project that a request is about.
pub const PROJECT: &str = "x-bugsage-project";

/// What a request names. An id that is none is answered as one that does not exist.
pub(super) struct Named {
    pub(super) organization: Option<OrganizationId>,
    pub(super) project: Option<ProjectId>,
}

impl Named {
    /// # Errors
    /// 404 for an id that is none, or where path and header name two.
    pub(super) async fn of(parts: &mut Parts) -> Result<Self, Problem> {
        let params = parts.extract::<RawPathParams>().await.ok();
        let in_path = |name: &str| {
            let mut params = params.iter().flatten();
            params.find_map(|(known, value)| (known == name).then_some(value))
        };
        let organization = one(in_path("organization_id"), parts, ORGANIZATION);
        let project = one(in_path("project_id"), parts, PROJECT);
        Ok(Self {
            organization: organization.map_err(|()| no_organization())?,
            project: project.map_err(|()| no_project())?,
        })
    }
}

fn one<T: FromStr + PartialEq>(
    in_path: Option<&str>,
    parts: &Parts,
    header: &str,
) -> Result<Option<T>, ()> {
    let in_header = match parts.headers.get(header) {
        Some(value) => Some(value.to_str().map_err(drop)?.trim()),
        None => None,
    };
    let read = |text: Option<&str>| text.map(str::parse).transpose().map_err(drop);
    match (read(in_path)?, read(in_header)?) {
        (Some(one), Some(other)) if one != other => Err(()),
        (one, other) => Ok(one.or(other)),
    }
}

/// The answer for every organization but one's own, be there one or not.
pub(super) fn no_organization() -> Problem {
    Problem::not_found("such organization")
}

/// The answer for every project but those one may see, be there one or not.
pub(super) fn no_project() -> Problem {
    Problem::not_found("such project")
}
