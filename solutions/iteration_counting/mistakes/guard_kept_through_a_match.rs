//! Mistake: the guard in the head of a `match` lives until its end, so the arm that locks once more waits for itself.
//!
//! Fails: `runs_add_up_to_the_total` with `deadlock`.
//! Fails: `no_run_is_empty` with `deadlock`.
//! Fails: `runs_alternate_between_a_and_b` with `deadlock`.
//! Fails: `zero_gives_no_run_and_one_gives_one` with `deadlock`.
//! Fails: `every_call_starts_anew` with `deadlock`.
//! Fails: `threads_take_turns` with `deadlock`.
//! Fails: `either_thread_may_begin` with `deadlock`.
//! Fails: `threads_have_ended_on_return` with `deadlock`.
//! Fails: `program_prints_a_run_as_shown` with `deadlock`.
//! Fails: `program_prints_one_line_a_run` with `deadlock`.

use std::fmt;
use std::sync::Mutex;
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
    let taken = AtomicU64::new(0);
    let runs: Mutex<Vec<Run>> = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for me in ['a', 'b'] {
            let (taken, runs) = (&taken, &runs);
            scope.spawn(move || {
                while taken.fetch_add(1, Ordering::SeqCst) < total {
                    match runs.lock().unwrap().last_mut() {
                        Some(run) if run.thread == me => run.iterations += 1,
                        _ => runs.lock().unwrap().push(Run {
                            thread: me,
                            iterations: 1,
                        }),
                    }
                }
            });
        }
    });
    runs.into_inner().unwrap()
}
