//! Variant: threads that own their texts and are joined one by one, and a lock in an `Arc`. Everything is written into
//! the handle of standard output, with a newline after each copy.

use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

fn start(text: &str, n: usize, turn: Option<Arc<Mutex<()>>>) -> JoinHandle<()> {
    let line = format!("{text}\n");
    thread::spawn(move || {
        let _turn = turn.as_ref().map(|turn| turn.lock().unwrap());
        for _ in 0..n {
            io::stdout().write_all(line.as_bytes()).unwrap();
        }
    })
}

fn join_all(threads: Vec<JoinHandle<()>>) {
    for thread in threads {
        thread.join().unwrap();
    }
}

pub fn mixed(texts: &[&str], n: usize) {
    join_all(texts.iter().map(|text| start(text, n, None)).collect());
}

fn start_blocks(texts: &[&str], n: usize) -> Vec<JoinHandle<()>> {
    let turn = Arc::new(Mutex::new(()));
    texts
        .iter()
        .map(|text| start(text, n, Some(Arc::clone(&turn))))
        .collect()
}

pub fn in_blocks(texts: &[&str], n: usize) {
    join_all(start_blocks(texts, n));
}

pub fn with_an_outsider(texts: &[&str], outsider: &str, n: usize) {
    let mut threads = vec![start(outsider, n, None)];
    threads.extend(start_blocks(texts, n));
    join_all(threads);
}

pub fn print_primes(numbers: RangeInclusive<u64>) {
    join_all(
        numbers
            .map(|number| {
                thread::spawn(move || {
                    let not = if is_prime(number) { "" } else { "not " };
                    writeln!(io::stdout(), "{number} is {not}prime").unwrap();
                })
            })
            .collect(),
    );
    println!("all threads finished");
}

fn is_prime(number: u64) -> bool {
    number > 1 && (2..=number.isqrt()).all(|divisor| number % divisor != 0)
}
