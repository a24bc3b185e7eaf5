//! Variant: a flush is answered when the channel is empty, so it waits for lines that are logged meanwhile as well.

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
    loop {
        let first = match orders.recv_timeout(tick) {
            Ok(order) => order,
            Err(RecvTimeoutError::Timeout) => {
                sink("tick");
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        let mut flushes = Vec::new();
        let mut next = Some(first);
        while let Some(order) = next {
            match order {
                Order::Line(line) => sink(&line),
                Order::Flush(done) => flushes.push(done),
            }
            next = orders.try_recv().ok();
        }
    }
}
