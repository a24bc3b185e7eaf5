//! Many executions cost no more memory than one.

#![cfg(target_os = "linux")]

use model_std::model::Bounds;
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, LazyLock, Mutex};
use model_std::thread;

use outcomes::Explorer;

/// The size of a page on every Linux that runs these tests.
const PAGE: usize = 4096;

/// The resident memory of this process, in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux has it");
    let pages: usize = statm
        .split(' ')
        .nth(1)
        .expect("the second number")
        .parse()
        .expect("a number");
    pages * PAGE
}

/// Runs `body` `n` times and returns by how much the resident memory grew after the first hundredth of them.
fn growth(n: u64, body: impl Fn() + 'static) -> usize {
    let bounds = Bounds {
        preemptions: 0,
        executions: 1,
        random: n,
        ..Bounds::default()
    };
    let (mut index, mut early) = (0, 0);
    let coverage = Explorer {
        bounds,
        ..Explorer::default()
    }
    .each(body, |_| {
        index += 1;
        if index == n / 100 {
            early = resident();
        }
    });
    assert_eq!(coverage.random, n);
    resident().saturating_sub(early)
}

#[test]
fn a_hundred_thousand_executions_keep_the_resident_memory_flat() {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    static LAZY: LazyLock<Mutex<usize>> = LazyLock::new(|| Mutex::new(1));
    let grown = growth(100_000, || {
        let mutex = Arc::new(Mutex::new(vec![0; 64]));
        let threads = [1, 2].map(|id| {
            let mutex = Arc::clone(&mutex);
            thread::spawn(move || {
                mutex.lock().unwrap().push(id);
                COUNT.fetch_add(id, SeqCst);
            })
        });
        *LAZY.lock().unwrap() += 1;
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
    assert!(grown < 4 << 20, "{grown} bytes");
}

#[test]
fn an_execution_that_is_cut_short_leaks_only_what_it_owned() {
    let grown = growth(10_000, || {
        let mutex = Mutex::new(0);
        thread::spawn(thread::park);
        let _held = mutex.lock();
        drop(mutex.lock());
    });
    assert!(grown < 8 << 20, "{grown} bytes");
}

#[test]
fn what_the_budget_cannot_pay_for_is_not_kept() {
    let before = resident();
    let bounds = Bounds {
        preemptions: 3,
        executions: 2_000,
        random: 0,
        ..Bounds::default()
    };
    let coverage = Explorer {
        bounds,
        ..Explorer::default()
    }
    .each(
        || {
            let counter = Arc::new(AtomicUsize::new(0));
            let threads = [1, 2, 3, 4].map(|id| {
                let counter = Arc::clone(&counter);
                thread::spawn(move || (0..40).for_each(|_| assert!(counter.fetch_add(id, SeqCst) < 1000)))
            });
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        },
        drop,
    );
    assert!(!coverage.complete);
    let grown = resident().saturating_sub(before);
    assert!(grown < 32 << 20, "{grown} bytes");
}
