//! Variant: three channels of crossbeam, for lines, for flushes and for the time, and a `select!` that waits for all of
//! them.

use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Sender, after, bounded, never, select, unbounded};

pub struct Journal {
    lines: Option<Sender<String>>,
    flushes: Sender<Sender<()>>,
    writer: Option<JoinHandle<()>>,
}

impl Journal {
    pub fn start(mut sink: impl FnMut(&str) + Send + 'static, tick: Duration) -> Self {
        let (lines, logged) = unbounded::<String>();
        let (flushes, asked) = unbounded::<Sender<()>>();
        let writer = thread::spawn(move || {
            loop {
                let timeout = if tick == Duration::MAX { never() } else { after(tick) };
                select! {
                    recv(logged) -> line => match line {
                        Ok(line) => sink(&line),
                        Err(_) => break,
                    },
                    recv(asked) -> done => {
                        // What was logged before the flush is in the channel already.
                        logged.try_iter().take(logged.len()).for_each(|line| sink(&line));
                        drop(done);
                    }
                    recv(timeout) -> _ => match logged.try_recv() {
                        Ok(line) => sink(&line),
                        Err(_) => sink("tick"),
                    },
                }
            }
        });
        Self {
            lines: Some(lines),
            flushes,
            writer: Some(writer),
        }
    }

    pub fn log(&self, line: &str) {
        if let Some(lines) = &self.lines {
            let _ = lines.send(line.to_owned());
        }
    }

    pub fn flush(&self) {
        let (done, written) = bounded(0);
        let _ = self.flushes.send(done);
        let _ = written.recv();
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.lines = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}
