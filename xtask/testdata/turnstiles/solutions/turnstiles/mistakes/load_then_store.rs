//! Mistake: a visitor is counted in two steps, and another one may come in between.
//!
//! Fails: `every_visitor_is_counted` with `race`.
//! Fails: `no_thread_is_left` with `race`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

pub fn count_visitors(doors: usize, visits: usize, enter: impl Fn(usize) + Send + Sync + 'static) -> u64 {
    let count = AtomicU64::new(0);
    thread::scope(|scope| {
        for door in 0..doors {
            let (count, enter) = (&count, &enter);
            scope.spawn(move || {
                for _ in 0..visits {
                    enter(door);
                    count.store(count.load(Ordering::SeqCst) + 1, Ordering::SeqCst);
                }
            });
        }
    });
    count.into_inner()
}
