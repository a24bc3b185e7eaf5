//! Mistake: the count and the runs are statics, and no call sets them back. A later call goes on where the last one
//! stopped, which shows only if its total is not larger.
//!
//! Fails: `every_call_starts_anew` with `wrong_result`.

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

static COUNT: Mutex<u64> = Mutex::new(0);
static RUNS: Mutex<Vec<Run>> = Mutex::new(Vec::new());

fn iterate(me: char, total: u64) {
    loop {
        let mut count = COUNT.lock().unwrap();
        if *count >= total {
            break;
        }
        *count += 1;
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
    RUNS.lock().unwrap().clone()
}
