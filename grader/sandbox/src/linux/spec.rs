//! One program to run in a sandbox, as plain data.

use std::ffi::OsString;
use std::os::fd::BorrowedFd;
use std::path::Path;
use std::time::Duration;

use crate::profile::{Paths, Profile};

/// One program to run.
#[derive(Debug)]
pub struct Spec<'a> {
    /// The program, as an absolute path.
    pub program: &'a Path,
    /// Its arguments.
    pub args: &'a [OsString],
    /// Its whole environment: nothing is inherited.
    pub env: &'a [(OsString, OsString)],
    /// The folder that it runs in. A program with a root folder of its own runs in that instead.
    pub folder: &'a Path,
    /// Its standard input.
    pub stdin: BorrowedFd<'a>,
    /// Its standard output.
    pub stdout: BorrowedFd<'a>,
    /// Its standard error.
    pub stderr: BorrowedFd<'a>,
    /// What this kind of program may do.
    pub profile: Profile,
    /// How much it may use.
    pub limits: ResourceLimits,
    /// The files and folders that it may use in addition to those of its profile. A program with such paths keeps the
    /// machine's root folder: the paths would not exist in another.
    pub paths: Paths,
    /// The ports that it may connect to, if Landlock on this machine supports ports. A program with such ports uses the
    /// machine's network: they would not exist in another.
    pub ports: Vec<u16>,
}

/// How much a child may use. Unless noted, each process of the child has the limit for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceLimits {
    /// CPU time.
    pub cpu: Option<Duration>,
    /// Bytes of memory that it can write to.
    pub memory: Option<u64>,
    /// Bytes of each file that it writes. Pipes do not count.
    pub file_size: u64,
    /// Open files at one time.
    pub open_files: u64,
    /// All threads and processes of the child together. The kernel enforces this only if the child runs as a user of
    /// its own ([`crate::Probe::counts_threads`]); otherwise the caller has to count.
    pub threads: u64,
}
