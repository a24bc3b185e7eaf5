//! Variant: primes are told by the test of Miller and Rabin, with as many bases as 64 bits need.

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
    if number % 2 == 0 {
        return number == 2;
    }
    let shift = (number - 1).trailing_zeros();
    [2_u64, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37].iter().all(|&base| {
        if base % number == 0 {
            return true;
        }
        let mut x = power(base, (number - 1) >> shift, number);
        if x == 1 || x == number - 1 {
            return true;
        }
        (1..shift).any(|_| {
            x = (u128::from(x) * u128::from(x) % u128::from(number)) as u64;
            x == number - 1
        })
    })
}

fn power(base: u64, exponent: u64, modulus: u64) -> u64 {
    let modulus = u128::from(modulus);
    let (mut base, mut exponent, mut result) = (u128::from(base) % modulus, exponent, 1_u128);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % modulus;
        }
        base = base * base % modulus;
        exponent >>= 1;
    }
    result as u64
}
