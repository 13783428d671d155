//! Lists, a page at a time.

use serde::Serialize;
use utoipa::ToSchema;

use super::AccessError;

/// Most rows of one page.
const LIMIT_MAX: u32 = 1_000;

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Rows of the answer, 1 to 1,000.
    pub limit: u32,
    /// The `next_cursor` of the answer before: the id of its last row.
    pub cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Listed<T> {
    /// The rows.
    pub items: Vec<T>,
    /// For the next page; null at the end.
    pub next_cursor: Option<String>,
}

impl Page {
    /// How many rows to ask the database for: one more tells whether there is a next page.
    ///
    /// # Errors
    /// [`AccessError::Page`] for a limit that is none.
    pub fn rows(&self) -> Result<i64, AccessError> {
        if self.limit == 0 || self.limit > LIMIT_MAX {
            let told = format!("limit must be between 1 and {LIMIT_MAX}");
            return Err(AccessError::Page(told));
        }
        Ok(i64::from(self.limit) + 1)
    }

    /// The id after which the page begins.
    ///
    /// # Errors
    /// [`AccessError::Page`] for a cursor that is none.
    pub fn after<I: std::str::FromStr>(&self) -> Result<Option<I>, AccessError> {
        let read = self.cursor.as_deref().map(str::parse).transpose();
        read.map_err(|_| {
            let told = "the cursor does not belong to this list: start again without it";
            AccessError::Page(told.to_owned())
        })
    }

    /// The page, of rows that may be one too many.
    pub fn of<T, I: ToString>(&self, mut rows: Vec<T>, id: impl Fn(&T) -> I) -> Listed<T> {
        let limit = self.limit as usize;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().filter(|_| more);
        Listed {
            next_cursor: last.map(|row| id(row).to_string()),
            items: rows,
        }
    }
}
