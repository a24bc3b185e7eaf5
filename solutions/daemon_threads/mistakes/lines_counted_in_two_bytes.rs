//! Mistake: lines are counted in two bytes: after 65536 of them, a flush waits for a number that never comes, or for
//! none.
//!
//! Fails: `every_line_is_written_once_in_order` with `panic`.
//! Fails: `log_never_waits` with `panic`.
//! Fails: `flush_returns_when_all_is_written` with `panic`.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Journal {
    shared: Arc<Shared>,
    writer: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    lines: VecDeque<String>,
    logged: u16,
    written: u16,
    is_closed: bool,
    has_ended: bool,
}

impl Journal {
    pub fn start(sink: impl FnMut(&str) + Send + 'static, tick: Duration) -> Self {
        let shared = Arc::new(Shared::default());
        let theirs = Arc::clone(&shared);
        Self {
            shared,
            writer: Some(thread::spawn(move || {
                let _ended = Ended(&theirs);
                write(&theirs, sink, tick);
            })),
        }
    }

    pub fn log(&self, line: &str) {
        let mut state = self.shared.lock();
        if !state.has_ended {
            state.lines.push_back(line.to_owned());
            state.logged += 1;
            self.shared.changed.notify_all();
        }
    }

    pub fn flush(&self) {
        let mut state = self.shared.lock();
        let logged = state.logged;
        while state.written < logged && !state.has_ended {
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells those that wait when the writer ends, also by a panic.
struct Ended<'a>(&'a Shared);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.lock().has_ended = true;
        self.0.changed.notify_all();
    }
}

fn write(shared: &Shared, mut sink: impl FnMut(&str), tick: Duration) {
    loop {
        let is_idle = |state: &mut State| state.lines.is_empty() && !state.is_closed;
        let (mut state, _) = shared
            .changed
            .wait_timeout_while(shared.lock(), tick, is_idle)
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(line) = state.lines.pop_front() {
            drop(state);
            sink(&line);
            shared.lock().written += 1;
            shared.changed.notify_all();
        } else if state.is_closed {
            break;
        } else {
            drop(state);
            sink("tick");
        }
    }
}
