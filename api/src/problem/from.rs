//! What each error of the layers below is to the caller.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::StatusCode;
use bugsage_commands::ingest::{IngestError, Unpreparable};
use bugsage_domain::error::Refusal;
use bugsage_event_store::{ExecuteError, is_away};
use bugsage_projections::QueryError;

use super::Problem;

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
            IngestError::Unavailable => {
                Self::unavailable("the database does not answer; nothing was stored, send it again")
            }
            IngestError::Failed(cause) => Self::internal(&cause),
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection {
            JsonRejection::MissingJsonContentType(_) => {
                Self::unsupported("send the body as JSON with Content-Type: application/json")
            }
            JsonRejection::JsonDataError(error) => Self::invalid(error.body_text()),
            JsonRejection::JsonSyntaxError(error) => Self::bad_request(error.body_text()),
            other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                Self::too_large("the body is larger than this address takes")
            }
            other => Self::bad_request(other.body_text()),
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::bad_request(rejection.body_text())
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
