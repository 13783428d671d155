//! The dictionaries in use, each read once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bugsage_domain::ids::OrganizationId;
use bugsage_event_store::tenant;
use sqlx::PgPool;

use super::Dictionary;

/// Dictionaries held at once before the memory starts anew; each takes about 200 KB.
const HELD: usize = 256;

/// Every dictionary asked for so far. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Dictionaries {
    held: Arc<Mutex<HashMap<i32, Arc<Dictionary>>>>,
}

impl Dictionaries {
    /// The dictionary with this id, if its organization has it.
    ///
    /// # Errors
    /// When it has to be read and the database fails.
    pub async fn get(
        &self,
        app: &PgPool,
        organization: OrganizationId,
        id: i32,
    ) -> Result<Option<Arc<Dictionary>>, sqlx::Error> {
        if let Some(known) = self.lock().get(&id) {
            return Ok(Some(Arc::clone(known)));
        }
        let mut transaction = tenant(app, organization).await?;
        let bytes: Option<Vec<u8>> = sqlx::query_scalar(
            "select bytes from dictionaries where organization_id = $1 and dictionary_id = $2",
        )
        .bind(organization.0)
        .bind(id)
        .fetch_optional(&mut *transaction)
        .await?;
        let Some(bytes) = bytes else {
            return Ok(None);
        };
        let dictionary = Arc::new(Dictionary::new(id, &bytes));
        let mut held = self.lock();
        if held.len() >= HELD {
            held.clear();
        }
        held.insert(id, Arc::clone(&dictionary));
        Ok(Some(dictionary))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<i32, Arc<Dictionary>>> {
        // Whole after each statement, so what a panicking thread left behind serves.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
