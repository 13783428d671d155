//! Content encodings, undone within a bound that holds while they inflate.

use std::io::{Cursor, Read};
use thiserror::Error;

/// The largest zstd window taken, as a power of two: 8 MiB, what the format asks of readers.
const ZSTD_WINDOW_LOG: u32 = 23;
/// What a body usually grows to, so that its room is made once.
const USUAL_GROWTH: usize = 6;
/// Longer lists of encodings only serve to make work.
const MAX_LAYERS: usize = 4;

/// The encodings of a body, in the order they were applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encoding(Vec<Layer>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Layer {
    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }
}

/// Why a body could not be inflated.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InflateError {
    /// An encoding nobody here reads.
    #[error("Content-Encoding {name:?} is not known; send gzip, deflate, br, zstd or identity")]
    UnknownEncoding {
        /// The name as sent.
        name: String,
    },
    /// Too many encodings on top of each other.
    #[error("Content-Encoding names more than {max} encodings")]
    TooManyEncodings {
        /// The most that are taken.
        max: usize,
    },
    /// The body inflates beyond the bound.
    #[error("the body is larger than {max} bytes once decompressed")]
    TooLarge {
        /// The bound in bytes.
        max: usize,
    },
    /// The body is not what its encoding says.
    #[error("the body is not valid {encoding}: {reason}")]
    Corrupt {
        /// The encoding that failed.
        encoding: &'static str,
        /// The decoder's words.
        reason: String,
    },
}

impl Encoding {
    /// Reads a `Content-Encoding` header; an empty one means identity.
    ///
    /// # Errors
    /// If it names an unknown encoding, or too many.
    pub fn parse(header: &str) -> Result<Self, InflateError> {
        let mut layers = Vec::new();
        for name in header.split(',').map(str::trim).filter(|n| !n.is_empty()) {
            layers.push(match name.to_ascii_lowercase().as_str() {
                "identity" => continue,
                "gzip" | "x-gzip" => Layer::Gzip,
                "deflate" => Layer::Deflate,
                "br" => Layer::Brotli,
                "zstd" => Layer::Zstd,
                _ => {
                    return Err(InflateError::UnknownEncoding {
                        name: name.to_owned(),
                    });
                }
            });
        }
        if layers.len() > MAX_LAYERS {
            return Err(InflateError::TooManyEncodings { max: MAX_LAYERS });
        }
        Ok(Self(layers))
    }

    /// How many inflated forms of the body are held at once while the encodings are undone.
    #[must_use]
    pub fn copies(&self) -> usize {
        self.0.len().min(2)
    }
}

/// The body without its encodings, at most `max` bytes of it after each of them.
///
/// # Errors
/// If the body grows beyond `max` bytes or is not what its encoding says.
pub fn inflate(encoding: Encoding, body: &[u8], max: usize) -> Result<Vec<u8>, InflateError> {
    let mut layers = encoding.0.into_iter().rev();
    let Some(outer) = layers.next() else {
        return match body.len() > max {
            true => Err(InflateError::TooLarge { max }),
            false => Ok(body.to_vec()),
        };
    };
    let first = undo(outer, body, max)?;
    layers.try_fold(first, |body, layer| undo(layer, &body, max))
}

fn undo(layer: Layer, body: &[u8], max: usize) -> Result<Vec<u8>, InflateError> {
    let corrupt = |e: std::io::Error| InflateError::Corrupt {
        encoding: layer.name(),
        reason: e.to_string(),
    };
    match layer {
        Layer::Gzip => bounded(flate2::bufread::MultiGzDecoder::new(body), body, layer, max),
        Layer::Deflate if is_zlib(body) => zlib_or_raw(body, layer, max),
        Layer::Deflate => bounded(flate2::bufread::DeflateDecoder::new(body), body, layer, max),
        Layer::Brotli => bounded(
            brotli::Decompressor::new(Cursor::new(body), 4096),
            body,
            layer,
            max,
        ),
        Layer::Zstd => {
            let mut reader = zstd::stream::read::Decoder::new(body).map_err(corrupt)?;
            reader.window_log_max(ZSTD_WINDOW_LOG).map_err(corrupt)?;
            bounded(reader, body, layer, max)
        }
    }
}

/// The two bytes of a zlib header can also begin a raw stream, so a failure is tried raw.
fn zlib_or_raw(body: &[u8], layer: Layer, max: usize) -> Result<Vec<u8>, InflateError> {
    match bounded(flate2::bufread::ZlibDecoder::new(body), body, layer, max) {
        Err(wrapped @ InflateError::Corrupt { .. }) => {
            bounded(flate2::bufread::DeflateDecoder::new(body), body, layer, max)
                .map_err(|_| wrapped)
        }
        done => done,
    }
}

fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [cmf, flags, ..] if cmf & 0x0F == 8
        && (u16::from(*cmf) << 8 | u16::from(*flags)) % 31 == 0)
}

fn bounded(
    reader: impl Read,
    body: &[u8],
    layer: Layer,
    max: usize,
) -> Result<Vec<u8>, InflateError> {
    let mut out = Vec::with_capacity(body.len().saturating_mul(USUAL_GROWTH).min(max));
    let most = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    reader
        .take(most)
        .read_to_end(&mut out)
        .map_err(|e| InflateError::Corrupt {
            encoding: layer.name(),
            reason: e.to_string(),
        })?;
    match out.len() > max {
        true => Err(InflateError::TooLarge { max }),
        false => Ok(out),
    }
}
