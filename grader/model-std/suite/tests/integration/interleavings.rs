//! Every interleaving is run once, and the coverage tells whether all were.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::{Pruning, explore};
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Mutex, RwLock};
use model_std::thread;
use model_std_suite::preemptions;

/// `n_threads` threads, each of which takes a lock `n_times`.
fn take_turns(n_threads: usize, n_times: usize) -> Vec<usize> {
    let order = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for id in 0..n_threads {
            let order = &order;
            scope.spawn(move || (0..n_times).for_each(|_| order.lock().unwrap().push(id)));
        }
    });
    order.into_inner().unwrap()
}

#[test]
fn a_lock_is_taken_in_every_order() {
    let orders = [
        [0, 0, 1, 1],
        [0, 1, 0, 1],
        [0, 1, 1, 0],
        [1, 0, 0, 1],
        [1, 0, 1, 0],
        [1, 1, 0, 0],
    ];
    preemptions(4).returns(|| take_turns(2, 2), orders.map(Vec::from));
}

#[test]
fn two_threads_of_three_turns_have_20_interleavings() {
    // Two threads with three turns each have 6! / (3! 3!) orders.
    let mut orders = BTreeSet::new();
    let coverage = preemptions(6).each(
        || take_turns(2, 3),
        |execution| {
            orders.insert(execution.value.expect("it returns").expect("it does not panic"));
        },
    );
    assert_eq!(orders.len(), 20);
    assert!(coverage.complete);
}

#[test]
fn an_unexhausted_bound_is_reported_as_incomplete() {
    let mut explorer = preemptions(2);
    explorer.bounds.random = 0;
    explorer.bounds.executions = 1_000_000;
    let all = explorer.each(|| take_turns(2, 2), drop);
    assert!(all.complete);
    assert_eq!((all.preemption_bound, all.random), (2, 0));
    for (executions, complete) in [(1, false), (all.executions - 1, false), (all.executions, true)] {
        explorer.bounds.executions = executions;
        let some = explorer.each(|| take_turns(2, 2), drop);
        assert_eq!(
            (some.executions, some.complete),
            (executions, complete),
            "of {}",
            all.executions
        );
    }
}

#[test]
fn no_execution_is_run_twice() {
    let mut explorer = preemptions(2);
    explorer.bounds.random = 0;
    let n = explorer.each(|| take_turns(2, 2), drop).executions;
    let body: Rc<dyn Fn() -> Vec<usize>> = Rc::new(|| take_turns(2, 2));
    let schedules: BTreeSet<Vec<u16>> = (0..n)
        .map(|stop_at| {
            let mut index = 0;
            let coverage = explore(&explorer.bounds, &explorer.settings, &body, |_| {
                index += 1;
                if index > stop_at {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            coverage.stopped.expect("it was stopped").schedule.choices
        })
        .collect();
    assert_eq!(schedules.len() as u64, n);
}

#[test]
fn readers_share_a_lock_and_writers_do_not() {
    let body = || {
        let lock = RwLock::new(());
        let inside = AtomicUsize::new(0);
        let visit = || {
            let others = inside.fetch_add(1, SeqCst);
            thread::yield_now();
            inside.fetch_sub(1, SeqCst);
            others
        };
        thread::scope(|scope| {
            let reader = || {
                let _guard = lock.read().unwrap();
                visit()
            };
            let readers = [scope.spawn(reader), scope.spawn(reader)];
            let writer = scope.spawn(|| {
                let _guard = lock.write().unwrap();
                visit()
            });
            let met = readers.map(|reader| reader.join().unwrap()).into_iter().sum::<usize>();
            (met, writer.join().unwrap())
        })
    };
    preemptions(3).returns(body, [(0, 0), (1, 0)]);
}

#[test]
fn three_threads_with_three_turns_each_are_explored_within_two_preemptions() {
    let mut explorer = preemptions(2);
    explorer.bounds.random = 0;
    let coverage = explorer.each(
        || take_turns(3, 3),
        |execution| {
            assert_eq!(
                execution.value.map(|value| value.map_or(0, |order| order.len())),
                Some(9)
            );
        },
    );
    assert!(coverage.complete);
}

/// How many of the executions of `body` are different interleavings, with enough preemptions for all of them.
fn distinct(body: impl Fn() + Clone + 'static) -> u64 {
    let mut explorer = preemptions(8);
    let pruned = explorer.each(body.clone(), drop);
    explorer.bounds.pruning = Pruning::Off;
    let all = explorer.each(body, drop);
    assert!(all.complete && pruned.complete);
    assert_eq!(all.distinct, pruned.distinct, "pruning leaves out what is the same");
    assert!(all.distinct <= all.executions);
    all.distinct
}

/// Runs `work` on `n_threads` threads, which share as many counters.
fn on_threads(n_threads: usize, work: fn(usize, &[AtomicUsize])) -> impl Fn() + Clone {
    move || {
        let counters: Vec<AtomicUsize> = (0..n_threads).map(|_| AtomicUsize::new(0)).collect();
        thread::scope(|scope| {
            for id in 0..n_threads {
                let counters = &counters;
                scope.spawn(move || work(id, counters));
            }
        });
    }
}

fn add_one(counter: &AtomicUsize) {
    counter.fetch_add(1, SeqCst);
}

#[test]
fn interleavings_are_different_if_operations_that_do_not_commute_are_in_another_order() {
    let own: fn(usize, &[AtomicUsize]) = |id, counters| (0..3).for_each(|_| add_one(&counters[id]));
    assert_eq!(distinct(on_threads(2, own)), 1, "each has its own object");
    let read: fn(usize, &[AtomicUsize]) = |_, counters| drop(counters[0].load(SeqCst).to_string());
    assert_eq!(distinct(on_threads(3, read)), 1, "loads commute");
    assert_eq!(distinct(on_threads(2, |_, counters| add_one(&counters[0]))), 2);
    assert_eq!(distinct(on_threads(3, |_, counters| add_one(&counters[0]))), 6, "3!");
    let twice: fn(usize, &[AtomicUsize]) = |_, counters| (0..2).for_each(|_| add_one(&counters[0]));
    assert_eq!(distinct(on_threads(2, twice)), 6, "4! / (2! 2!)");
    // L1 S1 L2 S2, L2 S2 L1 S1, and both loads before the stores in either order.
    let in_two_steps: fn(usize, &[AtomicUsize]) = |_, counters| counters[0].store(counters[0].load(SeqCst) + 1, SeqCst);
    assert_eq!(distinct(on_threads(2, in_two_steps)), 4);
    // On each of two objects, either thread comes first.
    let both: fn(usize, &[AtomicUsize]) = |_, counters| counters.iter().for_each(add_one);
    assert_eq!(distinct(on_threads(2, both)), 2 * 2);
    assert_eq!(distinct(|| drop(take_turns(2, 2))), 6);
}
