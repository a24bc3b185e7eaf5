//! What to run and what it may reach: plain data.

use std::ffi::OsString;
use std::os::fd::BorrowedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One program to run.
#[derive(Debug)]
pub struct Spec<'a> {
    /// The program, by absolute path.
    pub program: &'a Path,
    /// Its arguments.
    pub args: &'a [OsString],
    /// Its whole environment: nothing is inherited.
    pub env: &'a [(OsString, OsString)],
    /// The folder in which it runs. Where it gets another root, it runs in that.
    pub folder: &'a Path,
    /// Its standard input.
    pub stdin: BorrowedFd<'a>,
    /// Its standard output.
    pub stdout: BorrowedFd<'a>,
    /// Its standard error.
    pub stderr: BorrowedFd<'a>,
    /// What kind of program it is.
    pub profile: Profile,
    /// How much it may use.
    pub limits: Limits,
    /// The files and folders that it may use besides those that its profile allows. A program that is given some keeps the
    /// machine's root: they would not be in another.
    pub paths: Paths,
    /// The ports that it may connect to, as far as Landlock of this machine knows of ports. A program that is given some uses
    /// the machine's network: they would not be in another.
    pub ports: Vec<u16>,
}

/// What kind of program is run, which decides what it may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// A compiler: starts other programs of the system, reads the system's libraries, and has no network.
    Compile,
    /// One process with threads. No other processes, no files, no network.
    Run,
    /// As [`Profile::Run`], and connections inside the process: to addresses of this machine, which it has to itself.
    RunWithLoopback,
    /// As [`Profile::Run`], and other processes, of the executable files that it was given.
    RunWithChildren,
    /// Both: connections among its processes, of the executable files that it was given.
    RunWithChildrenAndLoopback,
}

impl Profile {
    /// Whether it may start other processes.
    pub fn has_children(self) -> bool {
        match self {
            Profile::Compile | Profile::RunWithChildren | Profile::RunWithChildrenAndLoopback => true,
            Profile::Run | Profile::RunWithLoopback => false,
        }
    }

    /// Whether it may use the network.
    pub fn has_network(self) -> bool {
        match self {
            Profile::RunWithLoopback | Profile::RunWithChildrenAndLoopback => true,
            Profile::Compile | Profile::Run | Profile::RunWithChildren => false,
        }
    }
}

/// How much a child may use. Where nothing is said, a process is meant, and its children each by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The processor time.
    pub cpu: Option<Duration>,
    /// The bytes of memory that it writes to.
    pub memory: Option<u64>,
    /// The bytes of each file that it writes; pipes are none.
    pub file_size: u64,
    /// How many files it has open at once.
    pub open_files: u64,
    /// How many threads and processes there are of it, together. It holds in the child where the child is a user by itself
    /// ([`crate::Probe::counts_threads`]); elsewhere the caller has to look.
    pub threads: u64,
}

/// The files and folders that a child may use; a folder stands for all that is in it. They have to exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paths {
    /// What it may read.
    pub readable: Vec<PathBuf>,
    /// The folders whose entries it may list, without reading them.
    pub listable: Vec<PathBuf>,
    /// What it may read, write, create and remove.
    pub writable: Vec<PathBuf>,
    /// What it may read and execute.
    pub executable: Vec<PathBuf>,
}

impl Paths {
    pub(crate) fn is_empty(&self) -> bool {
        self.readable.is_empty() && self.listable.is_empty() && self.writable.is_empty() && self.executable.is_empty()
    }
}
