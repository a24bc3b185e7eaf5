//! Rayon's own iterators, unchanged, run under the model.

use model_rayon::prelude::*;
use model_rayon::{ThreadPoolBuilder, current_thread_index};
use model_std::collections::HashMap;
use model_std::sync::atomic::{AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use model_std::sync::{Arc, Mutex};
use model_std_suite::{ends, preemptions, returns};

#[test]
fn a_parallel_sum_loses_nothing() {
    returns(|| (1..=4_u32).into_par_iter().map(|n| n * n).sum::<u32>(), [30]);
}

#[test]
fn an_update_in_two_steps_is_lost_in_some_interleaving() {
    let body = || {
        let sum = AtomicUsize::new(0);
        (0..3)
            .into_par_iter()
            .for_each(|_| sum.store(sum.load(SeqCst) + 1, SeqCst));
        sum.load(SeqCst)
    };
    returns(body, [1, 2, 3]);
}

#[test]
fn a_collected_vector_keeps_the_order_whoever_computes_it() {
    let body = || {
        let pool = ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let computed = |n| (n * n, current_thread_index().unwrap());
        let squares: Vec<_> = pool.install(|| (0..2).into_par_iter().map(computed).collect());
        (squares[0], squares[1])
    };
    let by = |first, second| ((0, first), (1, second));
    returns(body, [by(0, 0), by(0, 1), by(1, 0), by(1, 1)]);
}

#[test]
fn a_lock_around_a_parallel_iterator_is_a_deadlock_if_the_iterator_takes_it() {
    let body = || {
        let sum = Mutex::new(0);
        let guard = sum.lock().unwrap();
        (0..2).into_par_iter().for_each(|n| *sum.lock().unwrap() += n);
        drop(guard);
    };
    let mut deadlocks = 0;
    let coverage = preemptions(1).each(body, |execution| {
        deadlocks += u64::from(!execution.trace.end.waits().is_empty());
    });
    assert_eq!(deadlocks, coverage.executions);
}

#[test]
fn a_panic_in_an_iterator_reaches_the_caller() {
    let body = || {
        (0..3).into_par_iter().for_each(|n| {
            if n == 1 {
                panic!("one of them");
            }
        })
    };
    ends(body, &["panicked: one of them"]);
}

#[test]
fn other_iterators_of_the_library_run_as_well() {
    let body = || {
        let mut numbers = vec![5, 3, 1, 4];
        numbers.par_sort();
        let bridged: usize = [1_usize, 2, 3].iter().par_bridge().copied().sum();
        let large = numbers.par_iter().find_any(|n| **n > 4).copied();
        let chunks: Vec<usize> = numbers.par_chunks(2).map(<[i32]>::len).collect();
        let sum_of_values: i32 = HashMap::from([("a", 1), ("b", 2)]).par_iter().map(|(_, n)| *n).sum();
        (numbers, bridged, large, chunks, sum_of_values)
    };
    preemptions(1).returns(body, [(vec![1, 3, 4, 5], 6, Some(5), vec![2, 2], 3)]);
}

#[test]
fn the_lines_of_the_library_are_no_lines_of_the_program() {
    let body = || {
        let flag = Arc::new(AtomicUsize::new(0));
        let found = (0..2).into_par_iter().find_any(|_| flag.load(Relaxed) == 0);
        assert_eq!(found, None, "as this test wants it");
    };
    let (trace, _) = preemptions(1).first_failure(body);
    let places = trace.events.iter().filter_map(|event| event.place.as_ref());
    let spawned = trace.threads.iter().filter_map(|thread| thread.spawned_at.as_ref());
    let created = trace.objects.iter().filter_map(|object| object.created_at.as_ref());
    for place in places.chain(spawned).chain(created) {
        assert!(!place.file.contains("modelled-library"), "{place:?}");
    }
    let coverage = preemptions(1).each(
        || {
            (0..2)
                .into_par_iter()
                .find_any(|_| AtomicUsize::new(0).load(Relaxed) == 0)
        },
        |_| {},
    );
    assert_eq!(coverage.weak_orderings.len(), 1, "{:?}", coverage.weak_orderings);
}
