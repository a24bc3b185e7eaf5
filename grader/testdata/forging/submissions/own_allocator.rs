//! Takes part in every allocation of the check, that of the request included.

use std::alloc::{GlobalAlloc, Layout, System};

struct Listening;

// SAFETY: none.
unsafe impl GlobalAlloc for Listening {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static LISTENING: Listening = Listening;

/// Gives no answer.
pub fn answer(_question: u64) -> u64 {
    0
}
