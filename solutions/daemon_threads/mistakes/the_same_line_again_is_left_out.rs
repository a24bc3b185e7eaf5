//! Mistake: a line that is the same as the one before is left out.
//!
//! Fails: `every_line_is_written_once_in_order` with `wrong_result`.
//! Fails: `log_never_waits` with `wrong_result`.
//! Fails: `flush_returns_when_all_is_written` with `wrong_result`.
//! Fails: `drop_writes_what_is_left` with `wrong_result`.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SendError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Journal {
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
        Self {
            orders: Some(sender),
            writer: Some(thread::spawn(move || write(receiver, sink, tick))),
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
        drop(self.orders.take());
        let _ = self.writer.take().expect("it is there until the drop").join();
    }
}

fn write(orders: Receiver<Order>, mut sink: impl FnMut(&str), tick: Duration) {
    let mut seen = std::collections::HashSet::new();
    loop {
        match orders.recv_timeout(tick) {
            Ok(Order::Line(line)) => {
                if seen.insert(line.clone()) {
                    sink(&line);
                }
            }
            Ok(Order::Flush(done)) => drop(done),
            Err(RecvTimeoutError::Timeout) => sink("tick"),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
}
