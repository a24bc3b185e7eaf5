//! Who may read and write a file.

use std::io;
use std::path::Path;

/// Lets everybody read the file or open the folder at `path`, and its owner change it, whatever this process gives to
/// new files. On systems other than Unix, what is new is like that.
///
/// # Errors
///
/// When the system refuses.
pub fn make_public(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::fs::{self, Permissions};
        use std::os::unix::fs::PermissionsExt as _;

        let mode = if fs::metadata(path)?.is_dir() { 0o755 } else { 0o644 };
        fs::set_permissions(path, Permissions::from_mode(mode))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        Ok(())
    }
}
