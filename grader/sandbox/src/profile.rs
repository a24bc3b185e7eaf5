//! The kinds of programs, and the paths that one may use.

use std::path::PathBuf;

/// The kind of a program, which decides what it may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// A compiler: starts other programs of the system, reads the system's libraries, and has no network.
    Compile,
    /// One process with threads. No other processes, no files, no network.
    Run,
    /// As [`Profile::Run`], with connections inside the process over a loopback device of its own.
    RunWithLoopback,
    /// As [`Profile::Run`], with other processes, started from the executable files that it was given.
    RunWithChildren,
    /// Both: processes, and connections among them.
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

/// The files and folders that a child may use. A folder stands for everything below it. All of them have to exist.
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
    /// Whether it is given nothing.
    pub fn is_empty(&self) -> bool {
        self.readable.is_empty() && self.listable.is_empty() && self.writable.is_empty() && self.executable.is_empty()
    }
}
