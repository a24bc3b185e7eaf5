//! Stands in for `malloc(3)` and its relatives: the program of an execution has a heap of its own (see
//! `runtime::heap`).
//!
//! A block goes back to where it came from, whoever frees it. A program with an allocator of its own has its memory
//! from that, and calls these functions or none.
//!
//! The C library says that a program may replace these functions, and which (see *Replacing malloc* in its manual).
//! What it calls itself are these, too. Its own ones have a second name.

use std::ffi::{c_int, c_void};
use std::mem::transmute;
use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicPtr;

use super::of_the_c_library;
use crate::runtime::heap::{self, Heap};

/// What `malloc` promises.
const ALIGNMENT: usize = 16;

// The functions of the C library.
unsafe extern "C" {
    fn __libc_malloc(size: usize) -> *mut c_void;
    fn __libc_calloc(n: usize, size: usize) -> *mut c_void;
    fn __libc_realloc(block: *mut c_void, size: usize) -> *mut c_void;
    fn __libc_memalign(alignment: usize, size: usize) -> *mut c_void;
    fn __libc_free(block: *mut c_void);
}

// Whether the program asks is looked at first, and the rest is apart from that: the runtime and other threads allocate
// as well, and take no longer than without these functions.

/// As `malloc(3)`.
#[unsafe(no_mangle)]
extern "C" fn malloc(size: usize) -> *mut c_void {
    match heap::of_program() {
        Some(heap) => allocate(heap, size),
        // SAFETY: the function has no preconditions.
        None => unsafe { __libc_malloc(size) },
    }
}

#[inline(never)]
fn allocate(heap: &Heap, size: usize) -> *mut c_void {
    match heap.allocate(size, ALIGNMENT) {
        Some(block) => block.as_ptr().cast(),
        // SAFETY: the function has no preconditions.
        None => unsafe { __libc_malloc(size) },
    }
}

/// As `calloc(3)`.
#[unsafe(no_mangle)]
extern "C" fn calloc(n: usize, size: usize) -> *mut c_void {
    match heap::of_program() {
        Some(heap) => allocate_cleared(heap, n, size),
        // SAFETY: the function has no preconditions.
        None => unsafe { __libc_calloc(n, size) },
    }
}

#[inline(never)]
fn allocate_cleared(heap: &Heap, n: usize, size: usize) -> *mut c_void {
    let size_of_all = n.checked_mul(size);
    match size_of_all.and_then(|size| Some((heap.allocate(size, ALIGNMENT)?, size))) {
        Some((block, size)) => {
            // SAFETY: it is a new block of this size.
            unsafe { heap::clear(block, size) };
            block.as_ptr().cast()
        }
        // SAFETY: the function has no preconditions.
        None => unsafe { __libc_calloc(n, size) },
    }
}

/// As `realloc(3)`.
///
/// # Safety
///
/// `block` is null, or a block of these functions that nobody else uses.
#[unsafe(no_mangle)]
unsafe extern "C" fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    let old = match NonNull::new(block.cast::<u8>()) {
        None => return malloc(size),
        // SAFETY: as the caller promises.
        Some(_) if !heap::contains(block) => return unsafe { __libc_realloc(block, size) },
        Some(old) => old,
    };
    if size == 0 {
        // SAFETY: as the caller promises.
        unsafe { heap::free(old) };
        return ptr::null_mut();
    }
    // SAFETY: as the caller promises.
    if unsafe { heap::reallocate(old, size) } {
        return block;
    }
    let new = malloc(size);
    if !new.is_null() {
        // SAFETY: both blocks are as large as that, and the old one is not used any more.
        unsafe {
            new.copy_from_nonoverlapping(block, heap::usable_size(old).min(size));
            heap::free(old);
        }
    }
    new
}

/// As `reallocarray(3)`.
///
/// # Safety
///
/// As for [`realloc`].
#[unsafe(no_mangle)]
unsafe extern "C" fn reallocarray(block: *mut c_void, n: usize, size: usize) -> *mut c_void {
    match n.checked_mul(size) {
        // SAFETY: as the caller promises.
        Some(size) => unsafe { realloc(block, size) },
        None => out_of_memory(),
    }
}

/// As `free(3)`.
///
/// # Safety
///
/// `block` is null, or a block of these functions that nobody uses any more.
#[unsafe(no_mangle)]
unsafe extern "C" fn free(block: *mut c_void) {
    match NonNull::new(block.cast()) {
        // SAFETY: as the caller promises.
        Some(of_heap) if heap::contains(block) => unsafe { heap::free(of_heap) },
        // SAFETY: as the caller promises.
        _ => unsafe { __libc_free(block) },
    }
}

/// As `memalign(3)`.
#[unsafe(no_mangle)]
extern "C" fn memalign(alignment: usize, size: usize) -> *mut c_void {
    let heap = heap::of_program().filter(|_| alignment.is_power_of_two());
    match heap.and_then(|heap| heap.allocate(size, alignment)) {
        Some(block) => block.as_ptr().cast(),
        // SAFETY: the function has no preconditions.
        None => unsafe { __libc_memalign(alignment, size) },
    }
}

/// As `aligned_alloc(3)`.
#[unsafe(no_mangle)]
extern "C" fn aligned_alloc(alignment: usize, size: usize) -> *mut c_void {
    memalign(alignment, size)
}

/// As `posix_memalign(3)`.
///
/// # Safety
///
/// `block` is valid for a write.
#[unsafe(no_mangle)]
unsafe extern "C" fn posix_memalign(block: *mut *mut c_void, alignment: usize, size: usize) -> c_int {
    if !alignment.is_power_of_two() || !alignment.is_multiple_of(size_of::<*mut c_void>()) {
        return libc::EINVAL;
    }
    let new = memalign(alignment, size);
    if new.is_null() {
        return libc::ENOMEM;
    }
    // SAFETY: as the caller promises.
    unsafe { block.write(new) };
    0
}

/// As `malloc_usable_size(3)`.
///
/// # Safety
///
/// `block` is null, or a block of these functions.
#[unsafe(no_mangle)]
unsafe extern "C" fn malloc_usable_size(block: *mut c_void) -> usize {
    type UsableSize = unsafe extern "C" fn(*mut c_void) -> usize;
    static FOUND: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());
    match NonNull::new(block.cast()) {
        // SAFETY: as the caller promises.
        Some(of_heap) if heap::contains(block) => unsafe { heap::usable_size(of_heap) },
        _ => {
            let found = of_the_c_library(c"malloc_usable_size", &FOUND);
            // SAFETY: the C library has a function with this name and of this type, and the caller promises the rest.
            unsafe { transmute::<*mut c_void, UsableSize>(found)(block) }
        }
    }
}

fn out_of_memory() -> *mut c_void {
    // SAFETY: every thread has its own `errno`.
    unsafe { *libc::__errno_location() = libc::ENOMEM };
    ptr::null_mut()
}
