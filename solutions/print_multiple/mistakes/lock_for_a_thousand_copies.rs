//! Mistake: the lock is given back after each thousand copies.
//!
//! Fails: `blocks_are_solid` with `wrong_output`.

use std::ops::RangeInclusive;
use std::sync::Mutex;
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
    let turn = &Mutex::new(());
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(move || {
                let mut left = n;
                while left > 0 {
                    let _turn = turn.lock().unwrap();
                    for _ in 0..left.min(1000) {
                        print!("{text}");
                    }
                    left -= left.min(1000);
                }
            });
        }
    });
}

pub fn with_an_outsider(texts: &[&str], outsider: &str, n: usize) {
    thread::scope(|scope| {
        scope.spawn(move || {
            for _ in 0..n {
                print!("{outsider}");
            }
        });
        in_blocks(texts, n);
    });
}

pub fn print_primes(numbers: RangeInclusive<u64>) {
    thread::scope(|scope| {
        for number in numbers {
            scope.spawn(move || {
                let not = if is_prime(number) { "" } else { "not " };
                println!("{number} is {not}prime");
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
