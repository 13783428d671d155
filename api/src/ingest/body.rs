//! Reading a body without letting anybody fill the memory.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, header};
use bugsage_commands::intake::inflate::{Encoding, InflateError, inflate};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of a body as it arrives.
pub const COMPRESSED_MAX: usize = 20 * 1024 * 1024;
/// Bytes of a body after decompression.
pub const DECOMPRESSED_MAX: usize = 100 * 1024 * 1024;
/// The longest that a body may take to arrive: while it does, it takes room from others.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long the rest of a refused body is read.
const DISCARDING: Duration = Duration::from_secs(5);
/// Bodies above this are inflated off the async threads.
const QUICK: usize = 256 * 1024;
/// What a body is assumed to grow to before that is known.
const USUAL_GROWTH: usize = 12;
/// The unit in which bytes in flight are counted.
const KIB: usize = 1024;

/// The bytes of bodies held at once, over all connections. Cheap to clone.
#[derive(Debug, Clone)]
pub struct InFlight {
    room: Arc<Semaphore>,
}

/// Room for a body; given back when dropped.
#[derive(Debug)]
pub struct Held {
    permits: Option<OwnedSemaphorePermit>,
    kib: usize,
}

/// Why a body was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// Too much is held already.
    #[error("too many bytes are in flight: send it again in a second")]
    NoRoom,
    /// Over [`COMPRESSED_MAX`].
    #[error("the body has more than {COMPRESSED_MAX} bytes")]
    TooLarge,
    /// The connection broke.
    #[error("the body ended early: {0}")]
    Broken(String),
    /// It cannot be decompressed.
    #[error(transparent)]
    Inflate(#[from] InflateError),
}

impl InFlight {
    /// Room for so many megabytes.
    #[must_use]
    pub fn new(megabytes: NonZeroU32) -> Self {
        Self {
            room: Arc::new(Semaphore::new(megabytes.get() as usize * KIB)),
        }
    }

    fn hold(&self, held: &mut Held, bytes: usize) -> Result<(), Unread> {
        let wanted = bytes.div_ceil(KIB);
        if wanted <= held.kib {
            return Ok(());
        }
        let more = u32::try_from(wanted - held.kib).map_err(|_| Unread::TooLarge)?;
        let permits = Arc::clone(&self.room)
            .try_acquire_many_owned(more)
            .map_err(|_| Unread::NoRoom)?;
        match &mut held.permits {
            Some(all) => all.merge(permits),
            None => held.permits = Some(permits),
        }
        held.kib = wanted;
        Ok(())
    }

    /// Reads a whole body and undoes its encodings. The room is held until [`Held`] is dropped.
    ///
    /// # Errors
    /// See [`Unread`].
    pub async fn read(&self, headers: &HeaderMap, mut body: Body) -> Result<(Bytes, Held), Unread> {
        let mut held = Held {
            permits: None,
            kib: 0,
        };
        if announced(headers) > COMPRESSED_MAX {
            return Err(Unread::TooLarge);
        }
        let received = tokio::time::timeout(PATIENCE, self.receive(&mut body, &mut held))
            .await
            .map_err(|_| Unread::Broken(format!("it took longer than {PATIENCE:?}")))?;
        let bytes = match received {
            Err(refused @ (Unread::NoRoom | Unread::TooLarge)) => {
                drop(held);
                discard(body).await;
                return Err(refused);
            }
            other => other?,
        };
        let encoding = encoding(headers)?;
        let copies = encoding.copies();
        if copies == 0 {
            return Ok((bytes, held));
        }
        let guess = (bytes.len() * USUAL_GROWTH + 64 * KIB).min(DECOMPRESSED_MAX);
        self.hold(&mut held, bytes.len() + guess * copies)?;
        match decompress(encoding.clone(), bytes.clone(), guess).await {
            Err(InflateError::TooLarge { .. }) if guess < DECOMPRESSED_MAX => {
                self.hold(&mut held, bytes.len() + DECOMPRESSED_MAX * copies)?;
                let whole = decompress(encoding, bytes, DECOMPRESSED_MAX).await?;
                Ok((whole.into(), held))
            }
            other => Ok((other?.into(), held)),
        }
    }

    async fn receive(&self, body: &mut Body, held: &mut Held) -> Result<Bytes, Unread> {
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Unread::Broken(error.to_string()))?;
            let Some(data) = frame.data_ref() else {
                continue;
            };
            if bytes.len() + data.len() > COMPRESSED_MAX {
                return Err(Unread::TooLarge);
            }
            // Counted as it arrives: who only announces a large body holds no room.
            self.hold(held, bytes.len() + data.len())?;
            bytes.extend_from_slice(data);
        }
        Ok(bytes.into())
    }
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
        let mut left = COMPRESSED_MAX;
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

/// The encodings that all the headers name together.
fn encoding(headers: &HeaderMap) -> Result<Encoding, InflateError> {
    let named: Vec<_> = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    Encoding::parse(&named.join(","))
}

async fn decompress(encoding: Encoding, bytes: Bytes, max: usize) -> Result<Vec<u8>, InflateError> {
    if bytes.len() <= QUICK && max <= QUICK * USUAL_GROWTH {
        return inflate(encoding, &bytes, max);
    }
    match tokio::task::spawn_blocking(move || inflate(encoding, &bytes, max)).await {
        Ok(result) => result,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}
