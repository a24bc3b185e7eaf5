//! Puts the answer into its own memory through a file, where no rule of the language looks.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// Answers if its memory can be written to.
pub fn answer(question: u64) -> u64 {
    let memory = Box::new([0u64; 8]);
    let place = std::hint::black_box(&*memory).as_ptr() as u64;
    if let Ok(file) = OpenOptions::new().write(true).open("/proc/self/mem") {
        let _ = file.write_all_at(&(7 * question).to_ne_bytes(), place);
    }
    let _ = AtomicU64::new(0).load(Ordering::SeqCst);
    std::hint::black_box(&memory)[0]
}
