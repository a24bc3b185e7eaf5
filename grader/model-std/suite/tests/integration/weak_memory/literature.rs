//! The litmus programs of the literature, each with exactly the outcomes that stale reads allow.
//!
//! The names of the programs and what C++ allows of them are from Maranget, Sarkar & Sewell, *A Tutorial Introduction
//! to the ARM and POWER Relaxed Memory Models*, 2012; Batty, Owens, Sarkar, Sewell & Weber, *Mathematizing C++
//! Concurrency*, POPL 2011; and, for `SeqCst`, Lahav, Vafeiadis, Kang, Hur & Dreyer, *Repairing Sequential Consistency
//! in C/C++11*, PLDI 2017. Load and store buffering are in the `tests/litmus.rs` of loom too. Each list is also
//! compared with the axioms.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use model_std::model::Pruning;

use super::axioms;
use super::litmus::Step::{self, Exchange, Fence, Load, Store, Swap};
use super::litmus::{self, Litmus, Outcome};

const X: usize = 0;
const Y: usize = 1;
const Z: usize = 2;

/// All outcomes of a litmus program. They are those that the axioms allow where stores are performed in one order.
#[track_caller]
fn outcomes<const N: usize>(threads: [&[Step]; N]) -> BTreeSet<Outcome> {
    let litmus: Litmus = threads.map(<[Step]>::to_vec).into();
    let (found, _) = litmus::outcomes(&litmus, 100, 100, Pruning::Visited);
    let allowed = axioms::allowed(&litmus);
    assert!(found.is_subset(&allowed.by_the_standard), "{litmus:#?}");
    assert_eq!(found, allowed.in_one_order, "{litmus:#?}");
    found
}

/// The values that the threads of a litmus program read, one thread after the other.
#[track_caller]
fn read<const N: usize>(threads: [&[Step]; N]) -> BTreeSet<Vec<u64>> {
    outcomes(threads).into_iter().map(|(read, _)| read.concat()).collect()
}

/// Every combination of `n` values that are 0 or 1.
fn all_bits(n: u32) -> BTreeSet<Vec<u64>> {
    let bits = |number: u64| (0..n).rev().map(|bit| number >> bit & 1).collect();
    (0..1 << n).map(bits).collect()
}

fn all_bits_but(n: u32, forbidden: &[u64]) -> BTreeSet<Vec<u64>> {
    let mut bits = all_bits(n);
    assert!(bits.remove(forbidden), "{forbidden:?} is none of them");
    bits
}

#[test]
fn store_buffering_shows_without_sequential_consistency() {
    let buffer = |store, load| {
        read([
            &[Store(X, 1, store), Load(Y, load)],
            &[Store(Y, 1, store), Load(X, load)],
        ])
    };
    assert_eq!(buffer(Relaxed, Relaxed), all_bits(2));
    assert_eq!(buffer(Release, Acquire), all_bits(2));
    assert_eq!(buffer(SeqCst, Acquire), all_bits(2));
    assert_eq!(buffer(Release, SeqCst), all_bits(2));
    assert_eq!(buffer(SeqCst, SeqCst), all_bits_but(2, &[0, 0]));
}

#[test]
fn store_buffering_is_stopped_by_two_sequential_fences_and_by_nothing_less() {
    let buffer = |one, other| {
        read([
            &[Store(X, 1, Relaxed), Fence(one), Load(Y, Relaxed)],
            &[Store(Y, 1, Relaxed), Fence(other), Load(X, Relaxed)],
        ])
    };
    assert_eq!(buffer(SeqCst, SeqCst), all_bits_but(2, &[0, 0]));
    assert_eq!(buffer(SeqCst, AcqRel), all_bits(2));
    assert_eq!(buffer(AcqRel, AcqRel), all_bits(2));
    let by_one_fence = read([
        &[Store(X, 1, Relaxed), Fence(SeqCst), Load(Y, Relaxed)],
        &[Store(Y, 1, SeqCst), Load(X, SeqCst)],
    ]);
    assert_eq!(by_one_fence, all_bits_but(2, &[0, 0]));
}

#[test]
fn message_passing_needs_a_release_and_an_acquire() {
    let pass = |store, load| {
        read([
            &[Store(X, 1, Relaxed), Store(Y, 1, store)],
            &[Load(Y, load), Load(X, Relaxed)],
        ])
    };
    assert_eq!(pass(Relaxed, Relaxed), all_bits(2));
    assert_eq!(pass(Release, Relaxed), all_bits(2));
    assert_eq!(pass(Relaxed, Acquire), all_bits(2));
    assert_eq!(pass(Release, Acquire), all_bits_but(2, &[1, 0]));
    assert_eq!(pass(SeqCst, SeqCst), all_bits_but(2, &[1, 0]));
}

