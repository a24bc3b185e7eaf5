//! Attacks that use parts of the kernel that no exercise needs.

use std::io;

use crate::target::{Attack, Target, call, text};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("io-uring", io_uring),
    ("bpf", bpf),
    ("perf", perf),
    ("keyctl", |_| {
        call(libc::SYS_keyctl, &[0, -3isize as usize, 1]).map(drop)
    }),
    ("userfaultfd", |_| call(libc::SYS_userfaultfd, &[1]).map(drop)),
    ("user-namespace", |_| {
        call(libc::SYS_unshare, &[libc::CLONE_NEWUSER as usize]).map(drop)
    }),
    ("mount", mount),
    ("setuid", |_| call(libc::SYS_setuid, &[0]).map(drop)),
    ("sched-fifo", sched_fifo),
];

fn io_uring(_: &Target) -> io::Result<()> {
    let parameters = [0u32; 30];
    call(libc::SYS_io_uring_setup, &[1, parameters.as_ptr() as usize]).map(drop)
}

/// An array of one number.
fn bpf(_: &Target) -> io::Result<()> {
    let attributes = [2u32, 4, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    call(
        libc::SYS_bpf,
        &[0, attributes.as_ptr() as usize, size_of_val(&attributes)],
    )
    .map(drop)
}

/// Counts the processor's cycles, or the clock where there is no such counter.
fn perf(_: &Target) -> io::Result<()> {
    const SIZE: u32 = 128;
    let mut attributes = [0u32; SIZE as usize / 4];
    (attributes[0], attributes[1]) = (1, SIZE);
    let args = [attributes.as_ptr() as usize, 0, usize::MAX, usize::MAX, 0];
    call(libc::SYS_perf_event_open, &args).map(drop)
}

fn mount(target: &Target) -> io::Result<()> {
    let mount_point = crate::target::c_path(&target.folder());
    let args = [text(c"none"), text(&mount_point), text(c"tmpfs"), 0, 0];
    call(libc::SYS_mount, &args).map(drop)
}

fn sched_fifo(_: &Target) -> io::Result<()> {
    let priority = 1i32;
    let args = [0, libc::SCHED_FIFO as usize, &raw const priority as usize];
    call(libc::SYS_sched_setscheduler, &args).map(drop)
}
