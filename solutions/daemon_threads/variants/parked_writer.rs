//! Variant: the thread parks, with a timeout until the next tick, and is unparked by whoever logs. Who flushes is
//! unparked in turn.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub struct Journal {
    shared: Arc<Mutex<State>>,
    writer: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    lines: VecDeque<String>,
    logged: u64,
    written: u64,
    /// Who waits, and for which line.
    flushing: Vec<(u64, thread::Thread)>,
    is_closed: bool,
    has_ended: bool,
}

impl State {
    /// Wakes those who waited for a line that is written.
    fn wake(&mut self) {
        let (written, has_ended) = (self.written, self.has_ended);
        self.flushing.retain(|(line, thread)| {
            let waits = *line > written && !has_ended;
            if !waits {
                thread.unpark();
            }
            waits
        });
    }
}

impl Journal {
    pub fn start(sink: impl FnMut(&str) + Send + 'static, tick: Duration) -> Self {
        let shared = Arc::new(Mutex::new(State::default()));
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
        let mut state = self.shared.lock().unwrap();
        if state.has_ended {
            return;
        }
        state.lines.push_back(line.to_owned());
        state.logged += 1;
        drop(state);
        self.wake_the_writer();
    }

    pub fn flush(&self) {
        let mut state = self.shared.lock().unwrap();
        let line = state.logged;
        state.flushing.push((line, thread::current()));
        while state.written < line && !state.has_ended {
            drop(state);
            thread::park();
            state = self.shared.lock().unwrap();
        }
        state
            .flushing
            .retain(|(_, thread)| thread.id() != thread::current().id());
    }

    fn wake_the_writer(&self) {
        if let Some(writer) = &self.writer {
            writer.thread().unpark();
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.shared.lock().unwrap().is_closed = true;
        self.wake_the_writer();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// Tells those that wait when the writer ends, also by a panic.
struct Ended<'a>(&'a Mutex<State>);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock().unwrap();
        state.has_ended = true;
        state.wake();
    }
}

fn write(shared: &Mutex<State>, mut sink: impl FnMut(&str), tick: Duration) {
    let mut last = Instant::now();
    loop {
        let mut state = shared.lock().unwrap();
        let line = state.lines.pop_front();
        let is_closed = state.is_closed;
        drop(state);
        if let Some(line) = line {
            sink(&line);
            last = Instant::now();
            let mut state = shared.lock().unwrap();
            state.written += 1;
            state.wake();
        } else if is_closed {
            break;
        } else {
            let left = tick.saturating_sub(last.elapsed());
            if left.is_zero() {
                sink("tick");
                last = Instant::now();
            } else {
                thread::park_timeout(left);
            }
        }
    }
}
