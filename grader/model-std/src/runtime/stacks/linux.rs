//! Stacks that become writable as they are used.
//!
//! Linux counts all writable private memory towards the limit of memory (`RLIMIT_DATA`), used or not. So only the upper
//! end of a stack is writable at first, and the handler of faults (see `crashes`) makes more of it writable. Below the
//! stack is a reserve, for a thread that overflows its stack inside a library, and below that a guard that is never
//! writable. Rust's functions touch each page of their frames in order, so none of them reaches beyond the guard.

use std::cell::Cell;
use std::ffi::c_int;
use std::io;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use corosensei::stack::StackPointer;

/// How much is writable at first, in bytes. Few threads use more.
const AT_FIRST: usize = 32 << 10;

/// The reserve, in bytes: several times what a function of the C library uses.
const RESERVE: usize = 256 << 10;

/// The guard, in bytes: larger than the frame of any function that was compiled without stack probes.
const GUARD: usize = 64 << 10;

/// Stacks of up to each power of two have a zone of the address space, if nothing else is there: far from where Linux
/// puts executables and mappings on both architectures. So their addresses are the same in every process, and do not
/// depend on what else was mapped.
const FIRST_ZONE: usize = 0x3000_0000_0000;

/// The size of a zone, in bytes.
const ZONE: usize = 1 << 40;

/// The first zone has stacks of two to this power. There are none that are smaller.
const SMALLEST_ZONE: usize = 16;

/// How much of each zone was used. The last one has the largest stacks.
static USED: [AtomicUsize; 19] = [const { AtomicUsize::new(0) }; 19];

/// The stack of a task.
pub(in crate::runtime) struct Stack(Box<Mapping>);

/// The memory of a stack. It stays where it is, so that the handler of faults finds it.
pub(in crate::runtime) struct Mapping {
    /// How many stacks were mapped before.
    number: usize,
    /// The highest address.
    base: usize,
    /// How many bytes the program may use.
    size: usize,
    /// The lowest address that is writable.
    writable_from: Cell<usize>,
}

/// What is at an address.
pub(in crate::runtime) enum Region {
    /// The stack.
    Stack,
    /// Below it, the reserve or the guard.
    Overflow,
    /// Something else.
    Elsewhere,
}

impl Stack {
    pub(super) fn map(size: usize, number: usize) -> io::Result<Self> {
        let len = size + RESERVE + GUARD;
        let wanted = wanted_place(size, len).map(|address| map_at(address, len, libc::MAP_FIXED_NOREPLACE));
        let lowest = match wanted {
            Some(Ok(lowest)) => lowest,
            Some(Err(_)) | None => map_at(0, len, 0)?,
        };
        let base = lowest + len;
        // From here on, dropping the value unmaps it.
        let stack = Self(Box::new(Mapping {
            number,
            base,
            size,
            writable_from: Cell::new(base),
        }));
        if stack.0.make_writable_from(base - size.min(AT_FIRST)) {
            Ok(stack)
        } else {
            Err(io::Error::last_os_error())
        }
    }

    pub(super) fn number(&self) -> usize {
        self.0.number
    }

    /// How many bytes the program may use.
    pub(in crate::runtime) fn size(&self) -> usize {
        self.0.size
    }

    /// The lowest address that the program may use.
    pub(in crate::runtime) fn lowest(&self) -> usize {
        self.0.base - self.0.size
    }

    pub(in crate::runtime) fn mapping(&self) -> *const Mapping {
        ptr::from_ref(&*self.0)
    }
}

/// Where the next stack of `size` bytes is to be, which takes `len` bytes of the address space. `None` if its zone is
/// full.
fn wanted_place(size: usize, len: usize) -> Option<usize> {
    let zone = size.next_power_of_two().ilog2() as usize;
    let start = FIRST_ZONE + zone.checked_sub(SMALLEST_ZONE)? * ZONE;
    // Relaxed: nothing else depends on it.
    let used = USED.get(zone - SMALLEST_ZONE)?.fetch_add(len, Relaxed);
    (used + len <= ZONE).then_some(start + used)
}

