//! Locks and flags under stale reads, with right and wrong orderings; and what an exploration tells about orderings.

use std::ops::ControlFlow;
use std::ptr;
use std::rc::Rc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

use model_std::model::trace::{AtomicAccess, AtomicType, MemoryOrder, ObjectState, Op, Value};
use model_std::model::{Bounds, Execution, Memory, Settings, explore, replay};
use model_std::sync::Arc;
use model_std::sync::atomic::{AtomicBool, AtomicI8, AtomicPtr, AtomicUsize, fence};
use model_std::thread;
use model_std_suite::{Explorer, plain};

/// Explores with so many stale reads and three preemptions. A stale read counts as a preemption.
fn stale(stale_reads: u32) -> Explorer {
    Explorer {
        bounds: Bounds {
            preemptions: 3,
            executions: 1_000_000,
            stale_executions: 1_000_000,
            random: 100,
            ..Bounds::default()
        },
        settings: Settings { stale_reads, ..plain() },
    }
}

/// Two threads add one each under a lock, with a load and a store. Returns the sum.
fn count_under(lock: fn(usize, &[AtomicUsize; 3]), unlock: fn(usize, &[AtomicUsize; 3])) -> usize {
    let shared: Arc<([AtomicUsize; 3], AtomicUsize)> = Arc::default();
    let add = |me| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            lock(me, &shared.0);
            let seen = shared.1.load(Relaxed);
            shared.1.store(seen + 1, Relaxed);
            unlock(me, &shared.0);
        })
    };
    [add(0), add(1)].into_iter().for_each(|thread| thread.join().unwrap());
    shared.1.load(Relaxed)
}

fn spin<const ACQUIRES: bool>(_: usize, words: &[AtomicUsize; 3]) {
    let order = if ACQUIRES { Acquire } else { Relaxed };
    while words[0].compare_exchange(0, 1, order, Relaxed).is_err() {
        thread::yield_now();
    }
}

fn unlock<const RELEASES: bool>(_: usize, words: &[AtomicUsize; 3]) {
    words[0].store(0, if RELEASES { Release } else { Relaxed });
}

#[test]
fn a_spin_lock_needs_an_acquire_and_a_release() {
    stale(2).returns(|| count_under(spin::<true>, unlock::<true>), [2]);
    stale(2).returns(|| count_under(spin::<true>, unlock::<false>), [1, 2]);
    stale(2).returns(|| count_under(spin::<false>, unlock::<true>), [1, 2]);
    stale(0).returns(|| count_under(spin::<false>, unlock::<false>), [2]);
}

#[test]
fn atomics_of_any_type_may_be_stale() {
    let body = || {
        let shared = Arc::new((
            AtomicPtr::new(ptr::null_mut::<u8>()),
            AtomicI8::new(-1),
            AtomicBool::new(false),
        ));
        let theirs = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            theirs.0.store(ptr::dangling_mut(), Relaxed);
            theirs.1.store(-2, Relaxed);
            theirs.2.store(true, Relaxed);
        });
        let seen = shared
            .2
            .load(Relaxed)
            .then(|| (shared.0.load(Relaxed).is_null(), shared.1.load(Relaxed)));
        thread.join().unwrap();
        seen
    };
    stale(2).returns(
        body,
        [
            None,
            Some((false, -2)),
            Some((false, -1)),
            Some((true, -2)),
            Some((true, -1)),
        ],
    );
}

/// Reads two values that another thread has written before it set a flag.
fn read_two_behind_a_flag() -> Option<(usize, usize)> {
    let shared: Arc<[AtomicUsize; 3]> = Arc::default();
    let theirs = Arc::clone(&shared);
    let thread = thread::spawn(move || {
        theirs[0].store(1, Relaxed);
        theirs[1].store(1, Relaxed);
        theirs[2].store(1, Relaxed);
    });
    let seen = (shared[2].load(Relaxed) == 1).then(|| (shared[0].load(Relaxed), shared[1].load(Relaxed)));
    thread.join().unwrap();
    seen
}

#[test]
fn stale_reads_are_bounded() {
    stale(0).returns(read_two_behind_a_flag, [None, Some((1, 1))]);
    stale(1).returns(read_two_behind_a_flag, [None, Some((1, 1)), Some((0, 1)), Some((1, 0))]);
    stale(2).returns(
        read_two_behind_a_flag,
        [None, Some((1, 1)), Some((0, 1)), Some((1, 0)), Some((0, 0))],
    );
}

