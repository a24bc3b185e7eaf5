//! Mistake: lines wait in a list of the writer that it empties only when it ticks or is asked to, and not at the end.
//!
//! Fails: `every_line_is_written_once_in_order` with `wrong_result`.
//! Fails: `log_never_waits` with `wrong_result`.
//! Fails: `drop_writes_what_is_left` with `wrong_result`.
//! Fails: `a_panicking_sink_hangs_nobody` with `wrong_result`.
//! Fails: `ticks_come_on_time` with `wrong_result`.
//! Fails: `program_writes_every_line` with `wrong_output`.

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
    let mut lines: Vec<String> = Vec::new();
    loop {
        match orders.recv_timeout(tick) {
            Ok(Order::Line(line)) if lines.len() < 2 => lines.push(line),
            Ok(Order::Line(line)) => {
                lines.drain(..).for_each(|line| sink(&line));
                sink(&line);
            }
            Ok(Order::Flush(done)) => {
                lines.drain(..).for_each(|line| sink(&line));
                drop(done);
            }
            Err(RecvTimeoutError::Timeout) if lines.is_empty() => sink("tick"),
            Err(RecvTimeoutError::Timeout) => lines.drain(..).for_each(|line| sink(&line)),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
}
