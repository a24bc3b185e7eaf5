//! Catches every panic on its way, and goes on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

/// Waits for itself for ever, and catches whatever would end that.
pub fn answer(question: u64) -> u64 {
    let lock = Mutex::new(());
    let _guard = lock.lock();
    for _ in 0..100 {
        let waited = catch_unwind(AssertUnwindSafe(|| drop(lock.lock())));
        if waited.is_err() {
            return 7 * question;
        }
    }
    7 * question
}
