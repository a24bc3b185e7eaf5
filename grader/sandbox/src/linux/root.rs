//! The almost empty folder that becomes the root folder of a program. It holds the C library that programs link, and
//! nothing else.
//!
//! It is made once and kept beside the grader's executable, under a name that depends on the library. Only the grader's
//! user can write to it. The program itself is not in it: it is started from an open file.

use std::fs::{self, File, Permissions};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The path of the program loader, as it is stored in each program.
#[cfg(all(target_arch = "x86_64", not(target_env = "musl")))]
const LOADER: &str = "/lib64/ld-linux-x86-64.so.2";
#[cfg(all(target_arch = "x86_64", target_env = "musl"))]
const LOADER: &str = "/lib/ld-musl-x86_64.so.1";
#[cfg(all(target_arch = "aarch64", not(target_env = "musl")))]
const LOADER: &str = "/lib/ld-linux-aarch64.so.1";
#[cfg(all(target_arch = "aarch64", target_env = "musl"))]
const LOADER: &str = "/lib/ld-musl-aarch64.so.1";

/// The libraries that Rust programs may link.
const LIBRARIES: [&str; 6] = [
    "libc.so.6",
    "libgcc_s.so.1",
    "libm.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
];

/// The C library of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Runtime {
    pub(super) loader: PathBuf,
    pub(super) libraries: Vec<PathBuf>,
}

impl Runtime {
    /// The libraries in the folders from which this process has loaded its own. Searched once.
    pub(super) fn of_this_process() -> io::Result<&'static Runtime> {
        static FOUND: OnceLock<Runtime> = OnceLock::new();
        match FOUND.get() {
            Some(found) => Ok(found),
            None => {
                let found = Runtime::find()?;
                Ok(FOUND.get_or_init(|| found))
            }
        }
    }

    fn find() -> io::Result<Runtime> {
        let maps = fs::read_to_string("/proc/self/maps")?;
        let paths = maps.lines().filter_map(|line| Some(&line[line.find('/')?..]));
        let mut folders: Vec<&Path> = paths
            .map(Path::new)
            .filter(|path| {
                path.file_name()
                    .is_some_and(|name| LIBRARIES.iter().any(|library| name == *library))
            })
            .filter_map(Path::parent)
            .collect();
        folders.sort();
        folders.dedup();
        let candidates = folders
            .iter()
            .flat_map(|folder| LIBRARIES.map(|name| folder.join(name)));
        Ok(Runtime {
            loader: PathBuf::from(LOADER),
            libraries: candidates.filter(|path| path.exists()).collect(),
        })
    }

    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.libraries.iter().chain([&self.loader])
    }
}

/// The folder. Makes it if it does not exist.
pub(super) fn folder() -> io::Result<PathBuf> {
    let runtime = Runtime::of_this_process()?;
    let mut hasher = DefaultHasher::new();
    for file in runtime.files() {
        let metadata = file.metadata()?;
        (file, metadata.len(), metadata.mtime(), metadata.mtime_nsec()).hash(&mut hasher);
    }
    let executable = std::env::current_exe()?;
    let beside = executable.parent().unwrap_or(Path::new("/"));
    let folder = beside.join(format!("root-{:016x}", hasher.finish()));
    if !folder.exists() {
        make(beside, &folder, runtime)?;
    }
    let metadata = folder.symlink_metadata()?;
    // SAFETY: `geteuid` has no preconditions.
    let own = unsafe { libc::geteuid() };
    let is_ours = metadata.is_dir() && metadata.uid() == own && metadata.mode() & 0o022 == 0;
    if is_ours {
        Ok(folder)
    } else {
        Err(io::Error::from_raw_os_error(libc::EPERM))
    }
}

/// The beginning of the names of folders that are not complete.
const UNFINISHED: &str = "root-unfinished-";

/// Makes the complete folder or none: several graders may make the same folder, and each may be killed at any moment.
fn make(beside: &Path, folder: &Path, runtime: &Runtime) -> io::Result<()> {
    // One grader at a time, so that any incomplete folder was left behind by a grader that has ended.
    let lock = File::create(beside.join("root.lock"))?;
    lock.lock()?;
    if folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(beside)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    let new = beside.join(format!("{UNFINISHED}{}", std::process::id()));
    fs::create_dir(&new)?;
    let placed = fill(&new, runtime).and_then(|()| fs::rename(&new, folder));
    if placed.is_err() {
        fs::remove_dir_all(&new)?;
    }
    placed
}

fn fill(new: &Path, runtime: &Runtime) -> io::Result<()> {
    for file in runtime.files() {
        let to = new.join(file.strip_prefix("/").map_err(io::Error::other)?);
        let mut above = new.to_owned();
        for part in file.parent().unwrap_or(Path::new("/")).components().skip(1) {
            above.push(part);
            match fs::create_dir(&above) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                Ok(()) | Err(_) => fs::set_permissions(&above, Permissions::from_mode(0o755))?,
            }
        }
        fs::copy(file, &to)?;
        fs::set_permissions(&to, Permissions::from_mode(0o555))?;
    }
    fs::set_permissions(new, Permissions::from_mode(0o755))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn incomplete_folders_of_killed_graders_are_removed() {
        let beside = tempfile::tempdir().expect("a temporary folder");
        let runtime = Runtime::of_this_process().expect("programs have a library");
        let folder = beside.path().join("root-0");
        for number in [std::process::id(), 1] {
            let unfinished = beside.path().join(format!("{UNFINISHED}{number}"));
            fs::create_dir_all(unfinished.join("lib")).expect("a folder");
        }
        make(beside.path(), &folder, runtime).expect("it can be made");
        make(beside.path(), &folder, runtime).expect("it is there");
        let mut names: Vec<_> = fs::read_dir(beside.path())
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["root-0", "root.lock"]);
    }
}