#[test]
fn two_loads_of_an_execution_may_be_stale_by_default() {
    let explorer = Explorer {
        bounds: stale(2).bounds,
        ..Explorer::default()
    };
    explorer.returns(
        read_two_behind_a_flag,
        [None, Some((1, 1)), Some((0, 1)), Some((1, 0)), Some((0, 0))],
    );
}

#[test]
fn stale_reads_cost_only_programs_with_weak_orderings() {
    let count = || count_under(|_, _| (), |_, _| ());
    let sequential = || {
        let counter = Arc::new(AtomicUsize::new(0));
        let add = || {
            let counter = Arc::clone(&counter);
            thread::spawn(move || counter.store(counter.load(SeqCst) + 1, SeqCst))
        };
        [add(), add()].into_iter().for_each(|thread| thread.join().unwrap());
    };
    assert_eq!(stale(2).each(sequential, |_| ()), stale(0).each(sequential, |_| ()));
    let [with, without] = [2, 0].map(|stale_reads| stale(stale_reads).each(count, |_| ()));
    assert!(with.stale > 0 && with.executions > without.executions, "{with:?}");
    assert_eq!((without.stale, without.complete, with.complete), (0, true, true));
}

#[test]
fn a_load_that_nothing_can_make_stale_costs_no_samples() {
    let body = || {
        let number = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&number);
        thread::spawn(move || theirs.store(1, Relaxed)).join().unwrap();
        number.load(Relaxed)
    };
    let [with, without] = [2, 0].map(|stale_reads| stale(stale_reads).returns(body, [1]));
    assert_eq!((with.random, with.stale), (without.random, 0));
}

#[test]
fn executions_with_stale_reads_have_a_budget_of_their_own() {
    let mut explorer = stale(2);
    explorer.bounds.stale_executions = 3;
    let coverage = explorer.each(read_two_behind_a_flag, |_| ());
    assert_eq!((coverage.stale, coverage.complete), (3, false));
    explorer.bounds.preemptions = 0;
    explorer.bounds.random = 0;
    let coverage = explorer.each(read_two_behind_a_flag, |_| ());
    assert_eq!((coverage.stale, coverage.complete), (0, true), "the bound is 0");
}

