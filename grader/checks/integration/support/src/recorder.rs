//! Notes each call of the integrated function: the thread and the argument.
//!
//! The notes are kept behind a lock of the real `std`, also when the submission runs under the model. So taking them is
//! no operation of an execution, and the tables that a student sees hold operations of the submission only. Nothing is
//! lost by that, since no verdict depends on the order of the notes.

use std::sync::{Mutex, PoisonError};

use crate::{Call, Computed, curve};

/// The notes of one integral. `I` identifies a thread: the `ThreadId` of the `std` that the check program links.
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

    /// The notes together with the result.
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
