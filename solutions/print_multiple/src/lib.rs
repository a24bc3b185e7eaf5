//! Threads that print: mixed, in blocks, and in blocks with somebody who takes no lock.
//!
//! `print!` locks standard output while it prints, so a copy of a text always comes out whole. What
//! belongs together beyond that, a block, needs a lock that is held from its first copy to its last.

use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::thread;

/// Lets one thread for each of `texts` print its text `n` times. No thread waits for another.
pub fn mixed(texts: &[&str], n: usize) {
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(move || print_copies(text, n));
        }
    });
}

/// Lets one thread for each of `texts` print its text `n` times, so that all copies of a text stand
/// together.
pub fn in_blocks(texts: &[&str], n: usize) {
    // One lock for all threads. It guards no value but the right to print a block. A lock in each
    // thread would keep nobody out, since no other thread would ask for it.
    let turn = Mutex::new(());
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(|| print_block(&turn, text, n));
        }
    });
}

/// As [`in_blocks`], beside a thread that prints `outsider` `n` times and takes no lock.
pub fn with_an_outsider(texts: &[&str], outsider: &str, n: usize) {
    let turn = Mutex::new(());
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(|| print_block(&turn, text, n));
        }
        // This thread does not ask for the lock, so the lock means nothing to it. With
        // `io::stdout().lock()` as the lock of the blocks it would have to wait: every `print!` takes
        // that one.
        scope.spawn(|| print_copies(outsider, n));
    });
}

/// Prints all copies of `text` while it has the lock.
fn print_block(turn: &Mutex<()>, text: &str, n: usize) {
    // The guard has a name, so it lives until the end of this function. A lock that was taken in the
    // loop would be given back after each copy.
    let _turn = turn.lock().expect("no thread panics while it prints");
    print_copies(text, n);
}

fn print_copies(text: &str, n: usize) {
    for _ in 0..n {
        print!("{text}");
    }
}

/// Lets one thread for each of `numbers` print whether that is prime, and says when all have ended.
pub fn print_primes(numbers: RangeInclusive<u64>) {
    thread::scope(|scope| {
        // A range is an iterator, and this one does not overflow where it ends with `u64::MAX`.
        for number in numbers {
            scope.spawn(move || {
                let not = if is_prime(number) { "" } else { "not " };
                // One call and so one whole line: between two calls, another thread may print.
                println!("{number} is {not}prime");
            });
        }
    });
    // Behind the scope all threads have ended. Inside, this would only be after the last spawn.
    println!("all threads finished");
}

fn is_prime(number: u64) -> bool {
    // Of two factors, one is at most the square root. `divisor <= number / divisor` says the same as
    // `divisor * divisor <= number`, but cannot overflow.
    number >= 2
        && (2..)
            .take_while(|divisor| *divisor <= number / divisor)
            .all(|divisor| !number.is_multiple_of(divisor))
}
