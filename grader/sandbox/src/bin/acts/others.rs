//! Acts on other processes. The signal that is sent does nothing to a process that is running.

use std::io;

use crate::scene::{Act, Scene, call, text};

pub(crate) const ACTS: &[(&str, Act)] = &[
    ("kill-other", |scene| kill(scene.victim())),
    ("kill-grader", |_| kill(std::os::unix::process::parent_id() as usize)),
    ("kill-all", |_| kill(usize::MAX)),
    ("sigqueue", sigqueue),
    ("pidfd-signal", pidfd_signal),
    ("set-owner", set_owner),
    ("ptrace", ptrace),
    ("read-memory", read_memory),
    ("prlimit-other", prlimit_other),
    ("setpriority-other", |scene| {
        call(libc::SYS_setpriority, &[0, scene.victim(), 5]).map(drop)
    }),
    ("affinity-other", affinity_other),
];

const SIGNAL: usize = libc::SIGCONT as usize;

/// Of the kernel's `fcntl.h`.
const F_SETSIG: usize = 10;

fn kill(pid: usize) -> io::Result<()> {
    call(libc::SYS_kill, &[pid, SIGNAL]).map(drop)
}

/// With a code that only the kernel and the receiver itself may use.
fn sigqueue(scene: &Scene) -> io::Result<()> {
    let information = [0i32; 32];
    call(
        libc::SYS_rt_sigqueueinfo,
        &[scene.victim(), SIGNAL, information.as_ptr() as usize],
    )
    .map(drop)
}

fn pidfd_signal(scene: &Scene) -> io::Result<()> {
    let fd = call(libc::SYS_pidfd_open, &[scene.victim(), 0])?;
    call(libc::SYS_pidfd_send_signal, &[fd as usize, SIGNAL, 0, 0]).map(drop)
}

/// Makes the kernel send a signal to another process whenever something can be read from a pipe.
fn set_owner(scene: &Scene) -> io::Result<()> {
    let mut pair = [0i32; 2];
    call(libc::SYS_pipe2, &[pair.as_mut_ptr() as usize, 0])?;
    let [reader, writer] = pair.map(|fd| fd as usize);
    call(libc::SYS_fcntl, &[reader, libc::F_SETOWN as usize, scene.victim()])?;
    call(libc::SYS_fcntl, &[reader, F_SETSIG, SIGNAL])?;
    call(
        libc::SYS_fcntl,
        &[reader, libc::F_SETFL as usize, libc::O_ASYNC as usize],
    )?;
    call(libc::SYS_write, &[writer, text(c"x"), 1]).map(drop)
}

fn ptrace(scene: &Scene) -> io::Result<()> {
    call(libc::SYS_ptrace, &[libc::PTRACE_SEIZE as usize, scene.victim(), 0, 0]).map(drop)
}

fn read_memory(scene: &Scene) -> io::Result<()> {
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
        scene.victim(),
        &raw const local as usize,
        1,
        &raw const remote as usize,
        1,
        0,
    ];
    match call(libc::SYS_process_vm_readv, &args) {
        // It was allowed to look, and nothing was there.
        Err(error) if error.raw_os_error() == Some(libc::EFAULT) => Ok(()),
        other => other.map(drop),
    }
}

fn prlimit_other(scene: &Scene) -> io::Result<()> {
    let limit = [0u64, 0];
    let args = [scene.victim(), libc::RLIMIT_CORE as usize, limit.as_ptr() as usize, 0];
    call(libc::SYS_prlimit64, &args).map(drop)
}

fn affinity_other(scene: &Scene) -> io::Result<()> {
    let first = [1u64];
    call(
        libc::SYS_sched_setaffinity,
        &[scene.victim(), 8, first.as_ptr() as usize],
    )
    .map(drop)
}
