//! A contained child that attempts what it must not be able to do, and tells which attempts succeeded.
//!
//! It is a fork that never becomes another program, so it keeps to the rules of the setup: system calls only. Each attempt is
//! harmless where it succeeds.

use std::ffi::CString;
use std::os::fd::RawFd;
use std::ptr;

/// What a canary tells in the place of a failed stage.
pub(super) const SONG: u32 = 0xca;

/// What a canary attempts.
#[derive(Debug, Clone)]
pub(super) struct Canary {
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
    Look = 4,
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

impl Canary {
    /// Attempts everything, tells on `errors`, and waits to be ended.
    pub(super) fn sing(&self, errors: RawFd) {
        let mut succeeded = 0;
        for (attempt, is_done) in [
            (Attempt::Read, opens(&self.file, libc::O_RDONLY)),
            (Attempt::List, opens(&self.folder, libc::O_RDONLY | libc::O_DIRECTORY)),
            (Attempt::Look, looks(&self.file)),
            (Attempt::Fork, forks()),
            (Attempt::Signal, signals(self.process)),
            (Attempt::Connect, connects(self.port)),
        ] {
            if is_done {
                succeeded |= attempt as i32;
            }
        }
        tell(errors, SONG, succeeded);
        loop {
            // SAFETY: no descriptors and no time limit: it waits for a signal.
            unsafe { libc::ppoll(ptr::null_mut(), 0, ptr::null(), ptr::null()) };
        }
    }
}

/// Writes a number and what belongs to it to the pipe that leads to the grader.
pub(super) fn tell(errors: RawFd, what: u32, value: i32) {
    let mut message = [0; 8];
    message[..4].copy_from_slice(&what.to_ne_bytes());
    message[4..].copy_from_slice(&value.to_ne_bytes());
    // A pipe takes eight bytes whole or not at all; without a reader there is nobody to tell.
    // SAFETY: the buffer is as long as it is said to be.
    unsafe { libc::write(errors, message.as_ptr().cast(), message.len()) };
}

fn opens(path: &CString, flags: libc::c_int) -> bool {
    // SAFETY: the path ends in a zero byte and outlives the call.
    let fd = unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC) };
    if fd >= 0 {
        // SAFETY: the descriptor was opened here.
        unsafe { libc::close(fd) };
    }
    fd >= 0
}

fn looks(path: &CString) -> bool {
    // SAFETY: all zeroes is a value of this plain structure.
    let mut status: libc::stat = unsafe { std::mem::zeroed() };
    // SAFETY: the path ends in a zero byte, and there is room for the answer.
    unsafe { libc::stat(path.as_ptr(), &raw mut status) == 0 }
}

fn forks() -> bool {
    // The call itself: the C library's `fork` would run what other code has asked it to run then.
    // SAFETY: a child that shares nothing is made, and ends at once.
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

fn signals(process: libc::pid_t) -> bool {
    // SAFETY: no signal is sent: 0 only asks whether one could be.
    unsafe { libc::kill(process, 0) == 0 }
}

fn connects(port: u16) -> bool {
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
    // SAFETY: the address is as long as it is said to be.
    let answer = unsafe { libc::connect(socket, (&raw const address).cast(), length) };
    // SAFETY: the descriptor was opened here.
    unsafe { libc::close(socket) };
    answer == 0
}