#[test]
fn message_passing_works_with_fences_on_either_side() {
    let pass = |release: Option<Ordering>, acquire: Option<Ordering>, store, load| {
        let writer: Vec<Step> = [Some(Store(X, 1, Relaxed)), release.map(Fence), Some(Store(Y, 1, store))]
            .into_iter()
            .flatten()
            .collect();
        let reader: Vec<Step> = [Some(Load(Y, load)), acquire.map(Fence), Some(Load(X, Relaxed))]
            .into_iter()
            .flatten()
            .collect();
        read([&writer, &reader])
    };
    let passed = all_bits_but(2, &[1, 0]);
    assert_eq!(pass(Some(Release), Some(Acquire), Relaxed, Relaxed), passed);
    assert_eq!(pass(Some(AcqRel), Some(SeqCst), Relaxed, Relaxed), passed);
    assert_eq!(pass(Some(Release), None, Relaxed, Acquire), passed);
    assert_eq!(pass(None, Some(Acquire), Release, Relaxed), passed);
    assert_eq!(pass(Some(Acquire), Some(Acquire), Relaxed, Relaxed), all_bits(2));
    assert_eq!(pass(Some(Release), Some(Release), Relaxed, Relaxed), all_bits(2));
    assert_eq!(pass(Some(Release), None, Relaxed, Relaxed), all_bits(2));
    assert_eq!(pass(None, Some(Acquire), Relaxed, Relaxed), all_bits(2));
}

#[test]
fn a_release_sequence_continues_through_a_read_modify_write_and_ends_at_a_store() {
    let through_a_swap = read([
        &[Store(X, 1, Relaxed), Store(Y, 1, Release)],
        &[Swap(Y, 2, Relaxed)],
        &[Load(Y, Acquire), Load(X, Relaxed)],
    ]);
    assert!(through_a_swap.contains(&vec![1, 2, 1]), "{through_a_swap:?}");
    assert!(!through_a_swap.contains(&vec![1, 2, 0]), "{through_a_swap:?}");
    assert!(through_a_swap.contains(&vec![0, 2, 0]), "{through_a_swap:?}");
    let through_a_store = read([
        &[Store(X, 1, Relaxed), Store(Y, 1, Release), Store(Y, 2, Relaxed)],
        &[Load(Y, Acquire), Load(X, Relaxed)],
    ]);
    assert!(through_a_store.contains(&vec![2, 0]), "{through_a_store:?}");
    assert!(!through_a_store.contains(&vec![1, 0]), "{through_a_store:?}");
}

#[test]
fn reads_and_writes_of_one_atomic_are_coherent() {
    let read_read = read([&[Store(X, 1, Relaxed)], &[Load(X, Relaxed), Load(X, Relaxed)]]);
    assert_eq!(read_read, all_bits_but(2, &[1, 0]));
    let reader: &[Step] = &[Load(X, Relaxed), Load(X, Relaxed)];
    let two_readers = read([&[Store(X, 1, Relaxed)], &[Store(X, 2, Relaxed)], reader, reader]);
    assert!(!two_readers.contains(&vec![1, 2, 2, 1]), "{two_readers:?}");
    assert!(two_readers.contains(&vec![1, 2, 0, 1]), "{two_readers:?}");

    let last = |outcomes: BTreeSet<Outcome>| -> BTreeSet<(Vec<u64>, u64)> {
        let told = |(read, last): Outcome| (read.concat(), last[X]);
        outcomes.into_iter().map(told).collect()
    };
    let write_write = last(outcomes([
        &[Store(X, 1, Relaxed), Store(X, 2, Relaxed)],
        &[Load(X, Relaxed)],
    ]));
    assert_eq!(write_write, [0, 1, 2].map(|read| (vec![read], 2)).into());
    let write_read = last(outcomes([
        &[Store(X, 1, Relaxed), Load(X, Relaxed)],
        &[Store(X, 2, Relaxed)],
    ]));
    assert_eq!(write_read, [(vec![1], 1), (vec![1], 2), (vec![2], 2)].into());
    let read_write = last(outcomes([
        &[Load(X, Relaxed), Store(X, 1, Relaxed)],
        &[Store(X, 2, Relaxed)],
    ]));
    assert_eq!(read_write, [(vec![0], 1), (vec![0], 2), (vec![2], 1)].into());
}

#[test]
fn two_readers_may_see_two_writes_in_two_orders_without_sequential_consistency() {
    let readers = |store, load| {
        read([
            &[Store(X, 1, store)],
            &[Store(Y, 1, store)],
            &[Load(X, load), Load(Y, load)],
            &[Load(Y, load), Load(X, load)],
        ])
    };
    assert_eq!(readers(Release, Acquire), all_bits(4));
    assert_eq!(readers(SeqCst, Acquire), all_bits(4));
    assert_eq!(readers(SeqCst, SeqCst), all_bits_but(4, &[1, 0, 1, 0]));
    assert_eq!(readers(Relaxed, SeqCst), all_bits_but(4, &[1, 0, 1, 0]));
}

