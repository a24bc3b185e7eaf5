//! Mistake: the threads only find out which of them is first, and the caller makes up the rest: it looks exactly like
//! two threads that take turns.
//!
//! Fails: `threads_take_turns` with `over_serialized`.

use std::fmt;
use std::sync::OnceLock;
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
    let first = OnceLock::new();
    thread::scope(|scope| {
        for me in ['a', 'b'] {
            let first = &first;
            scope.spawn(move || first.get_or_init(|| me));
        }
    });
    let turns = match first.into_inner() {
        Some('a') => ['a', 'b'],
        _ => ['b', 'a'],
    };
    (0..total)
        .zip(turns.into_iter().cycle())
        .map(|(_, thread)| Run { thread, iterations: 1 })
        .collect()
}
