//! What the threads of a check on real threads were doing when it was given up.

use serde::{Deserialize, Serialize};

/// What threads were doing when a check was given up. Equal threads are counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ThreadActivity {
    /// Where they belong.
    pub owner: ThreadOwner,
    /// The name that the submission gave them, or the name of the program that a child process runs. `None` for the
    /// main thread, and for threads and children that were given no name and so have that of the check program.
    pub name: Option<String>,
    /// What they were doing.
    pub activity: Activity,
    /// How many such threads there are.
    pub count: usize,
}

/// Where a thread belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadOwner {
    /// It is the main thread of the check's process.
    Main,
    /// It is another thread of the check's process.
    Check,
    /// It belongs to a process that the check's process started.
    Child,
}

/// What a thread that does not run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Its process has ended, and its parent has not waited for it.
    Zombie,
    /// It is blocked in a system call.
    Blocked {
        /// The call.
        call: BlockingCall,
        /// The kind of descriptor that the call was given; `None` if it takes none or the kernel does not show it.
        descriptor: Option<DescriptorKind>,
    },
    /// It sleeps. The kernel does not show in which call, or the call is not in [`BlockingCall`].
    Asleep,
}

/// A system call, or a family of them, in which a thread can block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockingCall {
    /// Until there is something to read.
    Read,
    /// Until there is room to write.
    Write,
    /// Until one of several descriptors is ready.
    Poll,
    /// Until a time has passed.
    Sleep,
    /// Until somebody connects.
    Accept,
    /// Until a connection is made.
    Connect,
    /// Until something arrives at a socket.
    Receive,
    /// Until a socket has room for more.
    Send,
    /// Until a child process ends.
    WaitForChild,
    /// Until another thread does something: releases a lock, sends a message, ends.
    Futex,
}

/// What a descriptor leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DescriptorKind {
    /// A pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A file, or a device.
    File,
}