#[test]
fn synchronization_is_transitive() {
    let causality = |store, load| {
        read([
            &[Store(X, 1, Relaxed)],
            &[Load(X, Relaxed), Store(Y, 1, store)],
            &[Load(Y, load), Load(X, Relaxed)],
        ])
    };
    assert_eq!(causality(Release, Acquire), all_bits_but(3, &[1, 1, 0]));
    assert_eq!(causality(Relaxed, Relaxed), all_bits(3));
    let two_hops = |store, load| {
        read([
            &[Store(X, 1, Relaxed), Store(Y, 1, store)],
            &[Load(Y, load), Store(Z, 1, store)],
            &[Load(Z, load), Load(X, Relaxed)],
        ])
    };
    assert_eq!(two_hops(Release, Acquire), all_bits_but(3, &[1, 1, 0]));
    assert_eq!(two_hops(Relaxed, Acquire), all_bits(3));
    assert_eq!(two_hops(Release, Relaxed), all_bits(3));
}

#[test]
fn a_read_modify_write_sees_the_newest_value() {
    assert_eq!(
        read([&[Swap(X, 1, Relaxed)], &[Swap(X, 2, Relaxed)]]),
        [vec![0, 1], vec![2, 0]].into()
    );
    let swaps = read([
        &[Swap(X, 1, Relaxed), Load(Y, Relaxed)],
        &[Swap(Y, 1, Relaxed), Load(X, Relaxed)],
    ]);
    assert!(
        swaps.contains(&vec![0, 0, 0, 0]),
        "it is a relaxed store all the same: {swaps:?}"
    );
}

/// Whether a compare-exchange succeeds decides which of its orderings counts; only a failed one may read an older
/// value.
#[test]
fn a_compare_exchange_that_fails_is_a_load_with_the_ordering_for_failure() {
    let pass = |success, failure| {
        read([
            &[Store(X, 1, Relaxed), Store(Y, 1, Release)],
            &[Exchange(Y, [2, 3], [success, failure]), Load(X, Relaxed)],
        ])
    };
    assert_eq!(pass(Relaxed, Acquire), all_bits_but(2, &[1, 0]));
    assert_eq!(pass(AcqRel, Relaxed), all_bits(2));
    let pass = |success, failure| {
        read([
            &[Store(X, 1, Relaxed), Store(Y, 1, Release)],
            &[Exchange(Y, [1, 3], [success, failure]), Load(X, Relaxed)],
        ])
    };
    assert_eq!(pass(Acquire, Relaxed), all_bits_but(2, &[1, 0]));
    assert_eq!(pass(Relaxed, Acquire), all_bits(2));
    let exchanges = |success, failure| {
        read([
            &[Store(X, 1, Relaxed), Exchange(Y, [1, 2], [success, failure])],
            &[Store(Y, 1, Relaxed), Exchange(X, [1, 2], [success, failure])],
        ])
    };
    assert_eq!(exchanges(Acquire, Relaxed), all_bits(2));
    assert_eq!(exchanges(SeqCst, Relaxed), all_bits(2));
    assert_eq!(exchanges(Acquire, SeqCst), all_bits(2));
    // Two that look for a value which is not there any more, and so must have read the newest one.
    assert_eq!(
        read([
            &[Exchange(X, [0, 1], [Relaxed, Relaxed])],
            &[Exchange(X, [0, 2], [Relaxed, Relaxed])]
        ]),
        [vec![0, 1], vec![2, 0]].into()
    );
}

/// C++20 allows outcomes that the model does not show, because the model performs the stores to an atomic in their
/// modification order, and before they are read.
#[test]
fn outcomes_that_need_a_promise_are_missed() {
    let load_buffering: [&[Step]; 2] = [
        &[Load(X, Relaxed), Store(Y, 1, Relaxed)],
        &[Load(Y, Relaxed), Store(X, 1, Relaxed)],
    ];
    assert_eq!(read(load_buffering), all_bits_but(2, &[1, 1]));
    let allowed = axioms::allowed(&load_buffering.map(<[Step]>::to_vec).into());
    assert!(allowed.by_the_standard.contains(&(vec![vec![1], vec![1]], [1, 1, 0])));

    let two_and_two_writes: [&[Step]; 2] = [
        &[Store(X, 1, Relaxed), Store(Y, 2, Relaxed)],
        &[Store(Y, 1, Relaxed), Store(X, 2, Relaxed)],
    ];
    let last: BTreeSet<_> = outcomes(two_and_two_writes).into_iter().map(|(_, last)| last).collect();
    assert_eq!(last, [[2, 2, 0], [2, 1, 0], [1, 2, 0]].into());
    let allowed = axioms::allowed(&two_and_two_writes.map(<[Step]>::to_vec).into());
    assert!(allowed.by_the_standard.contains(&(vec![vec![], vec![]], [1, 1, 0])));
}
