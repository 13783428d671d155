//! The source of projects, as far as it explains errors.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use bugsage_commands::repositories::Bounds;

use super::reader::{Name, Reader};

/// `[repositories]`.
#[derive(Debug, Clone)]
pub struct Repositories {
    /// `BUGSAGE_REPOSITORIES_FOLDER`: a folder for mirrors of the projects' repositories; it may be emptied
    /// at any time. None: none is fetched.
    /// `BUGSAGE_REPOSITORIES_ALLOW`: folders of this machine below which repositories may be, with commas.
    /// Who may change a project's settings reads any of them. None.
    /// `BUGSAGE_REPOSITORIES_SECONDS`: how long one fetch may take. 60.
    /// `BUGSAGE_REPOSITORIES_MB`: megabytes of one mirror. 1024.
    pub bounds: Bounds,
}

impl Repositories {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let folder = Name::new("repositories.folder", "BUGSAGE_REPOSITORIES_FOLDER");
        let allow = Name::new("repositories.allow", "BUGSAGE_REPOSITORIES_ALLOW");
        let kept = reader.text(folder, "");
        let kept = (!kept.is_empty()).then(|| PathBuf::from(kept));
        if kept.as_ref().is_some_and(|path| !path.is_absolute()) {
            reader.wrong(folder, "is not the whole path of a folder");
        }
        let allowed: Vec<String> = reader.list(allow, "a list of folders");
        let allowed: Vec<PathBuf> = allowed.into_iter().map(PathBuf::from).collect();
        if !allowed.iter().all(|path| path.is_absolute()) {
            reader.wrong(allow, "does not hold whole paths of folders alone");
        }
        let seconds = Name::new("repositories.seconds", "BUGSAGE_REPOSITORIES_SECONDS");
        let seconds: NonZeroU32 = reader.count(seconds, 60);
        let size = Name::new("repositories.mb", "BUGSAGE_REPOSITORIES_MB");
        let size: NonZeroU32 = reader.count(size, 1_024);
        Self {
            bounds: Bounds {
                folder: kept,
                allow: allowed,
                patience: Duration::from_secs(seconds.get().into()),
                bytes: u64::from(size.get()) * 1024 * 1024,
            },
        }
    }
}
