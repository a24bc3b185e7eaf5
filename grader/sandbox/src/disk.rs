//! How much can be written: the space that is left on a disk, and the largest file.

use std::io;
use std::path::Path;

/// The bytes that an ordinary user can still write to the file system of `folder`.
///
/// # Errors
///
/// When the system does not tell.
pub fn free_space(folder: &Path) -> io::Result<u64> {
    #[cfg(unix)]
    {
        let disk = rustix::fs::statvfs(folder)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// The bytes of the largest file that this process and its children may write, where that is limited.
pub fn largest_file() -> Option<u64> {
    #[cfg(unix)]
    {
        rustix::process::getrlimit(rustix::process::Resource::Fsize).maximum
    }
    #[cfg(not(unix))]
    {
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_does_not_exist_has_no_free_space() {
        assert!(free_space(Path::new("/nonexistent")).is_err());
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(free_space(folder.path()).is_ok());
    }
}
