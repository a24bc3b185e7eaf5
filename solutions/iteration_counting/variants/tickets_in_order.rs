//! Variant: no thread waits for the other. Each takes tickets from one counter and keeps them in a map. The caller
//! looks whether any ticket was taken twice, puts all of them in order and reads the runs from them: much to compute at
//! once.

use std::collections::HashMap;
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
    let next = AtomicU64::new(0);
    let tickets_of = &|name: char| -> HashMap<u64, char> {
        let tickets = std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed));
        let tickets = tickets.take_while(|&ticket| ticket < total);
        tickets.map(|ticket| (ticket, name)).collect()
    };
    let makers: Vec<(u64, char)> = thread::scope(|scope| {
        let threads = ['a', 'b'].map(|name| scope.spawn(move || tickets_of(name)));
        let makers = threads.map(|thread| thread.join().expect("no iteration panics"));
        makers.into_iter().flatten().collect()
    });
    let mut numbers: Vec<u64> = makers.iter().map(|&(ticket, _)| ticket).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), makers.len(), "a ticket was taken twice");
    let mut by_thread = makers.clone();
    by_thread.sort_unstable_by_key(|&(ticket, name)| (name, ticket));
    assert!(by_thread.iter().all(|(_, name)| ['a', 'b'].contains(name)));
    let mut latest_first = makers.clone();
    latest_first.sort_unstable_by(|one, other| other.cmp(one));
    assert_eq!(latest_first.first().map(|(ticket, _)| *ticket), total.checked_sub(1));
    let mut in_order = makers;
    in_order.sort_unstable();
    let runs = in_order.chunk_by(|(_, one), (_, other)| one == other);
    runs.map(|run| Run {
        thread: run[0].1,
        iterations: run.len() as u64,
    })
    .collect()
}
