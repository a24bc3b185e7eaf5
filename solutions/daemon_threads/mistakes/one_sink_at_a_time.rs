//! Mistake: a static lock is held while a sink runs, so a slow sink keeps other journals waiting.
//!
//! Fails: `flush_returns_when_all_is_written` with `wrong_result`.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SendError, Sender};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

static ONE_SINK: Mutex<()> = Mutex::new(());

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
    let mut due = Instant::now().checked_add(tick);
    loop {
        let left = due.map_or(Duration::MAX, |due| due.saturating_duration_since(Instant::now()));
        match orders.recv_timeout(left) {
            Ok(Order::Line(line)) => {
                {
                    let _one = ONE_SINK.lock().unwrap_or_else(PoisonError::into_inner);
                    sink(&line);
                }
                due = Instant::now().checked_add(tick);
            }
            Ok(Order::Flush(done)) => drop(done),
            Err(RecvTimeoutError::Timeout) => {
                sink("tick");
                due = Instant::now().checked_add(tick);
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
}
