//! Bodies, without letting anybody fill the memory.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The longest that any body may take to arrive: while it does, it takes room from others.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// How much of a refused body is read, in bytes, and for how long.
const DISCARDED_MAX: usize = 20 * 1024 * 1024;
const DISCARDING: Duration = Duration::from_secs(5);
/// The unit in which bytes in flight are counted.
const KIB: usize = 1024;

/// The bytes of bodies held at once, over all connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct InFlight {
    room: Arc<Semaphore>,
    kib: usize,
}

/// Room for a body; given back when dropped.
#[derive(Debug)]
pub struct Held {
    room: Arc<Semaphore>,
    permits: Option<OwnedSemaphorePermit>,
    kib: usize,
}

/// Why a body was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// Too much is held already.
    #[error("too many bytes are in flight: send it again in a second")]
    NoRoom,
    /// Over the bound.
    #[error("the body has more than {max} bytes")]
    TooLarge {
        /// The bound in bytes.
        max: usize,
    },
    /// The connection broke.
    #[error("the body ended early: {0}")]
    Broken(String),
}

impl InFlight {
    /// Room for so many megabytes.
    #[must_use]
    pub fn new(megabytes: NonZeroU32) -> Self {
        let kib = megabytes.get() as usize * KIB;
        Self {
            room: Arc::new(Semaphore::new(kib)),
            kib,
        }
    }

    /// Bytes held at this moment.
    #[must_use]
    pub fn bytes(&self) -> usize {
        (self.kib - self.room.available_permits()) * KIB
    }

    /// Room for so many bytes, or all there is for more than that.
    ///
    /// # Errors
    /// [`Unread::NoRoom`].
    pub fn hold(&self, bytes: usize) -> Result<Held, Unread> {
        let mut held = Held {
            room: Arc::clone(&self.room),
            permits: None,
            kib: 0,
        };
        held.grow(bytes.min(self.kib * KIB))?;
        Ok(held)
    }

    /// Reads a body of at most `max` bytes, which has so long to arrive, and holds room for so many
    /// copies of it until [`Held`] is dropped.
    ///
    /// # Errors
    /// See [`Unread`].
    pub async fn read(
        &self,
        headers: &HeaderMap,
        mut body: Body,
        max: usize,
        copies: usize,
        patience: Duration,
    ) -> Result<(Bytes, Held), Unread> {
        if announced(headers) > max {
            return Err(Unread::TooLarge { max });
        }
        let mut held = self.hold(0)?;
        match tokio::time::timeout(patience, receive(&mut body, &mut held, max, copies)).await {
            Err(_) => Err(Unread::Broken(format!("it took longer than {patience:?}"))),
            Ok(Err(refused @ (Unread::NoRoom | Unread::TooLarge { .. }))) => {
                drop(held);
                discard(body).await;
                Err(refused)
            }
            Ok(received) => received.map(|bytes| (bytes, held)),
        }
    }
}

impl Held {
    /// Holds room for so many bytes in all, if it is less now.
    ///
    /// # Errors
    /// [`Unread::NoRoom`].
    pub fn grow(&mut self, bytes: usize) -> Result<(), Unread> {
        let wanted = bytes.div_ceil(KIB);
        let Some(more) = wanted.checked_sub(self.kib) else {
            return Ok(());
        };
        let permits = u32::try_from(more)
            .ok()
            .and_then(|more| Arc::clone(&self.room).try_acquire_many_owned(more).ok())
            .ok_or(Unread::NoRoom)?;
        match &mut self.permits {
            Some(all) => all.merge(permits),
            None => self.permits = Some(permits),
        }
        self.kib = wanted;
        Ok(())
    }
}

async fn receive(
    body: &mut Body,
    held: &mut Held,
    max: usize,
    copies: usize,
) -> Result<Bytes, Unread> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Unread::Broken(error.to_string()))?;
        let Some(data) = frame.data_ref() else {
            continue;
        };
        let size = bytes.len() + data.len();
        if size > max {
            return Err(Unread::TooLarge { max });
        }
        // Counted as it arrives: who only announces a large body holds no room.
        held.grow(size * copies)?;
        bytes.extend_from_slice(data);
    }
    Ok(bytes.into())
}

fn announced(headers: &HeaderMap) -> usize {
    headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .unwrap_or(0)
}

/// Reads on and keeps nothing: a sender who is still writing would never see the answer.
async fn discard(mut body: Body) {
    let rest = async {
        let mut left = DISCARDED_MAX;
        while let Some(Ok(frame)) = body.frame().await {
            let size = frame.data_ref().map_or(0, Bytes::len);
            match left.checked_sub(size) {
                Some(less) => left = less,
                None => break,
            }
        }
    };
    tokio::time::timeout(DISCARDING, rest).await.ok(); // what comes later is not waited for
}
