//! Mistake: all flushes wait at the same channel, and take each other's answers.
//!
//! Fails: `flush_returns_when_all_is_written` with `race`.

use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SendError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Journal {
    orders: Option<Sender<Order>>,
    answers: Mutex<Receiver<()>>,
    writer: Option<JoinHandle<()>>,
}

enum Order {
    Line(String),
    Flush,
}

impl Journal {
    pub fn start(sink: impl FnMut(&str) + Send + 'static, tick: Duration) -> Self {
        let (sender, receiver) = mpsc::channel();
        let (done, answers) = mpsc::channel();
        Self {
            answers: Mutex::new(answers),
            orders: Some(sender),
            writer: Some(thread::spawn(move || write(receiver, sink, tick, done))),
        }
    }

    pub fn log(&self, line: &str) {
        let _ = self.send(Order::Line(line.to_owned()));
    }

    pub fn flush(&self) {
        let _ = self.send(Order::Flush);
        let _ = self.answers.lock().unwrap().recv();
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

fn write(orders: Receiver<Order>, mut sink: impl FnMut(&str), tick: Duration, done: Sender<()>) {
    loop {
        match orders.recv_timeout(tick) {
            Ok(Order::Line(line)) => sink(&line),
            Ok(Order::Flush) => {
                let _ = done.send(());
            }
            Err(RecvTimeoutError::Timeout) => sink("tick"),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
}
