//! A journal whose lines are written by a thread in the background.
//!
//! Whoever logs a line goes on at once, and nothing that was logged is lost. The README beside this crate states the
//! task and its rules.

// What you will probably want from the standard library:
//
//   std::thread::spawn, JoinHandle::join    a thread, and the wait for its end
//   std::sync::mpsc::channel                a queue without a bound, from many threads to one
//   Receiver::recv_timeout                  the next message, or a `RecvTimeoutError` that says why there is none
//   drop(sender)                            when the last sender is gone, the receiver gets what is left, then an error
//   Option::take                            moves a value out of a field, which `Drop` needs: it has only `&mut self`
//   std::time::Instant::checked_add         a deadline, or `None` if it is too far away

use std::time::Duration;

/// Writes lines in the background. When it is dropped, all lines are written and its thread has ended.
pub struct Journal {
    // The fields are yours to choose.
}

impl Journal {
    /// Starts a thread that calls `sink` with each line that is logged, and with `"tick"` whenever nothing was logged
    /// for so long.
    pub fn start(sink: impl FnMut(&str) + Send + 'static, tick: Duration) -> Self {
        let _ = sink;
        todo!("start a thread that writes lines, and ticks after {tick:?}")
    }

    /// Hands a line over, and never waits for the sink.
    ///
    /// If the sink has panicked, the line is lost.
    pub fn log(&self, line: &str) {
        todo!("hand over {line}")
    }

    /// Waits until all lines that were logged before are written.
    pub fn flush(&self) {
        todo!("wait until all is written")
    }
}

impl Drop for Journal {
    /// Waits until everything that was logged is written and the thread has ended.
    fn drop(&mut self) {
        todo!("let the thread write what is left, and wait for its end")
    }
}
