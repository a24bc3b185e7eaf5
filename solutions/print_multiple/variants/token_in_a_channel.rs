//! Variant: A token in a channel is the lock. Blocks come out of one call each, where nobody
//! may come inside, and threads are joined by their handles.

use std::ops::RangeInclusive;
use std::thread;

pub fn mixed(texts: &[&str], n: usize) {
    let threads: Vec<_> = texts
        .iter()
        .map(|text| {
            let text = text.to_string();
            thread::spawn(move || (0..n).for_each(|_| print!("{text}")))
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

pub fn in_blocks(texts: &[&str], n: usize) {
    thread::scope(|scope| {
        for text in texts {
            scope.spawn(move || print!("{}", text.repeat(n)));
        }
    });
}

pub fn with_an_outsider(texts: &[&str], outsider: &str, n: usize) {
    let (give, take) = crossbeam_channel::bounded(1);
    give.send(()).unwrap();
    let print = |text: &str| (0..n).for_each(|_| print!("{text}"));
    thread::scope(|scope| {
        scope.spawn(|| print(outsider));
        for text in texts {
            scope.spawn(|| {
                let token = take.recv().unwrap();
                print(text);
                give.send(token).unwrap();
            });
        }
    });
}

pub fn print_primes(numbers: RangeInclusive<u64>) {
    let mut threads = Vec::new();
    for number in numbers {
        threads.push(thread::spawn(move || {
            let line = format!("{number} is {}\n", if is_prime(number) { "prime" } else { "not prime" });
            print!("{line}");
        }));
    }
    while let Some(thread) = threads.pop() {
        thread.join().unwrap();
    }
    print!("all threads finished\n");
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
