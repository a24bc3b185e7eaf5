//! Threads are numbered in the order in which they are spawned, and threads that spawn others at the same time do so in every
//! order.

use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::trace::End;
use model_std::model::{Bounds, Execution, Pruning, Settings, Spawns, explore, replay, shorten};
use model_std::sync::Arc;
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::thread::{self, ThreadId};
use model_std_suite::Explorer;

/// With pruning and without, and with a choice before everything: the same, and exactly that.
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
                settings: Settings {
                    every_turn,
                    ..Settings::default()
                },
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

/// Spawns a thread; its number.
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

/// Another thread's operation may come between a thread's last operation and its spawning.
#[test]
fn what_threads_did_before_says_nothing_about_the_order_in_which_they_spawn() {
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
fn the_body_and_a_thread_that_it_spawned_spawn_in_either_order() {
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

/// What is first seen in an execution that is not the first one.
#[test]
fn threads_that_spawn_only_in_some_interleavings_do_so_in_either_order() {
    let body = || {
        let cell = Arc::new(AtomicUsize::new(0));
        let spawn_if = |expected| {
            let cell = Arc::clone(&cell);
            move || (cell.fetch_add(1, SeqCst) == expected).then(spawn_another)
        };
        // The second is the first to add in no execution that runs the threads in their order.
        let [one, other] = [thread::spawn(spawn_if(1)), thread::spawn(spawn_if(0))];
        match (one.join().unwrap(), other.join().unwrap()) {
            (Some(one), Some(other)) => Some(one < other),
            _ => None,
        }
    };
    returns(body, [None, Some(false), Some(true)]);
}

#[test]
fn which_of_two_scoped_threads_has_the_lower_number_does_not_depend_on_which_is_slower() {
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

/// As above, as the harness takes it: who has the lower number decides whether there is a deadlock.
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
    // Replayed by this.
    let (trace, preemptions) = Explorer::default().first_failure(body);
    assert!(matches!(trace.end, End::Deadlock { .. }), "{:?}", trace.end);
    assert_eq!(preemptions, 1);
    let body: Rc<dyn Fn()> = Rc::new(body);
    let settings = Settings::default();
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

/// What one thread spawns is numbered in that order, after all that came before it in its line.
#[test]
fn spawning_is_no_choice_where_there_is_but_one_order() {
    let body: Rc<dyn Fn()> = Rc::new(|| {
        let line = thread::spawn(|| {
            let threads = [(); 2].map(|()| thread::spawn(thread::yield_now));
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            thread::spawn(thread::park).join().unwrap();
        });
        line.join().unwrap();
    });
    // The first would have shown that there is more than one order.
    let mut n_executions = 0;
    let coverage = explore(&Bounds::default(), &Settings::default(), &body, |_| {
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
