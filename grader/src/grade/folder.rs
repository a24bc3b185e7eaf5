//! The folder of one grading: gone when that is over, and with a later one when the grader was killed.
//!
//! As long as a grader lives it holds a lock on its folder, which the kernel takes back however it ends. A folder without one is
//! nobody's any more.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::{Duration, SystemTime};

use rustix::fs::OFlags;
use rustix::process::getuid;
use tempfile::TempDir;

/// What the names of all of them begin with.
const PREFIX: &str = "interleave-";

/// How long a folder may stand without a lock before it counts as left behind. It takes microseconds.
const GRACE: Duration = Duration::from_secs(60);

/// A folder that nobody else uses, removed with all that is in it when this is dropped.
#[derive(Debug)]
pub(super) struct Folder {
    folder: TempDir,
    _lock: File,
}

impl Folder {
    /// A new one in `temporary`, after those that were left behind there are removed.
    pub(super) fn new_in(temporary: &Path) -> io::Result<Folder> {
        remove_abandoned(temporary, SystemTime::now());
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            // A submission that runs as another user finds its own executable, and nothing whose name it does not know.
            .permissions(Permissions::from_mode(0o711))
            .tempdir_in(temporary)?;
        let lock = File::open(folder.path())?;
        lock.lock()?;
        Ok(Folder { folder, _lock: lock })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes this user's folders that no grader holds. What cannot be removed stays where it is: it is in nobody's way.
fn remove_abandoned(temporary: &Path, now: SystemTime) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if is_ours && is_abandoned(&entry.path(), now) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_abandoned(path: &Path, now: SystemTime) -> bool {
    let flags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).bits();
    let opened = File::options().read(true).custom_flags(flags.cast_signed()).open(path);
    let Ok(folder) = opened else { return false };
    let Ok(metadata) = folder.metadata() else { return false };
    let age = metadata
        .modified()
        .ok()
        .and_then(|modified| now.duration_since(modified).ok());
    metadata.uid() == getuid().as_raw() && age.is_some_and(|age| age > GRACE) && folder.try_lock().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_holds_is_removed_and_nothing_else() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let held = Folder::new_in(temporary.path()).expect("a folder");
        let path = |name: &str| temporary.path().join(name);
        for name in ["interleave-left", "another"] {
            fs::create_dir_all(path(name).join("real")).expect("a folder");
        }
        fs::write(path("interleave-file"), "").expect("a file");
        std::os::unix::fs::symlink(path("another"), path("interleave-link")).expect("a link");
        let is_there =
            || ["interleave-left", "another", "interleave-file", "interleave-link"].map(|name| path(name).exists());
        remove_abandoned(temporary.path(), SystemTime::now());
        assert_eq!(is_there(), [true; 4], "a folder that is just being made");
        let later = SystemTime::now() + 2 * GRACE;
        remove_abandoned(temporary.path(), later);
        assert_eq!(is_there(), [false, true, true, true]);
        assert!(held.path().exists() && path("another/real").exists());
        let place = held.path().to_owned();
        drop(held);
        assert!(!place.exists());
    }
}
