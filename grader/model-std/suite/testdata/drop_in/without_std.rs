//! A program without the prelude of `std`, which names `core` and `alloc` only.
#![no_std]

extern crate alloc;

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

/// What it did.
pub fn run() -> Vec<String> {
    let counter = Arc::new(AtomicUsize::new(1));
    core::hint::spin_loop();
    counter.fetch_add(1, Ordering::Relaxed);
    alloc::vec![counter.load(Ordering::SeqCst).to_string()]
}
