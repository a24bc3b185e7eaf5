//! Mistake: the count lives in a `static` and is not set back, so the second call finds it where the first left it.
//!
//! Fails: `every_call_starts_anew` with `wrong_result`.

use std::fmt;
use std::mem;
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

static MADE: Mutex<u64> = Mutex::new(0);
static RUNS: Mutex<Vec<Run>> = Mutex::new(Vec::new());

fn iterate(me: char, total: u64) {
    loop {
        let mut made = MADE.lock().unwrap();
        if *made >= total {
            break;
        }
        *made += 1;
        let mut runs = RUNS.lock().unwrap();
        match runs.last_mut() {
            Some(run) if run.thread == me => run.iterations += 1,
            _ => runs.push(Run {
                thread: me,
                iterations: 1,
            }),
        }
    }
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let threads = ['a', 'b'].map(|me| thread::spawn(move || iterate(me, total)));
    for thread in threads {
        thread.join().unwrap();
    }
    mem::take(&mut *RUNS.lock().unwrap())
}
