//! Variant: One lock for the whole program, in a static. All threads of `mixed` wait until
//! everybody is there, and a space follows each copy of a block.

use std::ops::RangeInclusive;
use std::sync::{Barrier, Mutex};
use std::thread;

pub fn mixed(texts: &[&str], n: usize) {
    let start = &Barrier::new(texts.len().max(1));
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(move || {
                start.wait();
                for _ in 0..n {
                    print!("{text}");
                }
            });
        }
    });
}

static TURN: Mutex<()> = Mutex::new(());

pub fn in_blocks(texts: &[&str], n: usize) {
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(move || {
                let turn = TURN.lock();
                let mut left = n;
                while left > 0 {
                    print!("{text} ");
                    left -= 1;
                }
                drop(turn);
            });
        }
    });
}

pub fn with_an_outsider(texts: &[&str], outsider: &str, n: usize) {
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(move || {
                let _turn = TURN.lock().unwrap();
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
