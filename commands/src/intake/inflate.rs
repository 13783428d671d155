//! Decompression that cannot be blown up: it stops while it inflates.

use std::io::{self, Read};

use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Encodings that may be layered; more is an attack.
const LAYERS: usize = 3;
/// Window of zstd, as a power of two: 8 MiB, what the format asks every decoder to support.
const ZSTD_WINDOW_LOG: u32 = 23;
/// Buffer of the brotli decoder.
const BROTLI_BUFFER: usize = 16 * 1024;

/// Why a body could not be decompressed.
#[derive(Debug, thiserror::Error)]
pub enum InflateError {
    /// Not one of ours.
    #[error("Content-Encoding {0:?} is not supported: use gzip, deflate, br, zstd or identity")]
    Unknown(String),
    /// More layers than anybody needs.
    #[error("Content-Encoding names more than {LAYERS} encodings")]
    TooManyLayers,
    /// It grew over the limit; the rest was not looked at.
    #[error("the body inflates to more than {0} bytes")]
    TooLarge(usize),
    /// It is not what the header says.
    #[error("the body is not valid {encoding}: {reason}")]
    Corrupt {
        /// What the header says.
        encoding: String,
        /// What the decoder says.
        reason: io::Error,
    },
}

/// Undoes the encodings of a `Content-Encoding` header, last applied first.
///
/// At most `max` bytes come out of any layer, so memory stays below twice that.
///
/// # Errors
/// See [`InflateError`].
pub fn inflate(content_encoding: &str, body: Vec<u8>, max: usize) -> Result<Vec<u8>, InflateError> {
    let layers: Vec<&str> = content_encoding
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    if layers.len() > LAYERS {
        return Err(InflateError::TooManyLayers);
    }
    let mut bytes = body;
    for encoding in layers.into_iter().rev() {
        bytes = undo(&encoding.to_ascii_lowercase(), bytes, max)?;
    }
    if bytes.len() > max {
        return Err(InflateError::TooLarge(max));
    }
    Ok(bytes)
}

fn undo(encoding: &str, bytes: Vec<u8>, max: usize) -> Result<Vec<u8>, InflateError> {
    let read = match encoding {
        "identity" => return Ok(bytes),
        "gzip" | "x-gzip" => bounded(MultiGzDecoder::new(&bytes[..]), max),
        "deflate" if is_zlib(&bytes) => bounded(ZlibDecoder::new(&bytes[..]), max),
        "deflate" => bounded(DeflateDecoder::new(&bytes[..]), max),
        "br" => bounded(brotli::Decompressor::new(&bytes[..], BROTLI_BUFFER), max),
        "zstd" => zstd::Decoder::with_buffer(&bytes[..]).and_then(|mut decoder| {
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            bounded(decoder, max)
        }),
        other => return Err(InflateError::Unknown(other.chars().take(40).collect())),
    };
    read.map_err(|reason| InflateError::Corrupt {
        encoding: encoding.to_owned(),
        reason,
    })?
    .ok_or(InflateError::TooLarge(max))
}

/// "deflate" means zlib by the standard and raw deflate by habit; a zlib header has a check sum.
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [cmf, flg, ..] if cmf & 0x0f == 8 && (u16::from(*cmf) << 8 | u16::from(*flg)) % 31 == 0)
}

/// All bytes of a reader, or `None` once there are more than `max`.
fn bounded(reader: impl Read, max: usize) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(max as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= max).then_some(bytes))
}
