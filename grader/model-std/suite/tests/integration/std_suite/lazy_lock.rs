//! `LazyLock`: when its function runs, for which threads, and panics.

use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::sync::{Arc, LazyLock, Mutex};
use super::library::thread;
use super::{Counted, comes_to, message, message_of};

#[test]
fn a_lazy_function_runs_once_at_the_first_use() {
    let body = || {
        let n_called = AtomicUsize::new(0);
        let lazy = LazyLock::new(|| {
            n_called.fetch_add(1, SeqCst);
            92
        });
        let before = (n_called.load(SeqCst), format!("{lazy:?}"));
        let sum = *lazy + *LazyLock::force(&lazy);
        (before, sum, n_called.load(SeqCst), format!("{lazy:?}"))
    };
    let shown = |text: &str| text.to_owned();
    comes_to(
        body,
        [((0, shown("LazyLock(<uninit>)")), 184, 1, shown("LazyLock(92)"))],
    );
}

#[test]
fn a_lazy_function_runs_once_for_several_threads() {
    let body = || {
        let n_called = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&n_called);
        let lazy = Arc::new(LazyLock::new(move || counted.fetch_add(1, SeqCst) + 10));
        let theirs = Arc::clone(&lazy);
        let thread = thread::spawn(move || **theirs);
        (**lazy, thread.join().unwrap(), n_called.load(SeqCst))
    };
    comes_to(body, [(10, 10, 1)]);
}

#[test]
fn a_static_lazy_lock_serves_every_thread() {
    static NUMBERS: LazyLock<Vec<i32>> = LazyLock::new(|| vec![1, 2, 3]);
    let body = || {
        let thread = thread::spawn(|| NUMBERS.iter().sum::<i32>());
        (thread.join().unwrap(), NUMBERS.len())
    };
    comes_to(body, [(6, 3)]);
}

#[test]
fn one_lazy_lock_may_use_another() {
    static INNER: LazyLock<i32> = LazyLock::new(|| 4);
    static OUTER: LazyLock<i32> = LazyLock::new(|| *INNER + 1);
    comes_to(|| (*OUTER, *INNER), [(5, 4)]);
}

#[test]
fn the_first_panic_of_a_lazy_lock_has_its_own_message_and_later_ones_tell_of_poison() {
    let body = || {
        let lazy: LazyLock<String> = LazyLock::new(|| panic!("in the function"));
        [
            message_of(|| lazy.len()),
            message_of(|| lazy.len()),
            message_of(|| LazyLock::force(&lazy).len()),
        ]
    };
    let poisoned = || message("LazyLock instance has previously been poisoned");
    comes_to(body, [[message("in the function"), poisoned(), poisoned()]]);
}

#[test]
fn a_default_lazy_lock_makes_the_default_at_its_first_use() {
    let body = || {
        let lazy: LazyLock<Mutex<i32>> = LazyLock::default();
        *lazy.lock().unwrap() += 21;
        *lazy.lock().unwrap()
    };
    comes_to(body, [21]);
}

#[test]
fn captures_of_a_lazy_lock_are_dropped_once_used_or_not() {
    let body = || {
        let drops = Arc::new(AtomicUsize::new(0));
        let counted = || Counted(Arc::clone(&drops));
        let (unused, used) = (counted(), counted());
        drop(LazyLock::new(move || drop(unused)));
        let after_first = drops.load(SeqCst);
        let lazy = LazyLock::new(move || used);
        LazyLock::force(&lazy);
        let kept = drops.load(SeqCst);
        drop(lazy);
        (after_first, kept, drops.load(SeqCst))
    };
    comes_to(body, [(1, 1, 2)]);
}
