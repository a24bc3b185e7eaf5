//! Attacks that take more memory than they may. They do not touch it: getting it is enough.

use std::io;

use crate::target::{Attack, Target, call, text};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("memory-growsdown", grows_down),
    ("memory-heap", heap),
    ("memory-shared", shared),
    ("memory-memfd", memfd),
    ("sysv-shm", sysv_shm),
];

/// More than the limit in the tests.
const SIZE: usize = 1280 << 20;

fn map(flags: libc::c_int, fd: usize) -> io::Result<()> {
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    call(libc::SYS_mmap, &[0, SIZE, protection as usize, flags as usize, fd, 0]).map(drop)
}

fn grows_down(_: &Target) -> io::Result<()> {
    map(
        libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_GROWSDOWN | libc::MAP_NORESERVE,
        usize::MAX,
    )
}

fn heap(_: &Target) -> io::Result<()> {
    let mut chunks: Vec<Vec<u8>> = Vec::new();
    for _ in 0..SIZE >> 20 {
        let mut chunk = Vec::new();
        chunk.try_reserve_exact(1 << 20).map_err(io::Error::other)?;
        chunks.push(std::hint::black_box(chunk));
    }
    Ok(())
}

fn shared(_: &Target) -> io::Result<()> {
    map(libc::MAP_SHARED | libc::MAP_ANONYMOUS, usize::MAX)
}

fn memfd(_: &Target) -> io::Result<()> {
    let fd = call(libc::SYS_memfd_create, &[text(c"memory"), 0])?;
    call(libc::SYS_ftruncate, &[fd as usize, SIZE])?;
    map(libc::MAP_SHARED, fd as usize)
}

fn sysv_shm(_: &Target) -> io::Result<()> {
    let id = call(libc::SYS_shmget, &[0, 4096, 0o600])?;
    call(libc::SYS_shmctl, &[id as usize, libc::IPC_RMID as usize, 0]).map(drop)
}
