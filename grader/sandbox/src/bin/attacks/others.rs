//! Attacks on other processes. The signal that is sent does nothing to a process that is running.

use std::io;

use crate::target::{Attack, Target, call, text};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("kill-other", |target| kill(target.victim())),
    ("kill-grader", |_| kill(std::os::unix::process::parent_id() as usize)),
    ("kill-all", |_| kill(usize::MAX)),
    ("sigqueue", sigqueue),
    ("pidfd-signal", pidfd_signal),
    ("set-owner", set_owner),
    ("ptrace", ptrace),
    ("read-memory", read_memory),
    ("prlimit-other", prlimit_other),
    ("setpriority-other", |target| {
        call(libc::SYS_setpriority, &[0, target.victim(), 5]).map(drop)
    }),
    ("affinity-other", affinity_other),
];

const SIGNAL: usize = libc::SIGCONT as usize;

/// From the kernel's `fcntl.h`.
const F_SETSIG: usize = 10;

fn kill(pid: usize) -> io::Result<()> {
    call(libc::SYS_kill, &[pid, SIGNAL]).map(drop)
}

/// With a signal code that is reserved for the kernel and the receiver itself.
fn sigqueue(target: &Target) -> io::Result<()> {
    let information = [0i32; 32];
    call(
        libc::SYS_rt_sigqueueinfo,
        &[target.victim(), SIGNAL, information.as_ptr() as usize],
    )
    .map(drop)
}

fn pidfd_signal(target: &Target) -> io::Result<()> {
    let fd = call(libc::SYS_pidfd_open, &[target.victim(), 0])?;
    call(libc::SYS_pidfd_send_signal, &[fd as usize, SIGNAL, 0, 0]).map(drop)
}

/// Makes the kernel send a signal to another process whenever something can be read from a pipe.
fn set_owner(target: &Target) -> io::Result<()> {
    let mut pair = [0i32; 2];
    call(libc::SYS_pipe2, &[pair.as_mut_ptr() as usize, 0])?;
    let [reader, writer] = pair.map(|fd| fd as usize);
    call(libc::SYS_fcntl, &[reader, libc::F_SETOWN as usize, target.victim()])?;
    call(libc::SYS_fcntl, &[reader, F_SETSIG, SIGNAL])?;
    call(
        libc::SYS_fcntl,
        &[reader, libc::F_SETFL as usize, libc::O_ASYNC as usize],
    )?;
    call(libc::SYS_write, &[writer, text(c"x"), 1]).map(drop)
}

fn ptrace(target: &Target) -> io::Result<()> {
    call(libc::SYS_ptrace, &[libc::PTRACE_SEIZE as usize, target.victim(), 0, 0]).map(drop)
}

fn read_memory(target: &Target) -> io::Result<()> {
    let mut byte = 0u8;
    let local = libc::iovec {
        iov_base: (&raw mut byte).cast(),
        iov_len: 1,
    };
    let remote = libc::iovec {
        iov_base: 4096 as *mut libc::c_void,
        iov_len: 1,
    };
    let args = [
        target.victim(),
        &raw const local as usize,
        1,
        &raw const remote as usize,
        1,
        0,
    ];
    match call(libc::SYS_process_vm_readv, &args) {
        // The call was allowed, and nothing was at that address.
        Err(error) if error.raw_os_error() == Some(libc::EFAULT) => Ok(()),
        other => other.map(drop),
    }
}

fn prlimit_other(target: &Target) -> io::Result<()> {
    let limit = [0u64, 0];
    let args = [target.victim(), libc::RLIMIT_CORE as usize, limit.as_ptr() as usize, 0];
    call(libc::SYS_prlimit64, &args).map(drop)
}

fn affinity_other(target: &Target) -> io::Result<()> {
    let first = [1u64];
    call(
        libc::SYS_sched_setaffinity,
        &[target.victim(), 8, first.as_ptr() as usize],
    )
    .map(drop)
}
