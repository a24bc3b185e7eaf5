//! Variant: the current run is kept apart from the finished ones and recorded when the other thread takes over, the
//! last one after joining.

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

#[derive(Default)]
struct Tally {
    made: u64,
    current: Option<Run>,
    finished: Vec<Run>,
}

impl Tally {
    fn iterate(&mut self, me: char) {
        self.made += 1;
        match &mut self.current {
            Some(run) if run.thread == me => run.iterations += 1,
            current => {
                let finished = mem::replace(
                    current,
                    Some(Run {
                        thread: me,
                        iterations: 1,
                    }),
                );
                self.finished.extend(finished);
            }
        }
    }
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let tally = Mutex::new(Tally::default());
    thread::scope(|scope| {
        for me in ['a', 'b'] {
            let tally = &tally;
            scope.spawn(move || {
                loop {
                    let mut tally = tally.lock().unwrap();
                    if tally.made == total {
                        break;
                    }
                    tally.iterate(me);
                }
            });
        }
    });
    let mut tally = tally.into_inner().unwrap();
    tally.finished.extend(tally.current);
    tally.finished
}
