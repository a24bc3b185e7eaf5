//! Mistake: the loop never changes the number in its condition, and uses nothing that another thread could change.
//!
//! Fails: `zero_gives_no_run_and_one_gives_one` with `timeout`.
//! Fails: `runs_add_up_to_the_total` with `timeout`.
//! Fails: `no_run_is_empty` with `timeout`.
//! Fails: `runs_alternate_between_a_and_b` with `timeout`.
//! Fails: `threads_take_turns` with `timeout`.
//! Fails: `either_thread_may_begin` with `timeout`.
//! Fails: `every_call_starts_anew` with `timeout`.
//! Fails: `threads_have_ended_on_return` with `timeout`.
//! Fails: `program_prints_a_run_as_shown` with `timeout`.
//! Fails: `program_prints_one_line_a_run` with `timeout`.

use std::fmt;
use std::thread;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub thread: char,
    pub iterations: u64,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.iterations == 1 { "" } else { "s" };
        write!(f, "{} iteration{plural} in thread {}", self.iterations, self.thread)
    }
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let a = thread::spawn(move || count('a', total));
    let b = thread::spawn(move || count('b', total));
    [a, b].into_iter().flat_map(|thread| thread.join().unwrap()).collect()
}

fn count(thread: char, total: u64) -> Option<Run> {
    let (counted, mut run) = (0, Run { thread, iterations: 0 });
    while counted <= total {
        run.iterations = run.iterations.wrapping_add(1);
    }
    Some(run)
}
