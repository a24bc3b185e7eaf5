//! Mistake: the threads are not joined; a pause stands in for that.
//!
//! Fails: `finished_comes_last` with `thread_leak`.

use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

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
    for number in numbers {
        thread::spawn(move || {
            let not = if is_prime(number) { "" } else { "not " };
            println!("{number} is {not}prime");
        });
    }
    thread::sleep(Duration::from_millis(500));
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
