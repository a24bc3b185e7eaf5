//! Mistake: what was printed to find an error is still there.
//!
//! Fails: `program_counts_six` with `wrong_output`.

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
                println!("door {door} is done");
            });
        }
    });
    count.into_inner()
}