/// Maps `len` bytes that are not accessible, and returns their lowest address.
fn map_at(address: usize, len: usize, fixed: c_int) -> io::Result<usize> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | fixed;
    // SAFETY: a new mapping, which replaces no other one.
    let lowest = unsafe { libc::mmap(ptr::without_provenance_mut(address), len, libc::PROT_NONE, flags, -1, 0) };
    if lowest == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    Ok(lowest.expose_provenance())
}

/// Whether the address is in a part of a zone that was used.
pub(in crate::runtime) fn holds(address: usize) -> bool {
    let Some(place) = address.checked_sub(FIRST_ZONE) else {
        return false;
    };
    let used = USED.get(place / ZONE).map(|used| used.load(Relaxed));
    used.is_some_and(|used| place % ZONE < used)
}

impl Drop for Stack {
    fn drop(&mut self) {
        let len = self.0.base - self.0.lowest();
        let lowest = ptr::with_exposed_provenance_mut(self.0.lowest());
        // SAFETY: the mapping is this value's own, and nothing runs on it.
        unsafe { libc::munmap(lowest, len) };
    }
}

// SAFETY: the guard is never writable, and a stack has more than `MIN_STACK_SIZE` bytes.
unsafe impl corosensei::stack::Stack for Stack {
    fn base(&self) -> StackPointer {
        StackPointer::new(self.0.base).expect("nothing is mapped at address 0")
    }

    fn limit(&self) -> StackPointer {
        StackPointer::new(self.0.lowest()).expect("nothing is mapped at address 0")
    }
}

// These are also called in a signal handler, so they make system calls only and cannot panic.
impl Mapping {
    fn lowest(&self) -> usize {
        self.base - self.size - RESERVE - GUARD
    }

    pub(in crate::runtime) fn size(&self) -> usize {
        self.size
    }

    /// What is at `address`.
    pub(in crate::runtime) fn region(&self, address: usize) -> Region {
        if (self.base - self.size..self.base).contains(&address) {
            Region::Stack
        } else if (self.lowest()..self.base).contains(&address) {
            Region::Overflow
        } else {
            Region::Elsewhere
        }
    }

    /// Makes the stack writable from `address` on, and some more of it: twice as much as before. Says whether the
    /// system allowed that.
    pub(in crate::runtime) fn grow_to(&self, address: usize) -> bool {
        let before = self.base - self.writable_from.get();
        let wanted = (self.base - address).max(2 * before).next_multiple_of(AT_FIRST);
        self.make_writable_from(self.base - wanted.min(self.size))
    }

    /// Makes the reserve writable as well. Says whether the system allowed that.
    pub(in crate::runtime) fn open_reserve(&self) -> bool {
        self.make_writable_from(self.base - self.size - RESERVE)
    }

    /// Takes the reserve back, if it was opened.
    pub(in crate::runtime) fn close_reserve(&self) {
        let lowest = self.base - self.size;
        if self.writable_from.get() < lowest {
            let reserve = ptr::with_exposed_provenance_mut(lowest - RESERVE);
            // SAFETY: the pages are this mapping's own, and nothing is on them any more.
            unsafe { libc::mprotect(reserve, RESERVE, libc::PROT_NONE) };
            self.writable_from.set(lowest);
        }
    }

    fn make_writable_from(&self, address: usize) -> bool {
        let start = ptr::with_exposed_provenance_mut(address);
        let len = self.writable_from.get() - address;
        // SAFETY: the pages are this mapping's own.
        let answer = unsafe { libc::mprotect(start, len, libc::PROT_READ | libc::PROT_WRITE) };
        if answer == 0 {
            self.writable_from.set(address);
        }
        answer == 0
    }
}
