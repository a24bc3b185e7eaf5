//! Variant: a `flush` sends a value whose drop wakes its sender, whether the thread has read it or has died.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

struct Wake(Arc<AtomicBool>, Thread);

impl Drop for Wake {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
        self.1.unpark();
    }
}

enum Message {
    Line(Arc<str>),
    Flush(#[expect(dead_code, reason = "only its drop matters")] Wake),
}

pub struct Journal {
    messages: Option<Sender<Message>>,
    thread: Option<JoinHandle<()>>,
}

fn next(messages: &Receiver<Message>, deadline: Option<Instant>) -> Result<Message, RecvTimeoutError> {
    match deadline {
        Some(deadline) => messages.recv_timeout(deadline.saturating_duration_since(Instant::now())),
        None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
    }
}

impl Journal {
    pub fn start(mut sink: impl FnMut(&str) + Send + 'static, tick: Duration) -> Self {
        let (sender, messages) = channel();
        let thread = thread::Builder::new().name("journal".into());
        let thread = thread.spawn(move || {
            let mut deadline = Instant::now().checked_add(tick);
            loop {
                match next(&messages, deadline) {
                    Ok(Message::Line(line)) => {
                        sink(&line);
                        deadline = Instant::now().checked_add(tick);
                    }
                    Ok(Message::Flush(wake)) => drop(wake),
                    Err(RecvTimeoutError::Timeout) => {
                        deadline = Instant::now().checked_add(tick);
                        sink("tick");
                    }
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        });
        Journal {
            messages: Some(sender),
            thread: Some(thread.unwrap()),
        }
    }

    pub fn log(&self, line: &str) {
        let _ = self.messages.as_ref().unwrap().send(Message::Line(line.into()));
    }

    pub fn flush(&self) {
        let done = Arc::new(AtomicBool::new(false));
        let wake = Wake(Arc::clone(&done), thread::current());
        let _ = self.messages.as_ref().unwrap().send(Message::Flush(wake));
        while !done.load(Ordering::Acquire) {
            thread::park();
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.messages = None;
        if let Some(thread) = self.thread.take()
            && let Err(payload) = thread.join()
            && !thread::panicking()
        {
            std::panic::resume_unwind(payload);
        }
    }
}
