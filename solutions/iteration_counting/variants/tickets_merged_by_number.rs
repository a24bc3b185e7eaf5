//! Variant: each thread keeps the numbers that `fetch_add` gave it; after joining they are merged in order.
//!
//! `Relaxed` is enough: no two calls of `fetch_add` return the same number, and `join` makes the lists visible.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub thread: char,
    pub iterations: u64,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} iterations in thread {}", self.iterations, self.thread)
    }
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let tickets = AtomicU64::new(0);
    let makers: BTreeMap<u64, char> = thread::scope(|scope| {
        let threads = ['a', 'b'].map(|me| {
            let tickets = &tickets;
            scope.spawn(move || {
                let mut mine = Vec::new();
                loop {
                    let ticket = tickets.fetch_add(1, Ordering::Relaxed);
                    if ticket >= total {
                        return mine;
                    }
                    mine.push((ticket, me));
                }
            })
        });
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let letters: Vec<char> = makers.into_values().collect();
    letters
        .chunk_by(char::eq)
        .map(|run| Run {
            thread: run[0],
            iterations: run.len() as u64,
        })
        .collect()
}
