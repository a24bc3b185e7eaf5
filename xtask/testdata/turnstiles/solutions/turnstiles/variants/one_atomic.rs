//! Variant: all threads count in one atomic, inside of a scope, which joins them and passes a panic on.

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
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    count.into_inner()
}
