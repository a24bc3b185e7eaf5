//! Notes who calls the integrated function, and with what.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};

use integration_kit::{Computed, curve, numbered};

/// The notes of one integral.
pub(crate) struct Recorder {
    caller: ThreadId,
    calls: Mutex<Vec<(ThreadId, f64)>>,
}

impl Recorder {
    /// No notes; the calling thread is the one that asks for the integral.
    pub(crate) fn new() -> Self {
        Self {
            caller: thread::current().id(),
            calls: Mutex::new(Vec::new()),
        }
    }

    /// Notes a call and gives what the curve is there.
    pub(crate) fn note(&self, x: f64) -> f64 {
        let call = (thread::current().id(), x);
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        curve(x)
    }

    /// The notes with what came out.
    pub(crate) fn into_computed(self, value: f64) -> Computed {
        let calls = self.calls.into_inner().unwrap_or_else(PoisonError::into_inner);
        let calls = numbered(&self.caller, calls);
        Computed { value, calls }
    }
}
