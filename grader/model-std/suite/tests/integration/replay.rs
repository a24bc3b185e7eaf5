//! A schedule is a value that leads to the same execution again, event for event. An execution that differs is reported
//! as nondeterministic.

use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use model_std::model::trace::{Difference, End, MemoryOrder, Op, Trace, Value};
use model_std::model::{Bounds, Schedule, Settings, explore, replay};
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, Condvar, LazyLock, Mutex, mpsc};
use model_std::thread;
use model_std_suite::{describe, plain, preemptions};

/// Uses a little of everything, and ends in several ways.
fn busy_program() -> usize {
    static LOG: LazyLock<Mutex<Vec<usize>>> = LazyLock::new(Mutex::default);
    let shared = Arc::new((Mutex::new(0), Condvar::new(), AtomicUsize::new(0)));
    let (sender, receiver) = mpsc::sync_channel(1);
    let threads = [1, 2].map(|id| {
        let (shared, sender) = (Arc::clone(&shared), sender.clone());
        thread::spawn(move || {
            let seen = shared.2.load(SeqCst);
            shared.2.store(seen + id, SeqCst);
            *shared.0.lock().unwrap() += id;
            shared.1.notify_one();
            model_std::println!("{id} saw {seen}");
            sender.send(id).unwrap();
            LOG.lock().unwrap().push(id);
        })
    });
    drop(sender);
    let first = receiver.recv_timeout(Duration::from_secs(1)).unwrap();
    let second = receiver.recv().unwrap();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_ne!(shared.2.load(SeqCst), 2, "the first update was lost");
    let (guard, _late) = shared
        .1
        .wait_timeout(shared.0.lock().unwrap(), Duration::from_millis(1))
        .unwrap();
    *guard + first * 10 + second + LOG.lock().unwrap()[0]
}

fn body() -> Rc<dyn Fn() -> usize> {
    Rc::new(busy_program)
}

