//! Mistake: a second thread ticks, and the sink is shared behind a lock. A tick may come between two lines that wait.
//!
//! Fails: `no_tick_while_a_line_waits` with `wrong_result`.

use std::sync::mpsc::{self, RecvTimeoutError, SendError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub struct Journal {
    orders: Option<Sender<Order>>,
    ticker: Option<(Sender<()>, JoinHandle<()>)>,
    writer: Option<JoinHandle<()>>,
}

enum Order {
    Line(String),
    Flush(Sender<()>),
}

impl Journal {
    pub fn start(sink: impl FnMut(&str) + Send + 'static, tick: Duration) -> Self {
        let sink = Arc::new(Mutex::new(sink));
        let (restart, restarted) = mpsc::channel::<()>();
        let theirs = Arc::clone(&sink);
        let ticker = thread::spawn(move || {
            loop {
                match restarted.recv_timeout(tick) {
                    Ok(()) => {}
                    Err(RecvTimeoutError::Timeout) => theirs.lock().unwrap_or_else(PoisonError::into_inner)("tick"),
                    Err(RecvTimeoutError::Disconnected) => break,
                }
            }
        });
        let (sender, receiver) = mpsc::channel();
        let wake = restart.clone();
        let writer = thread::spawn(move || {
            for order in receiver {
                if let Order::Line(line) = order {
                    let _ = wake.send(());
                    sink.lock().unwrap_or_else(PoisonError::into_inner)(&line);
                }
            }
        });
        Self {
            orders: Some(sender),
            ticker: Some((restart, ticker)),
            writer: Some(writer),
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
        let (restart, ticker) = self.ticker.take().expect("it is there until the drop");
        drop(restart);
        let _ = ticker.join();
    }
}
