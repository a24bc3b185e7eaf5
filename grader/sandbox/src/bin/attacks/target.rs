//! The target of an attack, and how an attack calls the kernel.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

/// An attack. `Ok` means that it succeeded, which must not happen in the sandbox.
pub(crate) type Attack = fn(&Target) -> io::Result<()>;

/// What a test has prepared, as `key=value` arguments.
pub(crate) struct Target(HashMap<String, String>);

impl Target {
    pub(crate) fn from_args(args: impl Iterator<Item = String>) -> Target {
        let split = |arg: String| {
            arg.split_once('=')
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
        };
        Target(args.filter_map(split).collect())
    }

    fn get(&self, key: &str) -> &str {
        self.0.get(key).map_or("", String::as_str)
    }

    /// A folder of the grader, with `solution.rs`, `cache` and `submission.rs` in it.
    pub(crate) fn folder(&self) -> PathBuf {
        PathBuf::from(self.get("folder"))
    }

    /// A file in that folder.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// A process that this program must not affect.
    pub(crate) fn victim(&self) -> usize {
        self.get("victim").parse().unwrap_or(0)
    }

    /// A port on which the test listens for connections and for datagrams.
    pub(crate) fn port(&self) -> u16 {
        self.get("port").parse().unwrap_or(0)
    }

    /// A socket in the file system on which the test listens.
    pub(crate) fn socket(&self) -> PathBuf {
        PathBuf::from(self.get("socket"))
    }

    /// The name of an abstract socket on which the test listens.
    pub(crate) fn abstract_name(&self) -> &str {
        self.get("abstract")
    }
}

/// Makes the system call `number`.
pub(crate) fn call(number: libc::c_long, args: &[usize]) -> io::Result<i64> {
    let arg = |index: usize| args.get(index).copied().unwrap_or(0);
    // SAFETY: pointers among the arguments are to values that outlive the call. A wrong call harms only this program.
    let answer = unsafe { libc::syscall(number, arg(0), arg(1), arg(2), arg(3), arg(4), arg(5)) };
    if answer < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(answer)
    }
}

/// A C string as an argument of a system call.
pub(crate) fn text(text: &std::ffi::CStr) -> usize {
    text.as_ptr() as usize
}

/// A path as a C string.
pub(crate) fn c_path(path: &std::path::Path) -> std::ffi::CString {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::CString::new(path.as_os_str().as_bytes()).expect("the test's paths have no zero bytes")
}

/// The error of an attack that found nothing.
pub(crate) fn nothing() -> io::Error {
    io::Error::other("nothing is there")
}