#[test]
fn one_schedule_gives_one_trace() {
    let (settings, body) = (
        Settings {
            spurious_wakeups: 1,
            ..plain()
        },
        body(),
    );
    for stop_at in [0, 1, 7, 100, 400] {
        let mut index = 0;
        let coverage = explore(&Bounds::default(), &settings, &body, |_| {
            index += 1;
            if index > stop_at {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        let schedule = coverage.stopped.expect("it was stopped").schedule;
        let (first, second) = (replay(&settings, &body, &schedule), replay(&settings, &body, &schedule));
        assert_eq!(first.trace, second.trace, "{schedule:?}");
        assert_eq!(first.trace.digest(), second.trace.digest());
        assert!(!first.trace.events.is_empty());
    }
}

#[test]
fn a_digest_depends_on_operations_and_not_on_lines() {
    let trace = replay(&plain(), &body(), &Schedule::default()).trace;
    let digest_after = |change: &dyn Fn(&mut Trace)| {
        let mut changed = trace.clone();
        change(&mut changed);
        changed.digest()
    };
    let same = digest_after(&|trace| {
        for place in trace.events.iter_mut().filter_map(|event| event.place.as_mut()) {
            place.line += 3;
            place.file = format!("elsewhere/{}", place.file);
        }
    });
    assert_eq!(same, trace.digest());
    let load = |value, newest: Option<u64>| Op::Load {
        order: MemoryOrder::SeqCst,
        value: Value::Unsigned(value),
        newest: newest.map(Value::Unsigned),
    };
    let changes: [&dyn Fn(&mut Trace); 9] = [
        &|trace| trace.events.swap(4, 5),
        &|trace| drop(trace.events.pop()),
        &|trace| trace.events[4].thread += 1,
        &|trace| trace.events[4].op = Op::Unlock,
        &|trace| trace.events[4].object = Some(99),
        // The same operation with other results.
        &|trace| trace.events[4].op = load(99, None),
        &|trace| trace.events[4].op = load(98, None),
        &|trace| trace.events[4].op = load(99, Some(100)),
        &|trace| {
            trace.events[4].op = Op::Write {
                bytes: b"text".to_vec(),
            };
        },
    ];
    let mut digests: Vec<u32> = changes.iter().map(|change| digest_after(change)).collect();
    digests.push(trace.digest());
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), changes.len() + 1);
}

#[test]
fn a_failure_replays_to_the_same_end() {
    // `first_failure` replays what it finds, and compares.
    let (trace, n) = preemptions(2).first_failure(busy_program);
    assert_eq!(
        describe(&trace.end),
        "panicked: assertion `left != right` failed: the first update was lost\n  left: 2\n right: 2"
    );
    assert_eq!(n, 1);
    assert_eq!(trace.events.iter().filter(|event| event.preempts).count(), 1);
}

#[test]
fn sampled_executions_can_be_replayed() {
    let (settings, body) = (plain(), body());
    let bounds = Bounds {
        preemptions: 0,
        executions: 1,
        random: 40,
        ..Bounds::default()
    };
    for stop_at in [5, 17, 33] {
        let (mut index, mut seen) = (0, None);
        let coverage = explore(&bounds, &settings, &body, |execution| {
            index += 1;
            seen = Some((execution.trace.end, execution.trace.stdout, execution.preemptions));
            if index > stop_at {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        let replayed = replay(&settings, &body, &coverage.stopped.expect("it was stopped").schedule);
        assert_eq!(
            seen,
            Some((replayed.trace.end, replayed.trace.stdout, replayed.preemptions))
        );
    }
}

#[test]
fn an_exploration_repeats_and_another_seed_samples_other_executions() {
    let ends_of = |seed| {
        let bounds = Bounds {
            preemptions: 0,
            random: 50,
            seed,
            ..Bounds::default()
        };
        let mut ends = Vec::new();
        explore(&bounds, &plain(), &body(), |execution| {
            ends.push((execution.trace.stdout, execution.preemptions));
            ControlFlow::Continue(())
        });
        ends
    };
    assert_eq!(ends_of(1), ends_of(1));
    assert_ne!(ends_of(1), ends_of(2));
}

#[test]
fn the_empty_schedule_is_the_non_preemptive_execution() {
    let replayed = replay(&plain(), &body(), &Schedule::default());
    assert_eq!((replayed.trace.end, replayed.preemptions), (End::Finished, 0));
}

#[test]
fn a_schedule_that_does_not_fit_is_reported_as_nondeterminism() {
    let replayed = replay(
        &plain(),
        &body(),
        &Schedule {
            choices: vec![9; 4],
            ..Schedule::default()
        },
    );
    let End::Nondeterministic(Difference::Choice {
        index: 0,
        chosen: 9,
        expected: None,
        found,
    }) = replayed.trace.end
    else {
        panic!("{:?}", replayed.trace.end)
    };
    assert!((2..=9).contains(&found.options), "{found:?}");
}

#[test]
fn a_program_that_depends_on_what_is_not_modelled_is_nondeterministic() {
    // Randomness from the keys of the real `std`.
    let body = || {
        use std::hash::BuildHasher;
        model_std::println!("{}", std::hash::RandomState::new().hash_one(1));
    };
    let trace = preemptions(0).first_nondeterministic(body);
    assert_eq!(trace.stdout.len(), 1);
    // State that one execution leaves behind for the next.
    let file = std::env::temp_dir().join(format!("model-std-replay-{}", std::process::id()));
    let path = file.clone();
    let body = move || {
        let n = std::fs::read_to_string(&path).map_or(0, |text| text.len());
        std::fs::write(&path, "x".repeat(n + 1)).unwrap();
        model_std::print!("{n}");
    };
    let trace = preemptions(0).first_nondeterministic(body);
    std::fs::remove_file(file).unwrap();
    let (index, [first, second]) = events_that_differ(trace.end);
    let write = |text: &str| Op::Write { bytes: text.into() };
    assert_eq!((index, first, second), (0, write("0"), write("1")));
}

#[test]
fn one_operation_more_after_very_many_is_nondeterministic() {
    let runs = std::sync::atomic::AtomicUsize::new(0);
    let body = move || {
        let shared = AtomicUsize::new(0);
        let n = 250_000 + runs.fetch_add(1, SeqCst);
        (0..n).map(|_| shared.load(SeqCst)).max()
    };
    let mut explorer = preemptions(0);
    explorer.settings.steps = 1_000_000;
    let trace = explorer.first_nondeterministic(body);
    assert!(matches!(trace.end, End::Nondeterministic(Difference::Outcome)));
    // It would be long to show, and no operation of it differs.
    assert!(trace.events.len() < 250_000);
}

#[test]
fn another_number_of_threads_is_nondeterministic() {
    static RUNS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let body = || {
        let n = RUNS.fetch_add(1, SeqCst) % 3;
        thread::scope(|scope| (0..n).for_each(|_| drop(scope.spawn(|| AtomicUsize::new(0).load(SeqCst)))));
    };
    let trace = preemptions(0).first_nondeterministic(body);
    let (_, ops) = events_that_differ(trace.end);
    assert!(ops.contains(&Op::LeaveScope), "{ops:?}");
    assert!(ops.iter().any(|op| matches!(op, Op::Spawn { .. })), "{ops:?}");
}

/// A program that does in each run what `step` says for its number, while another thread is there. The first two runs
/// are the same.
#[track_caller]
fn is_noticed_later(step: fn(usize, &AtomicUsize)) {
    let runs = std::sync::atomic::AtomicUsize::new(0);
    let body = move || {
        let run = runs.fetch_add(1, SeqCst);
        let shared = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| shared.fetch_add(0, SeqCst));
            step(run, &shared);
            shared.fetch_add(0, SeqCst);
        });
    };
    let mut explorer = preemptions(2);
    explorer.bounds.random = 0;
    let trace = explorer.first_nondeterministic(body);
    let noticed = matches!(trace.end, End::Nondeterministic(Difference::Operations { .. }));
    assert!(noticed, "{:?}", trace.end);
}

#[test]
fn a_later_execution_that_does_something_else_is_nondeterministic() {
    is_noticed_later(|run, shared| shared.store(run / 2 % 2, SeqCst));
    is_noticed_later(|run, shared| match run {
        0..=2 => drop(shared.load(SeqCst)),
        _ => drop(shared.load(SeqCst)),
    });
    is_noticed_later(|run, shared| match run {
        0..=2 => shared.store(0, SeqCst),
        _ => AtomicUsize::new(1).store(0, SeqCst),
    });
}

#[test]
fn what_differs_in_every_execution_by_nature_is_no_nondeterminism() {
    // Memory that is never freed, so that the next execution has another address.
    let body = || {
        let shared = AtomicUsize::new(0);
        let pointer = model_std::sync::atomic::AtomicPtr::new(std::ptr::null_mut());
        thread::scope(|scope| {
            scope.spawn(|| pointer.store(Box::leak(Box::new([0_u64; 100])), SeqCst));
            shared.store(Box::leak(Box::new([0_u8; 3000])).as_ptr().addr(), SeqCst);
            pointer.load(SeqCst).is_null()
        })
    };
    preemptions(2).returns(body, [false, true]);
}

/// The first two operations that differ between two executions of one schedule, and their number.
#[track_caller]
fn events_that_differ(end: End) -> (usize, [Op; 2]) {
    match end {
        End::Nondeterministic(Difference::Event {
            index,
            expected: Some(expected),
            found: Some(found),
        }) => (index, [expected.op, found.op]),
        other => panic!("{other:?}"),
    }
}
