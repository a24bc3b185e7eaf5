//! Threads are numbered in the order in which they are spawned. Threads that spawn others at the same time do so in
//! every order.

use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::trace::End;
use model_std::model::{Bounds, Execution, Pruning, Settings, Spawns, explore, replay, shorten};
use model_std::sync::Arc;
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::thread::{self, ThreadId};
use model_std_suite::{Explorer, plain};

/// Returns exactly the `allowed` values with and without pruning, and with and without a choice before every operation.
#[track_caller]
fn returns<T: Ord + std::fmt::Debug + Clone + 'static, const N: usize>(
    body: impl Fn() -> T + Copy + 'static,
    allowed: [T; N],
) {
    for pruning in [Pruning::Visited, Pruning::Off] {
        for every_turn in [false, true] {
            let explorer = Explorer {
                bounds: Bounds {
                    pruning,
                    random: 0,
                    executions: 100_000,
                    ..Bounds::default()
                },
                settings: Settings { every_turn, ..plain() },
            };
            let coverage = explorer.returns(body, allowed.clone());
            assert!(coverage.complete, "{coverage:?}");
        }
    }
}

fn number(id: ThreadId) -> u64 {
    let text = format!("{id:?}");
    let digits = text.trim_start_matches("ThreadId(").trim_end_matches(')');
    digits.parse().expect("a number")
}

/// Spawns a thread and returns its number.
fn spawn_another() -> u64 {
    number(thread::spawn(|| thread::current().id()).join().unwrap())
}

#[test]
fn two_threads_that_each_spawn_another_do_so_in_either_order() {
    let body = || {
        let threads = [thread::spawn(spawn_another), thread::spawn(spawn_another)];
        threads.map(|thread| thread.join().unwrap())
    };
    returns(body, [[3, 5], [4, 5], [5, 4]]);
}

/// Another thread's operation may come between a thread's last operation and its spawn.
#[test]
fn earlier_operations_do_not_fix_the_order_of_spawns() {
    let body = || {
        let cell = Arc::new(AtomicUsize::new(0));
        let reader = thread::spawn({
            let cell = Arc::clone(&cell);
            move || (cell.load(SeqCst), spawn_another())
        });
        let writer = thread::spawn(move || {
            cell.store(1, SeqCst);
            spawn_another()
        });
        let ((seen, by_reader), by_writer) = (reader.join().unwrap(), writer.join().unwrap());
        (seen, by_reader < by_writer)
    };
    returns(body, [(0, false), (0, true), (1, false), (1, true)]);
}

#[test]
fn the_body_and_its_thread_spawn_in_either_order() {
    let body = || {
        let cell = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&cell);
        let other = thread::spawn(move || {
            theirs.store(1, SeqCst);
            spawn_another()
        });
        let seen = cell.load(SeqCst);
        let mine = spawn_another();
        (seen, mine < other.join().unwrap())
    };
    returns(body, [(0, false), (0, true), (1, false), (1, true)]);
}

/// The first execution does not show that threads spawn at the same time; a later one does.
#[test]
fn threads_that_spawn_only_in_some_interleavings_do_so_in_either_order() {
    let body = || {
        let cell = Arc::new(AtomicUsize::new(0));
        let spawn_if = |expected| {
            let cell = Arc::clone(&cell);
            move || (cell.fetch_add(1, SeqCst) == expected).then(spawn_another)
        };
        // If the threads run in their order, the second is not the first to add.
        let [one, other] = [thread::spawn(spawn_if(1)), thread::spawn(spawn_if(0))];
        match (one.join().unwrap(), other.join().unwrap()) {
            (Some(one), Some(other)) => Some(one < other),
            _ => None,
        }
    };
    returns(body, [None, Some(false), Some(true)]);
}

#[test]
fn scoped_threads_are_numbered_in_either_order() {
    let body = || {
        let cell = AtomicUsize::new(0);
        thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let seen = cell.load(SeqCst);
                (seen, number(scope.spawn(|| ()).thread().id()))
            });
            let writer = scope.spawn(|| {
                cell.store(1, SeqCst);
                number(scope.spawn(|| ()).thread().id())
            });
            let ((seen, by_reader), by_writer) = (reader.join().unwrap(), writer.join().unwrap());
            (seen, by_reader < by_writer)
        })
    };
    returns(body, [(0, false), (0, true), (1, false), (1, true)]);
}

/// As above, but the order of the numbers decides whether there is a deadlock.
#[test]
fn an_order_of_spawns_is_replayed_and_shortened() {
    let body = || {
        let cell = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&cell);
        let writer = thread::spawn(move || {
            theirs.store(1, SeqCst);
            spawn_another()
        });
        let (seen, mine) = (cell.load(SeqCst), spawn_another());
        let theirs = writer.join().unwrap();
        if seen == 0 && mine > theirs {
            thread::park();
        }
    };
    // This replays the schedule too.
    let (trace, preemptions) = Explorer::default().first_failure(body);
    assert!(matches!(trace.end, End::Deadlock { .. }), "{:?}", trace.end);
    assert_eq!(preemptions, 1);
    let body: Rc<dyn Fn()> = Rc::new(body);
    let settings = plain();
    let fails = |execution: &Execution<()>| matches!(execution.trace.end, End::Deadlock { .. });
    let coverage = explore(&Bounds::default(), &settings, &body, |execution| {
        if fails(&execution) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let found = coverage.stopped.expect("it was found before").schedule;
    assert_eq!(found.spawns, Spawns::Chosen);
    let shortened = shorten(&settings, &body, &found, 1_000, |execution| fails(&execution));
    assert_eq!(shortened.schedule.spawns, Spawns::Chosen);
    assert_eq!(shortened.after.expect("it fails again").preemptions, 1);
    assert!(fails(&replay(&settings, &body, &shortened.schedule)));
}

/// Threads that one thread spawns are numbered in that order.
#[test]
fn spawning_is_no_choice_where_only_one_order_exists() {
    let body: Rc<dyn Fn()> = Rc::new(|| {
        let line = thread::spawn(|| {
            let threads = [(); 2].map(|()| thread::spawn(thread::yield_now));
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            thread::spawn(thread::park).join().unwrap();
        });
        line.join().unwrap();
    });
    // The first execution would have shown more than one order.
    let mut n_executions = 0;
    let coverage = explore(&Bounds::default(), &plain(), &body, |_| {
        n_executions += 1;
        if n_executions == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let second = coverage.stopped.expect("there are two").schedule;
    assert_eq!(second.spawns, Spawns::Invisible);
}
