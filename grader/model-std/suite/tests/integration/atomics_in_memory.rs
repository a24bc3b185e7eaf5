//! An atomic is nothing but its value, and the model knows it by its address. An address may become that of another
//! atomic, which inherits nothing.

use std::collections::BTreeSet;
use std::mem;

use model_std::model::trace::{Event, ObjectKind};
use model_std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicUsize, Ordering::*};
use model_std::sync::{Arc, OnceLock};
use model_std::thread;
use model_std_suite::{Explorer, preemptions, returns};

/// The atomics that the operations of an execution of `body` use, in their order, numbered by their first use.
fn atomics_used(body: impl Fn() + 'static) -> Vec<usize> {
    let (trace, _) = preemptions(0).first(body, |_| true);
    let is_atomic = |object: &usize| matches!(trace.objects[*object].kind, ObjectKind::Atomic(_));
    let used = trace.events.iter().filter_map(|event: &Event| event.object);
    let used: Vec<usize> = used.filter(is_atomic).collect();
    let first_uses: BTreeSet<usize> = used.iter().copied().collect();
    let number = |object| first_uses.range(..object).count();
    used.iter().map(|object| number(*object)).collect()
}

/// Uses an atomic on the stack of a thread. The last value is the first one again.
fn use_an_atomic_on_the_stack() -> u8 {
    let atomic = AtomicU8::new(0);
    let first = atomic.load(Relaxed);
    atomic.store(1, Relaxed);
    atomic.store(0, Relaxed);
    first
}

#[test]
fn a_thread_reads_nothing_that_another_thread_wrote_to_the_same_stack() {
    let body = || {
        // Nothing orders the two threads, and the second one often has the stack of the first.
        let first = thread::spawn(use_an_atomic_on_the_stack);
        let second = thread::spawn(move || thread::spawn(use_an_atomic_on_the_stack).join().unwrap());
        (first.join().unwrap(), second.join().unwrap())
    };
    returns(body, [(0, 0)]);
}

#[test]
fn atomics_that_follow_each_other_in_one_place_are_several_objects() {
    // Each ends with another value than that of the next.
    let used = atomics_used(|| {
        for n in 0..3 {
            let atomic = AtomicUsize::new(n);
            atomic.store(n + 10, SeqCst);
        }
    });
    assert_eq!(used, [0, 1, 2]);
    // The stack of a thread that has ended is that of the next one.
    let used = atomics_used(|| {
        for _ in 0..3 {
            thread::spawn(use_an_atomic_on_the_stack).join().unwrap();
        }
    });
    assert_eq!(used, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
}

#[test]
fn an_atomic_stays_one_object_through_all_its_uses() {
    let used = atomics_used(|| {
        let mut atomics = [const { AtomicU32::new(0) }; 2];
        thread::scope(|scope| {
            scope.spawn(|| atomics[0].store(1, SeqCst));
            scope.spawn(|| atomics[0].store(2, SeqCst));
        });
        *atomics[0].get_mut() += 5;
        assert_eq!(atomics[0].load(SeqCst), 7);
        *atomics[0].get_mut() += 5;
        assert_eq!(atomics[0].swap(1, SeqCst), 12);
        assert_eq!(atomics[1].load(SeqCst), 0);
    });
    assert_eq!(used, [0, 0, 0, 0, 1]);
}

#[test]
fn a_value_moves_with_its_atomic() {
    let body = || {
        let atomic = AtomicUsize::new(1);
        atomic.store(2, Relaxed);
        let mut moved = Box::new(atomic);
        let mut another = AtomicUsize::new(3);
        mem::swap(&mut *moved, &mut another);
        let shared: Arc<AtomicUsize> = Arc::new(*moved);
        let other = Arc::clone(&shared);
        let thread = thread::spawn(move || other.fetch_add(1, Relaxed));
        (thread.join().unwrap(), shared.load(Relaxed))
    };
    returns(body, [(3, 4)]);
    let body = || {
        let mut flags: Vec<AtomicBool> = Vec::new();
        for n in 0..9 {
            flags.push(AtomicBool::new(false));
            flags[n / 2].fetch_not(Relaxed);
        }
        flags.iter().filter(|flag| flag.load(Relaxed)).count()
    };
    returns(body, [1]);
}

#[test]
fn a_thread_that_begins_after_get_mut_reads_no_older_value() {
    let body = || {
        let mut atomic = AtomicUsize::new(1);
        atomic.store(2, Relaxed);
        *atomic.get_mut() = 3;
        thread::scope(|scope| scope.spawn(|| atomic.load(Relaxed)).join().unwrap())
    };
    returns(body, [3]);
}

#[test]
fn many_atomics_are_told_apart() {
    let body = || {
        let atomics: Vec<AtomicUsize> = (0..500).map(AtomicUsize::new).collect();
        thread::scope(|scope| {
            scope.spawn(|| {
                atomics
                    .iter()
                    .rev()
                    .for_each(|atomic| assert!(atomic.fetch_add(1, Relaxed) < 500))
            });
        });
        atomics
            .iter()
            .enumerate()
            .all(|(n, atomic)| atomic.load(Relaxed) == n + 1)
    };
    preemptions(0).returns(body, [true]);
}

#[test]
fn an_atomic_in_a_static_cell_has_the_value_of_its_own_execution() {
    static CELL: OnceLock<AtomicUsize> = OnceLock::new();
    let body = || {
        let threads =
            [1, 2].map(|n| thread::spawn(move || CELL.get_or_init(|| AtomicUsize::new(n)).fetch_add(1, SeqCst)));
        let seen = threads.map(|thread| thread.join().unwrap());
        (seen[0].min(seen[1]), CELL.get().map(|atomic| atomic.load(SeqCst)))
    };
    Explorer::default().returns(body, [(1, Some(3)), (2, Some(4))]);
}
