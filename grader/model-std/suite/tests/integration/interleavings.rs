//! Every interleaving is run, and nothing but interleavings: the outcomes are exactly those of sequential consistency.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::explore;
use model_std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst, fence};
use model_std::sync::{Arc, Mutex, RwLock};
use model_std::thread;
use model_std_suite::{Explorer, preemptions, returns};

/// Two threads, each of which loads a counter and stores the successor.
fn load_then_store() -> usize {
    let counter = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let seen = counter.load(SeqCst);
                counter.store(seen + 1, SeqCst);
            });
        }
    });
    counter.load(SeqCst)
}

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
fn an_update_is_lost_between_load_and_store() {
    returns(load_then_store, [1, 2]);
}

#[test]
fn a_lost_update_takes_exactly_one_preemption() {
    let mut none = preemptions(0);
    none.bounds.random = 0;
    none.returns(load_then_store, [2]);
    let (trace, n) = Explorer::default().first(load_then_store, |execution| matches!(execution.value, Some(Ok(1))));
    assert_eq!(n, 1);
    assert_eq!(trace.events.iter().filter(|event| event.preempts).count(), 1);
}

#[test]
fn an_atomic_update_is_never_lost() {
    let body = || {
        let counter = Arc::new(AtomicUsize::new(0));
        let add = |counter: Arc<AtomicUsize>| thread::spawn(move || counter.fetch_add(1, Relaxed));
        let threads = [add(Arc::clone(&counter)), add(Arc::clone(&counter))];
        threads
            .into_iter()
            .for_each(|thread| assert!(thread.join().unwrap() < 2));
        counter.load(Relaxed)
    };
    returns(body, [2]);
}

#[test]
fn store_buffering_is_not_seen_since_memory_is_sequentially_consistent() {
    let body = || {
        let (x, y) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            let one = scope.spawn(|| {
                x.store(1, Relaxed);
                y.load(Relaxed)
            });
            let other = scope.spawn(|| {
                y.store(1, Relaxed);
                fence(SeqCst);
                x.load(Relaxed)
            });
            (one.join().unwrap(), other.join().unwrap())
        })
    };
    returns(body, [(0, 1), (1, 0), (1, 1)]);
}

#[test]
fn message_passing_never_shows_the_flag_before_the_data() {
    let body = || {
        let (data, flag) = (AtomicUsize::new(0), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                data.store(7, Relaxed);
                flag.store(true, Relaxed);
            });
            (flag.load(Relaxed), data.load(Relaxed))
        })
    };
    returns(body, [(false, 0), (false, 7), (true, 7)]);
}

#[test]
fn two_readers_agree_on_the_order_of_two_writes() {
    let body = || {
        let (x, y) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            scope.spawn(|| x.store(1, Relaxed));
            scope.spawn(|| y.store(1, Relaxed));
            let one = scope.spawn(|| (x.load(Relaxed), y.load(Relaxed)));
            let other = scope.spawn(|| (y.load(Relaxed), x.load(Relaxed)));
            (one.join().unwrap(), other.join().unwrap())
        })
    };
    let readings = [(0, 0), (0, 1), (1, 0), (1, 1)];
    let all = readings
        .iter()
        .flat_map(|one| readings.iter().map(move |other| (*one, *other)));
    returns(body, all.filter(|pair| *pair != ((1, 0), (1, 0))));
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
fn all_interleavings_of_two_threads_are_all_there_are() {
    // Two threads with three turns each: 6! / (3! 3!) orders.
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
fn a_bound_that_was_not_exhausted_is_said_to_be_incomplete() {
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
