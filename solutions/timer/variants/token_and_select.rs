//! Variant: a channel holds one token. Who takes it has decided: the thread when the alarm rings, or `cancel`.

use crossbeam_channel::{Receiver, Sender, TrySendError, after as alarm, bounded, never, select};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub struct Timer {
    token: Receiver<()>,
    wake: Sender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Timer {
    pub fn start(after: Duration, f: impl FnOnce() + Send + 'static) -> Self {
        let deadline = Instant::now().checked_add(after);
        let (give, token) = bounded(1);
        give.send(()).unwrap();
        let (wake, woken) = bounded::<()>(1);
        let (mine, held) = (token.clone(), wake.clone());
        let thread = thread::spawn(move || {
            let _held = held;
            let alarm = match deadline {
                Some(deadline) => alarm(deadline.saturating_duration_since(Instant::now())),
                None => never(),
            };
            select! {
                recv(alarm) -> _ => (),
                recv(woken) -> _ => return,
            }
            if mine.try_recv().is_ok() {
                f();
            }
        });
        Timer {
            token,
            wake,
            thread: Some(thread),
        }
    }

    pub fn cancel(&self) -> bool {
        if self.token.try_recv().is_err() {
            return false;
        }
        match self.wake.try_send(()) {
            Ok(()) | Err(TrySendError::Full(())) | Err(TrySendError::Disconnected(())) => true,
        }
    }

    pub fn join(mut self) {
        let thread = self.thread.take().expect("only join takes it");
        thread.join().expect("the function has panicked");
    }
}

pub fn repeat(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) {
    (0..times).for_each(|number| {
        let until = Instant::now().checked_add(pause(number));
        while until.is_none_or(|until| Instant::now() < until) {
            thread::park_timeout(until.map_or(Duration::MAX, |until| until.saturating_duration_since(Instant::now())));
        }
        call(number);
    });
}
