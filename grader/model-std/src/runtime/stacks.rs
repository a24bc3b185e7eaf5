//! The stacks of tasks: each as large as the program asked for, and reused by later tasks, also in the next execution.
//!
//! A program may order what is on its stacks by address. So of the stacks that are free, the one that was mapped first
//! is reused. Then the same threads have the same stacks in each execution, whatever was mapped for earlier ones.

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod linux;
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod portable;

use std::cell::RefCell;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) use linux::{Mapping, Region, Stack, holds};
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub(super) use portable::{Mapping, Stack, holds};

/// The stack of the body of an execution, in bytes: what Linux gives a main thread.
pub(crate) const OF_BODY: usize = 8 << 20;

/// The stack of a spawned thread, in bytes, unless it asks for another size: as in `std`. `RUST_MIN_STACK` makes no
/// difference.
pub(crate) const DEFAULT: usize = 2 << 20;

/// The largest stack, in bytes. The real limit is the memory of the machine; this one is the same everywhere.
const LARGEST: usize = 16 << 30;

/// Sizes are multiples of this.
const GRANULE: usize = 64 << 10;

/// How many stacks were mapped, on all operating-system threads.
static N_MAPPED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Stacks for later tasks, by size: those that were mapped first are last.
    static POOL: RefCell<Vec<(usize, Vec<Stack>)>> = const { RefCell::new(Vec::new()) };
}

/// A stack of at least `size` bytes.
///
/// # Errors
///
/// As `std` says it when the system refuses a thread: if the stack is larger than any machine's memory, or cannot be
/// mapped.
pub(super) fn take(size: usize) -> io::Result<Stack> {
    if size > LARGEST {
        return Err(refused());
    }
    let size = size.max(1).next_multiple_of(GRANULE);
    let pooled = POOL.with_borrow_mut(|pool| {
        let (_, stacks) = pool.iter_mut().find(|(of_size, _)| *of_size == size)?;
        stacks.pop()
    });
    match pooled {
        Some(stack) => Ok(stack),
        None => {
            // Relaxed: only the order on this operating-system thread counts.
            let number = N_MAPPED.fetch_add(1, Ordering::Relaxed);
            Stack::map(size, number).map_err(|_| refused())
        }
    }
}

/// Keeps a stack for later tasks.
pub(super) fn give_back(stack: Stack) {
    let size = stack.size();
    POOL.with_borrow_mut(|pool| match pool.iter_mut().find(|(of_size, _)| *of_size == size) {
        Some((_, stacks)) => {
            let at = stacks.partition_point(|other| other.number() > stack.number());
            stacks.insert(at, stack);
        }
        None => pool.push((size, vec![stack])),
    });
}

/// The error with which the system refuses a thread.
pub(super) fn refused() -> io::Error {
    #[cfg(target_os = "linux")]
    return io::Error::from_raw_os_error(libc::EAGAIN);
    #[cfg(not(target_os = "linux"))]
    io::ErrorKind::WouldBlock.into()
}
