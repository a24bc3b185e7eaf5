//! Notes who calls the integrated function, and with what.
//!
//! The notes are kept behind a lock of the real `std`, also where the submission runs under the model: taking them is no step
//! of an execution. So the tables that a student sees hold steps of the submission only, and nothing is lost by that, since
//! no verdict depends on the order of the notes.

use std::sync::{Mutex, PoisonError};

use crate::{Call, Computed, curve};

/// The notes of one integral. `I` tells threads apart: the kind of name that threads have in the world of the check.
#[derive(Debug)]
pub struct Recorder<I> {
    caller: I,
    calls: Mutex<Vec<(I, f64)>>,
}

impl<I: PartialEq> Recorder<I> {
    /// No notes; `caller` is the thread that asks for the integral.
    pub fn new(caller: I) -> Self {
        Self {
            caller,
            calls: Mutex::new(Vec::new()),
        }
    }

    /// Notes a call by `thread` and gives what the curve is there.
    pub fn note(&self, thread: I, x: f64) -> f64 {
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push((thread, x));
        curve(x)
    }

    /// The notes with what came out.
    pub fn into_computed(self, value: f64) -> Computed {
        let calls = self.calls.into_inner().unwrap_or_else(PoisonError::into_inner);
        let calls = numbered(&self.caller, calls);
        Computed { value, calls }
    }
}

/// Numbers the threads of `calls`, of which `caller` is 0.
fn numbered<I: PartialEq>(caller: &I, calls: Vec<(I, f64)>) -> Vec<Call> {
    let mut others: Vec<I> = Vec::new();
    let number = |(thread, point)| {
        if thread == *caller {
            return Call { thread: 0, point };
        }
        let known = others.iter().position(|other| *other == thread);
        let thread = known.unwrap_or_else(|| {
            others.push(thread);
            others.len() - 1
        });
        Call {
            thread: thread + 1,
            point,
        }
    };
    calls.into_iter().map(number).collect()
}

#[cfg(test)]
mod tests;
