//! A temporary folder, which is removed even if the grader is killed.
//!
//! A running grader holds a lock on its folder. The kernel releases the lock however the grader ends. A folder without
//! a lock is therefore abandoned, and the next grader removes it.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

/// The beginning of the name of every such folder.
const PREFIX: &str = "interleave-";

/// How long a folder may be without a lock before it counts as abandoned. Taking the lock takes microseconds.
const LOCK_GRACE: Duration = Duration::from_secs(60);

/// A folder that nobody else uses. It is removed with its contents when this is dropped.
#[derive(Debug)]
pub struct ScratchFolder {
    folder: TempDir,
    _lock: File,
}

impl ScratchFolder {
    /// Removes abandoned folders in `temporary` and makes a new one there.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made or locked.
    pub fn new_in(temporary: &Path) -> io::Result<ScratchFolder> {
        // A submission that runs as another user can open its own executable in it, but cannot list the folder.
        ScratchFolder::with_mode(temporary, 0o711)
    }

    /// The same for what no submission needs: another user cannot even enter it.
    ///
    /// # Errors
    ///
    /// As [`ScratchFolder::new_in`].
    pub fn private_in(temporary: &Path) -> io::Result<ScratchFolder> {
        ScratchFolder::with_mode(temporary, 0o700)
    }

    #[cfg_attr(not(unix), expect(unused_variables, reason = "the mode is one of Unix"))]
    fn with_mode(temporary: &Path, mode: u32) -> io::Result<ScratchFolder> {
        remove_abandoned(temporary, SystemTime::now());
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(fs::Permissions::from_mode(mode));
        }
        let folder = builder.tempdir_in(temporary)?;
        let lock = File::open(folder.path())?;
        lock.lock()?;
        Ok(ScratchFolder { folder, _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes this user's folders that no grader has locked. What cannot be removed stays: it does no harm.
fn remove_abandoned(temporary: &Path, now: SystemTime) {
    for entry in fs::read_dir(temporary).into_iter().flatten().flatten() {
        let has_prefix = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if has_prefix && is_abandoned(&entry.path(), now) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_abandoned(path: &Path, now: SystemTime) -> bool {
    let Some(folder) = open_own_folder(path) else {
        return false;
    };
    let modified = folder.metadata().and_then(|metadata| metadata.modified()).ok();
    let age = modified.and_then(|modified| now.duration_since(modified).ok());
    age.is_some_and(|age| age > LOCK_GRACE) && folder.try_lock().is_ok()
}

/// Opens a folder of this user, without following a link.
#[cfg(unix)]
fn open_own_folder(path: &Path) -> Option<File> {
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};

    use rustix::fs::OFlags;

    let flags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).bits();
    let mut options = File::options();
    let folder = options.read(true).custom_flags(flags.cast_signed()).open(path).ok()?;
    let owner = folder.metadata().ok()?.uid();
    (owner == rustix::process::getuid().as_raw()).then_some(folder)
}

/// On other systems the owner is not known, so nothing is removed.
#[cfg(not(unix))]
fn open_own_folder(_path: &Path) -> Option<File> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn only_its_user_can_enter_a_private_folder() {
        use std::os::unix::fs::PermissionsExt as _;

        let temporary = tempfile::tempdir().expect("a temporary folder");
        let mode = |folder: io::Result<ScratchFolder>| {
            let folder = folder.expect("a folder");
            let metadata = folder.path().metadata().expect("it is there");
            metadata.permissions().mode() & 0o777
        };
        assert_eq!(mode(ScratchFolder::new_in(temporary.path())), 0o711);
        assert_eq!(mode(ScratchFolder::private_in(temporary.path())), 0o700);
    }

    #[test]
    fn only_folders_without_a_lock_are_removed() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let locked = ScratchFolder::new_in(temporary.path()).expect("a folder");
        let path = |name: &str| temporary.path().join(name);
        for name in ["interleave-left", "another"] {
            fs::create_dir_all(path(name).join("real")).expect("a folder");
        }
        fs::write(path("interleave-file"), "").expect("a file");
        std::os::unix::fs::symlink(path("another"), path("interleave-link")).expect("a link");
        let exist =
            || ["interleave-left", "another", "interleave-file", "interleave-link"].map(|name| path(name).exists());
        remove_abandoned(temporary.path(), SystemTime::now());
        assert_eq!(exist(), [true; 4], "a folder that is just being made");
        let later = SystemTime::now() + 2 * LOCK_GRACE;
        remove_abandoned(temporary.path(), later);
        assert_eq!(exist(), [false, true, true, true]);
        assert!(locked.path().exists() && path("another/real").exists());
        let removed = locked.path().to_owned();
        drop(locked);
        assert!(!removed.exists());
    }
}
