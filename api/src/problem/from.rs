//! What each error of the layers below is to the caller.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::StatusCode;
use bugsage_commands::ingest::{IngestError, Unpreparable};
use bugsage_commands::people::provider::ProviderError;
use bugsage_commands::people::{NoEmail, PeopleError};
use bugsage_domain::error::Refusal;
use bugsage_event_store::{ExecuteError, is_away};
use bugsage_projections::QueryError;

use super::Problem;
use crate::in_flight::Unread;

impl From<sqlx::Error> for Problem {
    fn from(error: sqlx::Error) -> Self {
        if is_away(&error) {
            tracing::error!(%error, "the database is away");
            return Self::unavailable("the database does not answer; try again in a moment");
        }
        Self::internal(&error)
    }
}

impl From<ExecuteError<Refusal>> for Problem {
    fn from(error: ExecuteError<Refusal>) -> Self {
        match error {
            ExecuteError::Refused(refusal) => refusal.into(),
            ExecuteError::Stale { actual } => Self::stale(actual),
            ExecuteError::Contended => Self::new(
                StatusCode::CONFLICT,
                "/problems/contended",
                "Conflict",
                "others changed it each time this was tried: try again",
            ),
            ExecuteError::KeyReused => Self::key_reused(),
            ExecuteError::Database(error) => error.into(),
            ExecuteError::Unreadable(cause) => Self::internal(&cause),
            ExecuteError::Unwritable(cause) => Self::internal(&cause),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        if refusal.is_not_found() {
            return Self::not_found("such error");
        }
        let (status, kind, title) = if refusal.is_invalid_input() {
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                "/problems/invalid",
                "Invalid value",
            )
        } else {
            (
                StatusCode::CONFLICT,
                "/problems/refused",
                "Not in this state",
            )
        };
        let mut problem = Self::new(status, kind, title, refusal.to_string());
        problem.allowed = refusal.allowed();
        problem
    }
}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Full => {
                Self::busy("too many occurrences are waiting: send it again in a second")
            }
            IngestError::KeyReused => Self::key_reused(),
            IngestError::Unavailable => Self::unavailable(
                "the database does not answer; send it again with the same Idempotency-Key",
            ),
            IngestError::Failed(cause) => Self::internal(&cause),
        }
    }
}

impl From<Unread> for Problem {
    fn from(error: Unread) -> Self {
        match error {
            Unread::NoRoom => Self::busy(error.to_string()),
            Unread::TooLarge { .. } => Self::too_large(error.to_string()),
            Unread::Broken(_) => Self::bad_request(error.to_string()),
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::MissingJsonContentType(_) => {
                Self::unsupported("send the body as JSON with Content-Type: application/json")
            }
            JsonRejection::JsonDataError(error) => Self::invalid(fault_alone(&error.body_text())),
            JsonRejection::JsonSyntaxError(error) => {
                Self::bad_request(fault_alone(&error.body_text()))
            }
            other => Self::bad_request(other.body_text()),
        }
    }
}

/// What is wrong and where, without the framework's words before it.
fn fault_alone(text: &str) -> String {
    match text.split_once(": ") {
        Some((words, fault)) if words.starts_with("Failed to ") => fault.to_owned(),
        _ => text.to_owned(),
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request(fault_alone(&rejection.body_text()))
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Cursor | QueryError::Limit | QueryError::Days => {
                Self::bad_request(error.to_string())
            }
            QueryError::Payload(_) => Self::internal(&error),
            QueryError::Database(error) => error.into(),
        }
    }
}

impl From<Unpreparable> for Problem {
    fn from(error: Unpreparable) -> Self {
        match error {
            error @ Unpreparable::TooLarge { .. } => Self::too_large(error.to_string()),
            Unpreparable::Compression(error) => Self::internal(&error),
            other => Self::invalid(other.to_string()),
        }
    }
}

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Self {
        let told = error.to_string();
        match error {
            PeopleError::Wrong | PeopleError::Over => Self::unauthorized(told),
            PeopleError::Wait { seconds } => Self::attempts(told, seconds),
            PeopleError::Busy => Self::busy(told),
            PeopleError::LastOwner | PeopleError::LastWay => Self::conflict(told),
            PeopleError::NoIdentity => Self::not_found("such identity of yours"),
            PeopleError::WrongPassword
            | PeopleError::OtherPassword
            | PeopleError::Link
            | PeopleError::Unfit(_)
            | PeopleError::TimeZone => Self::invalid(told),
            PeopleError::Failed(cause) => Self::internal(&cause),
            PeopleError::Database(error) => error.into(),
        }
    }
}

impl From<ProviderError> for Problem {
    fn from(error: ProviderError) -> Self {
        let told = error.to_string();
        match error {
            ProviderError::Unknown => Self::not_found("such identity provider"),
            ProviderError::ReturnTo => Self::invalid(told),
            ProviderError::NotBegun | ProviderError::State | ProviderError::Over => {
                Self::unauthorized(told)
            }
            ProviderError::Fault(_) => Self::provider(told),
            ProviderError::NoEmail
            | ProviderError::Unverified
            | ProviderError::Untrusted
            | ProviderError::Disabled => Self::forbidden(told),
            ProviderError::Taken => Self::conflict(told),
            ProviderError::People(error) => error.into(),
        }
    }
}

impl From<NoEmail> for Problem {
    fn from(error: NoEmail) -> Self {
        Self::invalid(error.to_string())
    }
}
