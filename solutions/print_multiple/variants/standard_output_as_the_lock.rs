//! Variant: Standard output itself is the lock of `in_blocks`, which is right as long as there
//! is no outsider. A newline follows each copy.

use std::io::{self, Write};
use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::thread;

pub fn mixed(texts: &[&str], n: usize) {
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(move || {
                for _ in 0..n {
                    println!("{text}");
                }
            });
        }
    });
}

pub fn in_blocks(texts: &[&str], n: usize) {
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(move || {
                let mut stdout = io::stdout().lock();
                (0..n).for_each(|_| writeln!(stdout, "{text}").unwrap());
                stdout.flush().unwrap();
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
                    println!("{text}");
                }
            });
        }
        scope.spawn(|| {
            for _ in 0..n {
                println!("{outsider}");
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
    match number {
        0 | 1 => false,
        2 | 3 => true,
        _ if number % 2 == 0 || number % 3 == 0 => false,
        _ => (5..=number.isqrt())
            .step_by(6)
            .all(|divisor| number % divisor != 0 && number % (divisor + 2) != 0),
    }
}
