//! Ends what a child has started when the grader is killed, and with it whoever would have done so.
//!
//! The kernel ends a child with the grader, but not the processes below the child. A warden is a process of its own that holds
//! one end of a pipe, whose other end the grader has: when that is closed, for whatever reason, it ends every process of the
//! child's session, which a contained program cannot leave, until there is none. It is a fork that never becomes another
//! program, so it keeps to the rules of the setup: system calls only, no memory asked for.

use std::ffi::c_int;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};
use std::ptr;

use super::spawn::BlockedSignals;

/// How often all processes are looked at before it gives up. It ends earlier when there is none left; where nobody reaps orphans,
/// their remains stay in the session.
const ROUNDS: usize = 1000;

/// A warden that waits; it is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Warden {
    pid: libc::pid_t,
    /// The grader's end of the pipe. Nobody else has it, but a child that is being set up.
    lifeline: OwnedFd,
}

impl Warden {
    /// Starts one. The child tells it its session by [`Warden::lifeline`].
    pub(super) fn start() -> io::Result<Warden> {
        let (theirs, ours) = io::pipe()?;
        let blocked = BlockedSignals::new();
        // SAFETY: the child makes system calls only until it ends.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            keep_watch(theirs.as_raw_fd());
        }
        let error = io::Error::last_os_error();
        drop(blocked);
        if pid < 0 {
            return Err(error);
        }
        let lifeline = ours.into();
        Ok(Warden { pid, lifeline })
    }

    /// Its number.
    pub(super) fn id(&self) -> i32 {
        self.pid
    }

    /// Where a child writes its own number, which is its session's.
    pub(super) fn lifeline(&self) -> RawFd {
        self.lifeline.as_raw_fd()
    }
}

impl Drop for Warden {
    fn drop(&mut self) {
        // SAFETY: it is not reaped, so its number is its own; without room for a status, none is written.
        unsafe {
            libc::kill(self.pid, libc::SIGKILL);
            while libc::waitpid(self.pid, ptr::null_mut(), 0) < 0 && super::errno() == libc::EINTR {}
        }
    }
}

/// Waits for the end of the grader. Signals are blocked, so that no hand on the keyboard ends it before its time.
fn keep_watch(reader: RawFd) -> ! {
    // SAFETY: the arguments are numbers, and the buffer of `read` is as long as it is said to be. Nothing of the grader's stays
    // open here: not the ends of other pipes, whose readers wait for their end.
    unsafe {
        libc::setsid();
        libc::dup2(reader, 0);
        if libc::syscall(libc::SYS_close_range, 1, libc::c_uint::MAX, 0) < 0 {
            for fd in 1..1024 {
                libc::close(fd);
            }
        }
        let mut session: c_int = 0;
        if libc::read(0, (&raw mut session).cast(), size_of::<c_int>()) == size_of::<c_int>() as isize && session > 1 {
            let mut byte = 0u8;
            while libc::read(0, (&raw mut byte).cast(), 1) != 0 {}
            let mut rounds = 0;
            while rounds < ROUNDS && end_all_of(session) {
                rounds += 1;
                libc::sched_yield();
            }
        }
        libc::_exit(0)
    }
}

/// Ends every process of `session`, and says whether there was one.
fn end_all_of(session: c_int) -> bool {
    // SAFETY: the path ends in a zero byte.
    let folder = unsafe { libc::open(c"/proc".as_ptr(), libc::O_RDONLY | libc::O_DIRECTORY) };
    let mut entries = [0u8; 4096];
    let mut has_any = false;
    loop {
        // SAFETY: the buffer is as long as it is said to be.
        let n = unsafe { libc::syscall(libc::SYS_getdents64, folder, entries.as_mut_ptr(), entries.len()) };
        let Some(mut rest) = usize::try_from(n)
            .ok()
            .filter(|n| *n > 0)
            .and_then(|n| entries.get(..n))
        else {
            break;
        };
        // An entry: eight bytes of a number, eight of an offset, two of its length, one of its kind, and its name.
        while let Some(&[low, high]) = rest.get(16..18) {
            let length = usize::from(u16::from_ne_bytes([low, high]));
            if let Some(process) = rest.get(19..length).and_then(number) {
                // SAFETY: the call only asks; a process that has ended meanwhile has no session.
                if unsafe { libc::getsid(process) } == session {
                    has_any = true;
                    // SAFETY: the arguments are numbers. A number of this session cannot be given to another process between
                    // the question and this call, but by a thousand forks at the same moment.
                    unsafe { libc::kill(process, libc::SIGKILL) };
                }
            }
            rest = rest.get(length.max(1)..).unwrap_or_default();
        }
    }
    // SAFETY: the descriptor was opened here.
    unsafe { libc::close(folder) };
    has_any
}

/// The number that a name is, up to its zero byte.
fn number(name: &[u8]) -> Option<c_int> {
    let digits = name.split(|byte| *byte == 0).next()?;
    let mut number: c_int = 0;
    for digit in digits {
        let digit = digit.is_ascii_digit().then_some(c_int::from(*digit))? - c_int::from(b'0');
        number = number.checked_mul(10)?.checked_add(digit)?;
    }
    (!digits.is_empty()).then_some(number)
}
