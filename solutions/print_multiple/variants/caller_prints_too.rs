//! Variant: The calling thread is one of those that print: the last text, the outsider, and the
//! first number.

use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, RwLock};
use std::thread;

pub fn mixed(texts: &[&str], n: usize) {
    thread::scope(|scope| {
        let Some((last, others)) = texts.split_last() else {
            return;
        };
        for text in others {
            scope.spawn(move || copies(text, n));
        }
        copies(last, n);
    });
}

fn copies(text: &str, n: usize) {
    for _ in 0..n {
        print!("{text}");
    }
}

pub fn in_blocks(texts: &[&str], n: usize) {
    let turn = Arc::new(Mutex::new(n));
    let threads: Vec<_> = texts
        .iter()
        .map(|text| {
            let (text, turn) = (text.to_string(), Arc::clone(&turn));
            thread::spawn(move || {
                let times = turn.lock().unwrap();
                copies(&text, *times);
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

pub fn with_an_outsider(texts: &[&str], outsider: &str, n: usize) {
    let turn = RwLock::new(());
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(|| {
                let turn = turn.write().unwrap();
                copies(text, n);
                drop(turn);
            });
        }
        copies(outsider, n);
    });
}

pub fn print_primes(numbers: RangeInclusive<u64>) {
    let tell = |number: u64| println!("{number} is {}prime", if is_prime(number) { "" } else { "not " });
    let mut numbers = numbers;
    let first = numbers.next();
    thread::scope(|scope| {
        for number in numbers {
            scope.spawn(move || tell(number));
        }
        if let Some(first) = first {
            tell(first);
        }
    });
    println!("all threads finished");
}

fn is_prime(number: u64) -> bool {
    if number < 2 {
        return false;
    }
    let mut divisor = 2;
    while divisor <= number / divisor {
        if number % divisor == 0 {
            return false;
        }
        divisor += 1;
    }
    true
}
