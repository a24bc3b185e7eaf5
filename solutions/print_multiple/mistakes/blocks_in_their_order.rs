//! Mistake: the threads wait for their turns, in the order of the texts.
//!
//! Fails: `any_block_may_be_first` with `over_serialized`.

use std::ops::RangeInclusive;
use std::sync::{Condvar, Mutex};
use std::thread;

pub fn mixed(texts: &[&str], n: usize) {
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(move || {
                for _ in 0..n {
                    print!("{text}");
                }
            });
        }
    });
}

pub fn in_blocks(texts: &[&str], n: usize) {
    let (next, changed) = (Mutex::new(0), Condvar::new());
    thread::scope(|scope| {
        for (number, text) in texts.iter().enumerate() {
            let (next, changed) = (&next, &changed);
            scope.spawn(move || {
                let next = next.lock().unwrap();
                let mut next = changed.wait_while(next, |next| *next != number).unwrap();
                for _ in 0..n {
                    print!("{text}");
                }
                *next += 1;
                changed.notify_all();
            });
        }
    });
}

pub fn with_an_outsider(texts: &[&str], outsider: &str, n: usize) {
    let turn = &Mutex::new(());
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(move || {
                let _turn = turn.lock().unwrap();
                for _ in 0..n {
                    print!("{text}");
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..n {
                print!("{outsider}");
            }
        });
    });
}

pub fn print_primes(numbers: RangeInclusive<u64>) {
    thread::scope(|scope| {
        for number in numbers {
            scope.spawn(move || {
                if is_prime(number) {
                    println!("{number} is prime");
                } else {
                    println!("{number} is not prime");
                }
            });
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
