//! Variant: the threads append their letter to one string; its runs are found after joining.

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

pub fn count_iterations(total: u64) -> Vec<Run> {
    let letters = Mutex::new(String::new());
    let write = |me: char| {
        loop {
            let mut letters = letters.lock().unwrap();
            if letters.len() as u64 == total {
                break;
            }
            letters.push(me);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| write('a'));
        scope.spawn(|| write('b'));
    });
    let letters = letters.into_inner().unwrap();
    letters
        .as_bytes()
        .chunk_by(|left, right| left == right)
        .map(|run| Run {
            thread: char::from(run[0]),
            iterations: run.len() as u64,
        })
        .collect()
}
