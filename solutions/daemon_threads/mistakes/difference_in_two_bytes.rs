//! Mistake: lines are counted in 16 bits, and `flush` looks at the sign of the difference.
//!
//! Fails: `flush_returns_when_all_is_written` with `wrong_result`.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

struct State {
    lines: VecDeque<String>,
    logged: u16,
    written: u16,
    stop: bool,
    dead: bool,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    progress: Condvar,
}

pub struct Journal {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Dies(Arc<Shared>);

impl Drop for Dies {
    fn drop(&mut self) {
        self.0.state.lock().unwrap().dead = true;
        self.0.progress.notify_all();
    }
}

fn write(shared: &Shared, mut sink: impl FnMut(&str), tick: Duration) {
    let mut since = Instant::now();
    let mut state = shared.state.lock().unwrap();
    loop {
        if let Some(line) = state.lines.pop_front() {
            drop(state);
            sink(&line);
            since = Instant::now();
            state = shared.state.lock().unwrap();
            state.written = state.written.wrapping_add(1);
            shared.progress.notify_all();
            continue;
        }
        if state.stop {
            return;
        }
        let left = tick.saturating_sub(since.elapsed());
        if left.is_zero() {
            drop(state);
            since = Instant::now();
            sink("tick");
            state = shared.state.lock().unwrap();
            continue;
        }
        state = shared.changed.wait_timeout(state, left).unwrap().0;
    }
}

impl Journal {
    pub fn start(sink: impl FnMut(&str) + Send + 'static, tick: Duration) -> Self {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                lines: VecDeque::new(),
                logged: 0,
                written: 0,
                stop: false,
                dead: false,
            }),
            changed: Condvar::new(),
            progress: Condvar::new(),
        });
        let theirs = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            let dies = Dies(theirs);
            write(&dies.0, sink, tick);
        });
        Journal {
            shared,
            thread: Some(thread),
        }
    }

    pub fn log(&self, line: &str) {
        let mut state = self.shared.state.lock().unwrap();
        state.lines.push_back(line.to_owned());
        state.logged = state.logged.wrapping_add(1);
        drop(state);
        self.shared.changed.notify_one();
    }

    pub fn flush(&self) {
        let mut state = self.shared.state.lock().unwrap();
        let target = state.logged;
        while (target.wrapping_sub(state.written) as i16) > 0 && !state.dead {
            state = self.shared.progress.wait(state).unwrap();
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.shared.state.lock().unwrap().stop = true;
        self.shared.changed.notify_one();
        let _ = self.thread.take().unwrap().join();
    }
}
