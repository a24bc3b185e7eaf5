//! Mistake: the length of a run is counted in a byte, which only a large total overflows.
//!
//! Fails: `runs_add_up_to_the_total` with `panic`.
//! Fails: `threads_take_turns` with `panic`.
//! Fails: `program_prints_one_line_a_run` with `panic`.

use std::fmt;
use std::sync::Mutex;
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

struct Tally {
    made: u64,
    runs: Vec<(char, u8)>,
}

fn iterate(me: char, total: u64, tally: &Mutex<Tally>) {
    loop {
        let mut tally = tally.lock().unwrap();
        if tally.made == total {
            break;
        }
        tally.made += 1;
        match tally.runs.last_mut() {
            Some((thread, iterations)) if *thread == me => *iterations += 1,
            _ => tally.runs.push((me, 1)),
        }
    }
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let runs = Vec::new();
    let tally = Mutex::new(Tally { made: 0, runs });
    thread::scope(|scope| {
        scope.spawn(|| iterate('a', total, &tally));
        scope.spawn(|| iterate('b', total, &tally));
    });
    let tally = tally.into_inner().unwrap();
    tally
        .runs
        .into_iter()
        .map(|(thread, iterations)| Run {
            thread,
            iterations: iterations.into(),
        })
        .collect()
}
