//! A process that ends a child's descendants if the grader is killed.
//!
//! When the grader ends, the kernel ends the child, but not the processes below the child. A supervisor is a process
//! beside the grader. It holds one end of a pipe, and the grader holds the other. When the grader's end is closed, for
//! whatever reason, the supervisor kills all processes in the child's session until none is left. Where system calls
//! are filtered, no process can leave its session. A supervisor is a fork that never becomes another program, so the
//! rules of the setup apply: it makes system calls only and allocates nothing.

use std::ffi::c_int;
use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd, RawFd};
use std::ptr;

use super::spawn::BlockedSignals;

/// How many times all processes are searched at most. The search ends earlier when none is left in the session. If
/// nobody reaps orphans, zombies stay in it.
const ROUNDS: usize = 1000;

/// A waiting supervisor. It is ended when this is dropped.
#[derive(Debug)]
pub(super) struct Supervisor {
    pid: libc::pid_t,
    /// The grader's end of the pipe. Nobody else has it, except for a child that is being set up.
    lifeline: OwnedFd,
}

impl Supervisor {
    /// Starts one. The child tells it its session through [`Supervisor::lifeline`].
    pub(super) fn start() -> io::Result<Supervisor> {
        let (theirs, ours) = io::pipe()?;
        let blocked = BlockedSignals::new();
        // SAFETY: the child makes system calls only until it ends.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            wait_for_the_grader(theirs.as_raw_fd());
        }
        let error = io::Error::last_os_error();
        drop(blocked);
        if pid < 0 {
            return Err(error);
        }
        let lifeline = ours.into();
        Ok(Supervisor { pid, lifeline })
    }

    /// Its process id.
    pub(super) fn id(&self) -> i32 {
        self.pid
    }

    /// Where the child writes its process id, which is also the id of its session.
    pub(super) fn lifeline(&self) -> RawFd {
        self.lifeline.as_raw_fd()
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        // SAFETY: it is not reaped, so the id is its own; without room for a status, none is written.
        unsafe {
            libc::kill(self.pid, libc::SIGKILL);
            while libc::waitpid(self.pid, ptr::null_mut(), 0) < 0 && super::errno() == libc::EINTR {}
        }
    }
}

/// Waits for the end of the grader. Signals are blocked, so that Ctrl-C does not end it before that.
fn wait_for_the_grader(reader: RawFd) -> ! {
    // SAFETY: the arguments are numbers, and the buffers of `read` have the given length. All other descriptors are
    // closed, because the readers of other pipes wait until every writer is closed.
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
            while rounds < ROUNDS && kill_all_in(session) {
                rounds += 1;
                libc::sched_yield();
            }
        }
        libc::_exit(0)
    }
}

/// Kills every process in `session`, and says whether there was one.
fn kill_all_in(session: c_int) -> bool {
    // SAFETY: the path ends in a zero byte.
    let folder = unsafe { libc::open(c"/proc".as_ptr(), libc::O_RDONLY | libc::O_DIRECTORY) };
    let mut entries = [0u8; 4096];
    let mut has_any = false;
    loop {
        // SAFETY: the buffer has the given length.
        let n = unsafe { libc::syscall(libc::SYS_getdents64, folder, entries.as_mut_ptr(), entries.len()) };
        let Some(mut rest) = usize::try_from(n)
            .ok()
            .filter(|n| *n > 0)
            .and_then(|n| entries.get(..n))
        else {
            break;
        };
        // The kernel's `linux_dirent64`: inode (8 bytes), offset (8), length of the entry (2), type (1), name.
        while let Some(&[low, high]) = rest.get(16..18) {
            let length = usize::from(u16::from_ne_bytes([low, high]));
            if let Some(process) = rest.get(19..length).and_then(number) {
                // SAFETY: the call only asks. For a process that has ended meanwhile it fails.
                if unsafe { libc::getsid(process) } == session {
                    has_any = true;
                    // SAFETY: the arguments are numbers. Between the two calls the id could only go to another process
                    // if the machine used up all ids in that moment.
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

/// The number in a name, which ends at its zero byte.
fn number(name: &[u8]) -> Option<c_int> {
    let digits = name.split(|byte| *byte == 0).next()?;
    let mut number: c_int = 0;
    for digit in digits {
        let digit = digit.is_ascii_digit().then_some(c_int::from(*digit))? - c_int::from(b'0');
        number = number.checked_mul(10)?.checked_add(digit)?;
    }
    (!digits.is_empty()).then_some(number)
}
