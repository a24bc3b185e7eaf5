//! Variant: A lock made of a flag and a condition variable, and a lock for each call instead of
//! one that is shared; the letters of a text are printed one by one where the lock keeps all
//! others out.

use std::io::{self, Write};
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
    let (is_taken, given_back) = (Mutex::new(false), Condvar::new());
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(|| {
                let flag = is_taken.lock().unwrap();
                *given_back.wait_while(flag, |is_taken| *is_taken).unwrap() = true;
                for letter in text.repeat(n).chars() {
                    print!("{letter}");
                }
                *is_taken.lock().unwrap() = false;
                given_back.notify_one();
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
                let is_prime = is_prime(number);
                let mut stdout = io::stdout().lock();
                write!(stdout, "{number} is ").unwrap();
                if !is_prime {
                    write!(stdout, "not ").unwrap();
                }
                writeln!(stdout, "prime").unwrap();
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
