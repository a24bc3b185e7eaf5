//! Variant: each waiting thread leaves a sender in a list, and dropping it wakes the thread. A latch and a round are
//! over when their only sender is dropped.

use std::sync::Mutex;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

pub struct Event(Mutex<State>);

struct State {
    is_set: bool,
    /// Dropped by `set`.
    waiting: Vec<Sender<()>>,
}

impl Event {
    pub fn new() -> Self {
        Self(Mutex::new(State {
            is_set: false,
            waiting: Vec::new(),
        }))
    }

    pub fn set(&self) {
        let mut state = self.0.lock().unwrap();
        state.is_set = true;
        state.waiting.clear();
    }

    pub fn clear(&self) {
        self.0.lock().unwrap().is_set = false;
    }

    pub fn is_set(&self) -> bool {
        self.0.lock().unwrap().is_set
    }

    pub fn wait(&self) {
        if let Some(is_over) = self.line_up() {
            let _ = is_over.recv();
        }
    }

    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        match self.line_up() {
            None => true,
            Some(is_over) => is_over.recv_timeout(timeout) == Err(RecvTimeoutError::Disconnected),
        }
    }

    /// `None` if there is nothing to wait for. A thread that gives up leaves its sender behind, until the next `set`.
    fn line_up(&self) -> Option<Receiver<()>> {
        let mut state = self.0.lock().unwrap();
        if state.is_set {
            return None;
        }
        let (sender, is_over) = bounded(0);
        state.waiting.push(sender);
        Some(is_over)
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

pub struct Latch {
    shut: Mutex<(usize, Option<Sender<()>>)>,
    is_over: Receiver<()>,
}

impl Latch {
    pub fn new(count: usize) -> Self {
        let (sender, is_over) = bounded(0);
        Self {
            shut: Mutex::new((count, (count > 0).then_some(sender))),
            is_over,
        }
    }

    pub fn count_down(&self) {
        let mut shut = self.shut.lock().unwrap();
        shut.0 = shut.0.saturating_sub(1);
        if shut.0 == 0 {
            shut.1 = None;
        }
    }

    pub fn wait(&self) {
        let _ = self.is_over.recv();
    }
}

pub struct Rounds {
    threads: usize,
    round: Mutex<Round>,
}

struct Round {
    here: usize,
    sender: Sender<()>,
    is_over: Receiver<()>,
}

impl Round {
    fn new() -> Self {
        let (sender, is_over) = bounded(0);
        Self {
            here: 0,
            sender,
            is_over,
        }
    }
}

impl Rounds {
    pub fn new(threads: usize) -> Self {
        Self {
            threads,
            round: Mutex::new(Round::new()),
        }
    }

    pub fn wait(&self) -> bool {
        let is_over = {
            let mut round = self.round.lock().unwrap();
            round.here += 1;
            if round.here >= self.threads {
                drop(std::mem::replace(&mut *round, Round::new()).sender);
                return true;
            }
            round.is_over.clone()
        };
        let _ = is_over.recv();
        false
    }
}
