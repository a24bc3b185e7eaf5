//! A journal made of a channel and a thread that receives from it.
//!
//! Everything that happens to the journal is a message: a line, or the wish to know when all lines before are written.
//! The end is no message but the end of the channel: when the sender is dropped, the thread receives what is left, then
//! learns that there will be nothing more. So no flag has to be looked at, and nothing can be overlooked.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Writes lines in the background. When it is dropped, all lines are written and its thread has ended.
pub struct Journal {
    /// `None` once the journal is being dropped.
    orders: Option<Sender<Order>>,
    writer: Option<JoinHandle<()>>,
}

/// What the writer is told.
enum Order {
    Line(String),
    /// Orders are received one after the other, so when this one comes, all lines before it are written. Dropping the
    /// sender says so.
    Flush(Sender<()>),
}

impl Journal {
    /// Starts a thread that calls `sink` with each line that is logged, and with `"tick"` whenever nothing was logged
    /// for so long.
    pub fn start(sink: impl FnMut(&str) + Send + 'static, tick: Duration) -> Self {
        let (sender, receiver) = mpsc::channel();
        Self {
            orders: Some(sender),
            writer: Some(thread::spawn(move || write(&receiver, sink, tick))),
        }
    }

    /// Hands a line over, and never waits for the sink.
    pub fn log(&self, line: &str) {
        // The queue has no bound, so this does not wait. It fails if the writer has ended, which only a panic of the
        // sink can bring about. Then nobody is there to write the line.
        if let Some(orders) = &self.orders {
            let _ = orders.send(Order::Line(line.to_owned()));
        }
    }

    /// Waits until all lines that were logged before are written.
    pub fn flush(&self) {
        let (done, written) = mpsc::channel();
        if let Some(orders) = &self.orders {
            let _ = orders.send(Order::Flush(done));
        }
        // An error is what is waited for: the other end is dropped by the writer, or together with the queue if the
        // writer has panicked, or right above if it could not be sent at all.
        let _ = written.recv();
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // First the end of the channel, then the wait. The other way round, the writer would wait for the sender and
        // the sender for the writer.
        drop(self.orders.take());
        if let Some(writer) = self.writer.take() {
            // The sink's panic has been reported by its own thread. A second panic while this one unwinds would abort
            // the process.
            let _ = writer.join();
        }
    }
}

/// Writes what is ordered, until the journal is dropped.
fn write(orders: &Receiver<Order>, mut sink: impl FnMut(&str), tick: Duration) {
    // A tick so far away that no `Instant` can name it never comes.
    let due = || Instant::now().checked_add(tick);
    let mut next_tick = due();
    loop {
        match receive(orders, next_tick) {
            Ok(Order::Line(line)) => {
                sink(&line);
                next_tick = due();
            }
            Ok(Order::Flush(done)) => drop(done),
            Err(RecvTimeoutError::Timeout) => {
                sink("tick");
                next_tick = due();
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
}

/// The next order, which comes before a tick that is due at the same time: lines that wait are written first.
fn receive(orders: &Receiver<Order>, next_tick: Option<Instant>) -> Result<Order, RecvTimeoutError> {
    match next_tick {
        Some(due) => orders.recv_timeout(due.saturating_duration_since(Instant::now())),
        None => orders.recv().map_err(RecvTimeoutError::from),
    }
}