/// As in a pool of threads: a few counters, each used a few times by a few threads.
#[test]
fn the_default_budget_of_stale_reads_suffices_for_a_few_threads() {
    let body = || {
        let counts: Arc<[AtomicUsize; 2]> = Arc::default();
        let threads = [0, 1, 0].map(|mine| {
            let counts = Arc::clone(&counts);
            thread::spawn(move || {
                for _ in 0..4 {
                    counts[mine].store(counts[1 - mine].load(Relaxed), Release);
                }
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    };
    let coverage = Explorer::default().each(body, |_| ());
    assert!(coverage.complete && coverage.stale > 2_000, "{coverage:?}");
}

#[test]
fn a_failure_without_a_stale_read_is_found_first_and_its_schedule_asks_for_none() {
    let lost = || count_under(|_, _| (), |_, _| ());
    let is_lost = |execution: &Execution<usize>| matches!(execution.value, Some(Ok(1)));
    let body: Rc<dyn Fn() -> usize> = Rc::new(lost);
    let coverage = explore(&stale(2).bounds, &stale(2).settings, &body, |execution| {
        match is_lost(&execution) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    let stopped = coverage.stopped.expect("an update is lost");
    assert_eq!((stopped.schedule.memory, coverage.stale), (Memory::Sequential, 0));
    assert!(is_lost(&replay(&stale(0).settings, &body, &stopped.schedule)));
}

#[test]
fn a_stale_read_counts_as_a_preemption() {
    let (_, preemptions) = stale(2).first(read_two_behind_a_flag, |execution| {
        matches!(execution.value, Some(Ok(Some((0, 1)))))
    });
    // One preemption lets the other thread go first, and one stale read counts as another.
    assert_eq!(preemptions, 2);
    let (_, preemptions) = stale(2).first(read_two_behind_a_flag, |execution| {
        matches!(execution.value, Some(Ok(Some((0, 0)))))
    });
    assert_eq!(preemptions, 3);
}

#[test]
fn a_stale_read_returns_one_of_the_last_eight_values() {
    let body = || {
        let shared: Arc<[AtomicUsize; 2]> = Arc::default();
        let theirs = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            (1..=9).for_each(|value| theirs[0].store(value, Relaxed));
            theirs[1].store(1, Relaxed);
        });
        let seen = (shared[1].load(Relaxed) == 1).then(|| shared[0].load(Relaxed));
        thread.join().unwrap();
        seen
    };
    stale(1).returns(body, [None].into_iter().chain((2..=9).map(Some)));
}

#[test]
fn a_trace_tells_that_a_value_is_stale_and_the_newest_one() {
    let (trace, _) = stale(1).first(read_two_behind_a_flag, |execution| {
        matches!(execution.value, Some(Ok(Some((0, 1)))))
    });
    let load = trace
        .events
        .iter()
        .find(|event| matches!(event.op, Op::Load { newest: Some(_), .. }))
        .expect("a load was stale");
    let [old, new] = [0, 1].map(Value::Unsigned);
    let stale = Op::Load {
        order: MemoryOrder::Relaxed,
        value: old,
        newest: Some(new),
    };
    assert_eq!(load.op, stale);
    let atomic = load.object.expect("a load is of an atomic");
    assert_eq!(
        load.states,
        [(atomic, ObjectState::Value(new))],
        "the atomic holds the newest value"
    );
}

/// Uses every kind of access. Returns the line of the first.
fn use_all_orderings() -> u32 {
    let flag = Arc::new(AtomicBool::new(false));
    let theirs = Arc::clone(&flag);
    let first = line!() + 1;
    let thread = thread::spawn(move || theirs.store(true, Release));
    let _ = flag.load(Acquire);
    let _ = flag.compare_exchange(true, false, SeqCst, Relaxed);
    let _ = flag.swap(true, SeqCst);
    fence(AcqRel);
    fence(SeqCst);
    thread.join().unwrap();
    let _ = format!("{flag:?}");
    first
}

#[test]
fn a_trace_says_with_which_ordering_each_access_was_made() {
    let (trace, _) = stale(0).first(use_all_orderings, |_| true);
    let orders = trace
        .events
        .iter()
        .filter(|event| event.thread == 0)
        .filter_map(|event| match event.op {
            Op::Load { order, .. }
            | Op::CompareExchange { order, .. }
            | Op::Rmw { order, .. }
            | Op::Fence { order } => Some(order),
            _ => None,
        });
    // The last access is made by the formatting.
    use MemoryOrder::{AcqRel, Acquire, Relaxed, SeqCst};
    assert_eq!(
        orders.collect::<Vec<_>>(),
        [Acquire, Relaxed, SeqCst, AcqRel, SeqCst, SeqCst]
    );
}

#[test]
fn an_exploration_lists_every_access_weaker_than_sequential_consistency() {
    let told = |accesses: &[AtomicAccess], first: u32| -> Vec<String> {
        let tell = |access: &AtomicAccess| {
            assert!(access.place.file.ends_with("weak_memory/programs.rs"), "{access:?}");
            let atomic = access.atomic.map_or("-", AtomicType::as_str);
            let line = access.place.line - first;
            format!(
                "{line}: {} {atomic} {}",
                access.function.as_str(),
                access.order.as_str()
            )
        };
        accesses.iter().map(tell).collect()
    };
    for stale_reads in [0, 1] {
        let mut first = 0;
        let coverage = stale(stale_reads).each(use_all_orderings, |execution| {
            first = execution.value.expect("it comes to its end").expect("nothing panics");
        });
        assert_eq!(
            told(&coverage.weak_orderings, first),
            [
                "0: store AtomicBool Release",
                "1: load AtomicBool Acquire",
                "2: compare_exchange AtomicBool Relaxed",
                "4: fence - AcqRel",
            ]
        );
        let stale_loads: &[&str] = if stale_reads == 0 {
            &[]
        } else {
            &["1: load AtomicBool Acquire", "2: compare_exchange AtomicBool Relaxed"]
        };
        assert_eq!(told(&coverage.stale_loads, first), stale_loads);
    }
    let coverage = stale(1).each(|| AtomicUsize::new(0).load(SeqCst), |_| ());
    assert_eq!(
        (coverage.weak_orderings, coverage.stale_loads),
        (Vec::new(), Vec::new())
    );
}
