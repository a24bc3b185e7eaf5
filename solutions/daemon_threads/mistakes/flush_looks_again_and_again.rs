//! Mistake: `flush` compares two counts in a loop until all lines are written.
//!
//! Fails: `log_never_waits` with `busy_wait`.
//! Fails: `flush_returns_when_all_is_written` with `busy_wait`.
//! Fails: `a_panicking_sink_hangs_nobody` with `busy_wait`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SendError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Journal {
    logged: AtomicUsize,
    written: Arc<AtomicUsize>,
    orders: Option<Sender<Order>>,
    writer: Option<JoinHandle<()>>,
}

enum Order {
    Line(String),
}

impl Journal {
    pub fn start(sink: impl FnMut(&str) + Send + 'static, tick: Duration) -> Self {
        let (sender, receiver) = mpsc::channel();
        let written = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&written);
        Self {
            logged: AtomicUsize::new(0),
            written,
            orders: Some(sender),
            writer: Some(thread::spawn(move || write(receiver, sink, tick, &theirs))),
        }
    }

    pub fn log(&self, line: &str) {
        self.logged.fetch_add(1, Ordering::SeqCst);
        let _ = self.send(Order::Line(line.to_owned()));
    }

    pub fn flush(&self) {
        let logged = self.logged.load(Ordering::SeqCst);
        while self.written.load(Ordering::SeqCst) < logged {
            thread::yield_now();
        }
    }

    fn send(&self, order: Order) -> Result<(), SendError<Order>> {
        self.orders.as_ref().expect("it is there until the drop").send(order)
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.writer.take().expect("it is there until the drop").join();
    }
}

fn write(orders: Receiver<Order>, mut sink: impl FnMut(&str), tick: Duration, written: &AtomicUsize) {
    loop {
        match orders.recv_timeout(tick) {
            Ok(Order::Line(line)) => {
                sink(&line);
                written.fetch_add(1, Ordering::SeqCst);
            }
            Err(RecvTimeoutError::Timeout) => sink("tick"),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
}
