//! A child in the sandbox that attempts what the sandbox must prevent, and reports which attempts succeeded.
//!
//! It is a fork that never becomes another program, so the rule of the setup applies: system calls only. Every attempt
//! is harmless if it succeeds.

use std::ffi::CString;
use std::os::fd::RawFd;
use std::ptr;

/// Marks the message with the result of a probe, in the place of the number of a failed stage.
pub(super) const PROBE_RESULT: u32 = 0xca;

/// What the attempts are about.
#[derive(Debug, Clone)]
pub(super) struct ProbeChild {
    /// A file that it must not read.
    pub(super) file: CString,
    /// The folder of that file.
    pub(super) folder: CString,
    /// A process that it must not signal.
    pub(super) process: libc::pid_t,
    /// A port of this machine that it must not reach.
    pub(super) port: u16,
}

/// An attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// To read the file.
    Read = 1,
    /// To list the folder.
    List = 2,
    /// To see how long the file is.
    Stat = 4,
    /// To start a process.
    Fork = 8,
    /// To signal the grader.
    Signal = 16,
    /// To connect to the machine.
    Connect = 32,
}

/// The attempts that succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Succeeded(pub(super) i32);

impl Succeeded {
    pub(super) fn has(self, attempt: Attempt) -> bool {
        self.0 & attempt as i32 != 0
    }
}

impl ProbeChild {
    /// Attempts everything, reports on `errors`, and waits to be ended.
    pub(super) fn attempt_all(&self, errors: RawFd) {
        let mut succeeded = 0;
        for (attempt, has_succeeded) in [
            (Attempt::Read, can_open(&self.file, libc::O_RDONLY)),
            (
                Attempt::List,
                can_open(&self.folder, libc::O_RDONLY | libc::O_DIRECTORY),
            ),
            (Attempt::Stat, can_stat(&self.file)),
            (Attempt::Fork, can_fork()),
            (Attempt::Signal, can_signal(self.process)),
            (Attempt::Connect, can_connect(self.port)),
        ] {
            if has_succeeded {
                succeeded |= attempt as i32;
            }
        }
        send(errors, PROBE_RESULT, succeeded);
        loop {
            // SAFETY: without descriptors and without a timeout, it waits for a signal.
            unsafe { libc::ppoll(ptr::null_mut(), 0, ptr::null(), ptr::null()) };
        }
    }
}

/// Writes a message to the pipe that leads to the grader: what it is about, and a value.
pub(super) fn send(errors: RawFd, what: u32, value: i32) {
    let mut message = [0; 8];
    message[..4].copy_from_slice(&what.to_ne_bytes());
    message[4..].copy_from_slice(&value.to_ne_bytes());
    // A pipe takes eight bytes at once or not at all. If nobody reads, there is nobody to tell.
    // SAFETY: the buffer has the given length.
    unsafe { libc::write(errors, message.as_ptr().cast(), message.len()) };
}

fn can_open(path: &CString, flags: libc::c_int) -> bool {
    // SAFETY: the path ends in a zero byte and outlives the call.
    let fd = unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC) };
    if fd >= 0 {
        // SAFETY: the descriptor was opened here.
        unsafe { libc::close(fd) };
    }
    fd >= 0
}

fn can_stat(path: &CString) -> bool {
    // SAFETY: all zeroes is a value of this plain structure.
    let mut status: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: the path ends in a zero byte, and there is room for the result.
    unsafe { libc::stat(path.as_ptr(), &raw mut status) == 0 }
}

fn can_fork() -> bool {
    // The system call: the C library's `fork` would run handlers that other code has registered.
    // SAFETY: the child shares nothing with this process and ends at once.
    let child = unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD, 0, 0, 0, 0) };
    if child == 0 {
        // SAFETY: `_exit` has no preconditions.
        unsafe { libc::_exit(0) };
    }
    if child > 0 {
        // SAFETY: without room for a status, none is written.
        unsafe { libc::waitpid(child as libc::pid_t, ptr::null_mut(), 0) };
    }
    child > 0
}

fn can_signal(process: libc::pid_t) -> bool {
    // SAFETY: no signal is sent: 0 only asks whether one could be.
    unsafe { libc::kill(process, 0) == 0 }
}

fn can_connect(port: u16) -> bool {
    // SAFETY: `socket` has no preconditions.
    let socket = unsafe { libc::socket(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0) };
    if socket < 0 {
        return false;
    }
    // SAFETY: all zeroes is a value of this plain structure.
    let mut address: libc::sockaddr_in = unsafe { std::mem::zeroed() };
    address.sin_family = libc::AF_INET as libc::sa_family_t;
    address.sin_port = port.to_be();
    address.sin_addr.s_addr = libc::INADDR_LOOPBACK.to_be();
    let length = size_of::<libc::sockaddr_in>() as libc::socklen_t;
    // SAFETY: the address has the given length.
    let result = unsafe { libc::connect(socket, (&raw const address).cast(), length) };
    // SAFETY: the descriptor was opened here.
    unsafe { libc::close(socket) };
    result == 0
}
