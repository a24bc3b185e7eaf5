//! Variant: a panic of the sink ends nothing. The writer keeps the payload and goes on, and the drop passes the first
//! one on.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SendError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

pub struct Journal {
    orders: Option<Sender<Order>>,
    writer: Option<JoinHandle<Option<Payload>>>,
}

type Payload = Box<dyn Any + Send>;

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
        let outcome = self.writer.take().expect("it is there until the drop").join();
        if let Ok(Some(payload)) = outcome
            && !thread::panicking()
        {
            panic::resume_unwind(payload);
        }
    }
}

fn write(orders: Receiver<Order>, mut sink: impl FnMut(&str), tick: Duration) -> Option<Payload> {
    let mut first = None;
    let mut call = |line: &str| {
        if let Err(payload) = panic::catch_unwind(AssertUnwindSafe(|| sink(line))) {
            first.get_or_insert(payload);
        }
    };
    let mut due = Instant::now().checked_add(tick);
    loop {
        let left = due.map_or(Duration::MAX, |due| due.saturating_duration_since(Instant::now()));
        match orders.recv_timeout(left) {
            Ok(Order::Line(line)) => {
                due = Instant::now().checked_add(tick);
                call(&line);
            }
            Ok(Order::Flush(done)) => drop(done),
            Err(RecvTimeoutError::Timeout) => {
                due = Instant::now().checked_add(tick);
                call("tick");
            }
            Err(RecvTimeoutError::Disconnected) => return first,
        }
    }
}
