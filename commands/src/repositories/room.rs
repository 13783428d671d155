//! Which folders may be read, and how much stands in one.

use std::fs;
use std::path::{Path, PathBuf};

use super::WrongAddress;

/// The folder without links in its path, if it is below one that is allowed.
pub(super) fn allowed(path: &Path, allow: &[PathBuf]) -> Result<PathBuf, WrongAddress> {
    let real = path.canonicalize().map_err(|_| WrongAddress::NotAllowed)?;
    let holds = |folder: &PathBuf| {
        let folder = folder.canonicalize();
        folder.is_ok_and(|folder| real.starts_with(folder))
    };
    match real.is_dir() && allow.iter().any(holds) {
        true => Ok(real),
        false => Err(WrongAddress::NotAllowed),
    }
}

/// Bytes of all files below it. What goes away meanwhile counts nothing, and links are not followed.
pub(super) fn bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => bytes(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    };
    entries.map(size).sum()
}
