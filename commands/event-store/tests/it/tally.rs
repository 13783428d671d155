//! A projection small enough to see through: which events it applied, and how many of each stream.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

use async_trait::async_trait;
use bugsage_event_store::RecordedEvent;
use bugsage_event_store::subscription::{HandlerError, Projection};
use sqlx::PgConnection;
use tokio::sync::Semaphore;

/// Applies everything but streams called `poison`, until it is cured, and `panic`, ever.
pub(crate) struct Tally {
    pub(crate) name: &'static str,
    pub(crate) version: AtomicI32,
    pub(crate) cured: AtomicBool,
    /// Holds up the event of a stream called `gate`, once closed.
    pub(crate) gate: Semaphore,
    pub(crate) at_the_gate: Semaphore,
}

impl Tally {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            version: AtomicI32::new(1),
            cured: AtomicBool::new(false),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            at_the_gate: Semaphore::new(0),
        }
    }

    /// One whose gate is closed.
    pub(crate) fn gated(name: &'static str) -> Self {
        Self {
            gate: Semaphore::new(0),
            ..Self::new(name)
        }
    }

    /// Returns when somebody stands at the closed gate.
    pub(crate) async fn someone_waits(&self) {
        self.at_the_gate.acquire().await.unwrap().forget();
    }

    pub(crate) fn open_the_gate(&self) {
        self.gate.add_permits(1000);
    }
}

#[async_trait]
impl Projection for Tally {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> i32 {
        self.version.load(Ordering::Relaxed)
    }

    fn tables(&self) -> &'static str {
        "create table seen (organization_id uuid not null, position bigint primary key);
         create table streams (organization_id uuid not null, stream text primary key, events bigint not null)"
    }

    async fn apply(
        &self,
        tables: &mut PgConnection,
        event: &RecordedEvent,
    ) -> Result<(), HandlerError> {
        if event.aggregate_id == "poison" && !self.cured.load(Ordering::Relaxed) {
            return Err("it is poison".into());
        }
        assert_ne!(event.aggregate_id, "panic");
        sqlx::query("insert into seen values ($1, $2)")
            .bind(event.organization_id.0)
            .bind(event.position)
            .execute(&mut *tables)
            .await?;
        sqlx::query(
            "insert into streams as s values ($1, $2, 1)
             on conflict (stream) do update set events = s.events + 1",
        )
        .bind(event.organization_id.0)
        .bind(&event.aggregate_id)
        .execute(&mut *tables)
        .await?;
        if event.aggregate_id == "gate" {
            self.at_the_gate.add_permits(1);
            self.gate.acquire().await?.forget();
        }
        Ok(())
    }
}
