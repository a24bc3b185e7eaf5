//! Variant: everything shared is static, as in the Python original; each call sets the numbering
//! back, and each thread gives its permit back.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::Duration;

static TURN: Mutex<()> = Mutex::new(());
static STARTED: AtomicUsize = AtomicUsize::new(0);
static INSIDE: Mutex<usize> = Mutex::new(0);
static LEFT: Condvar = Condvar::new();

pub fn one_at_a_time(pauses: &[Duration]) {
    start_threads(pauses, |number, pause| {
        let _turn = TURN.lock().unwrap();
        write_line(number, pause);
    });
}

pub fn two_at_a_time(pauses: &[Duration]) {
    start_threads(pauses, |number, pause| {
        *LEFT.wait_while(INSIDE.lock().unwrap(), |inside| *inside == 2).unwrap() += 1;
        write_line(number, pause);
        *INSIDE.lock().unwrap() -= 1;
        LEFT.notify_all();
    });
}

fn start_threads(pauses: &[Duration], write: fn(usize, Duration)) {
    STARTED.store(0, Ordering::Relaxed);
    let handles: Vec<_> = pauses
        .iter()
        .map(|&pause| {
            let number = STARTED.fetch_add(1, Ordering::Relaxed) + 1;
            thread::spawn(move || write(number, pause))
        })
        .collect();
    for handle in handles {
        handle.join().unwrap();
    }
}

fn write_line(number: usize, pause: Duration) {
    print!("Thread-{number} writing..");
    thread::sleep(pause);
    println!("..done");
}
