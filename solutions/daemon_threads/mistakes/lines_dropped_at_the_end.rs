//! Mistake: a flag ends the thread at once, whatever still waits in the channel.
//!
//! Fails: `every_line_is_written_once_in_order` with `wrong_result`.
//! Fails: `log_never_waits` with `wrong_result`.
//! Fails: `drop_writes_what_is_left` with `wrong_result`.
//! Fails: `a_panicking_sink_hangs_nobody` with `wrong_result`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SendError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Journal {
    is_over: Arc<AtomicBool>,
    orders: Option<Sender<Order>>,
    writer: Option<JoinHandle<()>>,
}

enum Order {
    Line(String),
    Flush(Sender<()>),
}

impl Journal {
    pub fn start(sink: impl FnMut(&str) + Send + 'static, tick: Duration) -> Self {
        let (sender, receiver) = mpsc::channel();
        let is_over = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&is_over);
        Self {
            is_over,
            orders: Some(sender),
            writer: Some(thread::spawn(move || write(receiver, sink, tick, &theirs))),
        }
    }

    pub fn log(&self, line: &str) {
        let _ = self.send(Order::Line(line.to_owned()));
    }

    pub fn flush(&self) {
        let (done, written) = mpsc::channel();
        let _ = self.send(Order::Flush(done));
        let _ = written.recv();
    }

    fn send(&self, order: Order) -> Result<(), SendError<Order>> {
        self.orders.as_ref().expect("it is there until the drop").send(order)
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        drop(self.orders.take());
        let _ = self.writer.take().expect("it is there until the drop").join();
    }
}

fn write(orders: Receiver<Order>, mut sink: impl FnMut(&str), tick: Duration, is_over: &AtomicBool) {
    while !is_over.load(Ordering::SeqCst) {
        match orders.recv_timeout(tick) {
            Ok(Order::Line(line)) => sink(&line),
            Ok(Order::Flush(done)) => drop(done),
            Err(RecvTimeoutError::Timeout) => sink("tick"),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
}
