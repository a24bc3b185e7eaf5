//! Mistake: the thread is not joined: when the journal has been dropped, lines may still be on their way.
//!
//! Fails: `every_line_is_written_once_in_order` with `thread_leak`.
//! Fails: `log_never_waits` with `thread_leak`.
//! Fails: `flush_returns_when_all_is_written` with `thread_leak`.
//! Fails: `drop_writes_what_is_left` with `thread_leak`.
//! Fails: `a_panicking_sink_hangs_nobody` with `thread_leak`.
//! Fails: `ticks_come_on_time` with `thread_leak`.
//! Fails: `no_tick_while_a_line_waits` with `thread_leak`.
//! Fails: `program_writes_every_line` with `wrong_output`.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SendError, Sender};
use std::thread;
use std::time::Duration;

pub struct Journal {
    orders: Option<Sender<Order>>,
}

enum Order {
    Line(String),
    Flush(Sender<()>),
}

impl Journal {
    pub fn start(sink: impl FnMut(&str) + Send + 'static, tick: Duration) -> Self {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || write(receiver, sink, tick));
        Self { orders: Some(sender) }
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
    }
}

fn write(orders: Receiver<Order>, mut sink: impl FnMut(&str), tick: Duration) {
    loop {
        match orders.recv_timeout(tick) {
            Ok(Order::Line(line)) => sink(&line),
            Ok(Order::Flush(done)) => drop(done),
            Err(RecvTimeoutError::Timeout) => sink("tick"),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
}
