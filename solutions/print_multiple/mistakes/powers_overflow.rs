//! Mistake: Fermat test: the product of two remainders does not fit 64 bits.
//!
//! Fails: `primes_are_told_from_others` with `panic`.

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
                let _turn = turn.lock().unwrap();
                for _ in 0..n {
                    print!("{text}");
                }
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
    number == 2
        || number == 3
        || number > 3
            && [2, 3, 5, 7]
                .iter()
                .all(|base| power(base % number, number - 1, number) <= 1)
}

fn power(base: u64, exponent: u64, modulus: u64) -> u64 {
    match exponent {
        0 => 1,
        _ if exponent % 2 == 0 => power(base * base % modulus, exponent / 2, modulus),
        _ => base * power(base, exponent - 1, modulus) % modulus,
    }
}
