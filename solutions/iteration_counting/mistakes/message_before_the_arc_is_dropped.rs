//! Mistake: each thread sends a message when it is done, and drops its `Arc` only afterwards. So the caller may find
//! that it is not yet the only owner.
//!
//! Fails: `runs_add_up_to_the_total` with `panic`.
//! Fails: `no_run_is_empty` with `panic`.
//! Fails: `runs_alternate_between_a_and_b` with `panic`.
//! Fails: `zero_gives_no_run_and_one_gives_one` with `panic`.
//! Fails: `threads_have_ended_on_return` with `panic`.

use std::fmt;
use std::sync::{Arc, Mutex, mpsc};
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
    let shared = Arc::new(Mutex::new((0, Vec::<Run>::new())));
    let (done, is_done) = mpsc::channel();
    let threads = ['a', 'b'].map(|name| {
        let (shared, done) = (Arc::clone(&shared), done.clone());
        thread::spawn(move || {
            loop {
                let mut guard = shared.lock().unwrap();
                if guard.0 >= total {
                    break;
                }
                guard.0 += 1;
                match guard.1.last_mut() {
                    Some(run) if run.thread == name => run.iterations += 1,
                    _ => guard.1.push(Run {
                        thread: name,
                        iterations: 1,
                    }),
                }
            }
            done.send(()).unwrap();
        })
    });
    for _ in &threads {
        is_done.recv().unwrap();
    }
    let (_, runs) = Arc::try_unwrap(shared)
        .expect("both threads are done")
        .into_inner()
        .unwrap();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    runs
}
