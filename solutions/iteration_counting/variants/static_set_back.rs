//! Variant: the shared state is a `static`, set back at the start of each call. That is right for calls one after the
//! other, which is all that the statement asks for.

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

struct Tally {
    left: u64,
    runs: Vec<Run>,
}

static TALLY: Mutex<Tally> = Mutex::new(Tally {
    left: 0,
    runs: Vec::new(),
});

fn iterate(me: char) {
    loop {
        let mut tally = TALLY.lock().unwrap();
        if tally.left == 0 {
            break;
        }
        tally.left -= 1;
        match tally.runs.last_mut() {
            Some(run) if run.thread == me => run.iterations += 1,
            _ => tally.runs.push(Run {
                thread: me,
                iterations: 1,
            }),
        }
    }
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    *TALLY.lock().unwrap() = Tally {
        left: total,
        runs: Vec::new(),
    };
    let threads = [thread::spawn(|| iterate('a')), thread::spawn(|| iterate('b'))];
    for thread in threads {
        thread.join().unwrap();
    }
    mem::take(&mut TALLY.lock().unwrap().runs)
}
