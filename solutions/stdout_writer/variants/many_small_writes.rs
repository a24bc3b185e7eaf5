//! Variant: a part is written in several calls, with standard output locked around them and flushed
//! after them.

use std::io::{self, Write};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    let lock = Mutex::new(());
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let lock = &lock;
            scope.spawn(move || {
                let _guard = lock.lock().unwrap();
                write_line(index + 1, *pause).unwrap();
            });
        }
    });
}

pub fn two_at_a_time(pauses: &[Duration]) {
    let semaphore = Semaphore {
        permits: Mutex::new(2),
        returned: Condvar::new(),
    };
    thread::scope(|scope| {
        for (index, pause) in pauses.iter().enumerate() {
            let semaphore = &semaphore;
            scope.spawn(move || {
                let _permit = semaphore.acquire();
                write_line(index + 1, *pause).unwrap();
            });
        }
    });
}

struct Semaphore {
    permits: Mutex<usize>,
    returned: Condvar,
}

impl Semaphore {
    fn acquire(&self) -> Permit<'_> {
        let mut permits = self.permits.lock().unwrap();
        while *permits == 0 {
            permits = self.returned.wait(permits).unwrap();
        }
        *permits -= 1;
        Permit(self)
    }
}

struct Permit<'a>(&'a Semaphore);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.permits.lock().unwrap() += 1;
        self.0.returned.notify_one();
    }
}

fn write_line(number: usize, pause: Duration) -> io::Result<()> {
    write_part(&["Thread-", &number.to_string(), " writing", ".."])?;
    thread::sleep(pause);
    write_part(&["..", "done", "\n"])
}

fn write_part(pieces: &[&str]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for piece in pieces {
        out.write_all(piece.as_bytes())?;
    }
    out.flush()
}
