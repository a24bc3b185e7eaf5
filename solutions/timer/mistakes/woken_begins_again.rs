//! Mistake: a thread that is woken for nothing waits for the whole time again.
//!
//! Fails: `it_runs_once_at_its_time` with `wrong_result`.

use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

type Job = Box<dyn FnOnce() + Send>;

struct Inner {
    job: Mutex<Option<Job>>,
    gone: Condvar,
}

pub struct Timer {
    inner: Arc<Inner>,
    handle: JoinHandle<()>,
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let inner = Arc::new(Inner {
            job: Mutex::new(Some(Box::new(f))),
            gone: Condvar::new(),
        });
        let me = Arc::clone(&inner);
        let handle = thread::spawn(move || {
            let mut job = me.job.lock().unwrap();
            while job.is_some() {
                let (guard, waited) = me.gone.wait_timeout(job, after).unwrap();
                job = guard;
                if waited.timed_out() {
                    break;
                }
            }
            let taken = job.take();
            drop(job);
            if let Some(job) = taken {
                job()
            }
        });
        Timer { inner, handle }
    }

    pub fn cancel(&self) -> bool {
        let job = self.inner.job.lock().unwrap().take();
        self.inner.gone.notify_one();
        job.is_some()
    }

    pub fn join(self) {
        self.handle.join().expect("the function panicked")
    }
}

pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    for i in 0..times {
        thread::sleep(pause(i));
        call(i);
    }
}
