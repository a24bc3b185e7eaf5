//! The step that decides a failure is known for these programs: after it every continuation fails, and an execution that
//! is the same until then passes.

use std::fmt::Debug;
use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::trace::{End, Event, LockFunction, LockOutcome, Op, SendFunction};
use model_std::model::{Bounds, Certainty, Execution, Settings, certainty, explore, replay, shorten};
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, Condvar, Mutex, mpsc};
use model_std::thread;

/// The first failing execution of `body`, which is the simplest, and from which step on it is certain.
#[track_caller]
fn found<T: Debug + 'static>(
    body: impl Fn() -> T + 'static,
    passes: fn(&Execution<T>) -> bool,
) -> (Vec<Event>, Option<Certainty>) {
    let body: Rc<dyn Fn() -> T> = Rc::new(body);
    let (bounds, settings) = (Bounds::default(), Settings::default());
    let coverage = explore(&bounds, &settings, &body, |execution| {
        if passes(&execution) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    let stopped = coverage.stopped.expect("an execution fails");
    let simplest = shorten(&settings, &body, &stopped.schedule, 200, |execution| {
        !passes(&execution)
    })
    .schedule;
    let certain = certainty(&settings, bounds.preemptions, &body, &simplest, |execution| {
        passes(&execution)
    });
    let events = replay(&settings, &body, &simplest).trace.events;
    if let Some(Certainty {
        steps,
        passing: Some(passing),
        ..
    }) = &certain
    {
        let passed = replay(&settings, &body, &passing.schedule);
        assert!(passes(&passed));
        assert_eq!(passed.preemptions, passing.preemptions);
        // The executions are the same until the step that decides.
        let same = passed
            .trace
            .events
            .iter()
            .zip(&events)
            .take_while(|(one, other)| one == other);
        assert_eq!(same.count(), steps - 1);
    }
    (events, certain)
}

fn finishes<T>(execution: &Execution<T>) -> bool {
    execution.trace.end == End::Finished
}

/// The step that decides, and its thread.
#[track_caller]
fn deciding((events, certain): &(Vec<Event>, Option<Certainty>)) -> (usize, Op) {
    let certain = certain.as_ref().expect("the search has an end");
    let event = &events[certain.steps - 1];
    (event.thread, event.op.clone())
}

#[test]
fn an_update_is_lost_when_the_second_thread_has_read_the_same_value() {
    let body = || {
        let counter = Arc::new(AtomicUsize::new(0));
        let threads = [(); 2].map(|()| {
            let counter = Arc::clone(&counter);
            thread::spawn(move || {
                let seen = counter.load(SeqCst);
                counter.store(seen + 1, SeqCst);
            })
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        counter.load(SeqCst)
    };
    let found = found(body, |execution| matches!(execution.value, Some(Ok(2))));
    let (thread, op) = deciding(&found);
    assert!(matches!(op, Op::Load { .. }), "{op:?} of {found:?}");
    let loads = found.0.iter().filter(|event| matches!(event.op, Op::Load { .. }));
    // The other load before it is that of the other thread.
    let first = loads.map(|event| event.thread).find(|other| *other != thread);
    assert!(first.is_some_and(|first| first > 0));
}

#[test]
fn a_deadlock_is_certain_when_each_thread_holds_a_lock() {
    let body = || {
        let (one, other) = (Mutex::new(0), Mutex::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                let _one = one.lock().unwrap();
                drop(other.lock().unwrap());
            });
            scope.spawn(|| {
                let _other = other.lock().unwrap();
                drop(one.lock().unwrap());
            });
        });
    };
    let found = found(body, finishes);
    let (thread, op) = deciding(&found);
    let second = Op::Lock {
        function: LockFunction::Lock,
        outcome: LockOutcome::Acquired,
    };
    assert_eq!(op, second);
    let is_lock = |event: &&Event| event.op == second;
    let holders: Vec<_> = found.0.iter().filter(is_lock).map(|event| event.thread).collect();
    assert!(holders.len() == 2 && holders[1] == thread, "{holders:?}");
}

#[test]
fn a_wake_up_is_lost_when_the_notification_finds_nobody() {
    let body = || {
        let shared = Arc::new((Mutex::new(()), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let notifier = thread::spawn(move || theirs.1.notify_one());
        drop(shared.1.wait(shared.0.lock().unwrap()).unwrap());
        notifier.join().unwrap();
    };
    let found = found(body, finishes);
    let (thread, op) = deciding(&found);
    assert!(thread == 1 && matches!(op, Op::Notify { .. }), "{op:?}");
}

#[test]
fn a_failure_of_every_execution_is_certain_from_the_start() {
    let body = || {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || sender.send(1).unwrap()).join().unwrap();
        let received: usize = receiver.recv().unwrap();
        received
    };
    let (events, certain) = found(body, |execution| matches!(execution.value, Some(Ok(2))));
    let send = |event: &Event| {
        matches!(
            event.op,
            Op::Send {
                function: SendFunction::Send,
                ..
            }
        )
    };
    assert!(events.iter().any(send));
    let Some(Certainty {
        steps: 0,
        passing: None,
        ..
    }) = certain
    else {
        panic!("{certain:?}")
    };
}

#[test]
fn a_search_that_takes_too_long_finds_nothing() {
    let body = || {
        let counter = Arc::new(AtomicUsize::new(0));
        let threads = [(); 4].map(|()| {
            let counter = Arc::clone(&counter);
            thread::spawn(move || (0..40).for_each(|_| counter.store(counter.load(SeqCst) + 1, SeqCst)))
        });
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        counter.load(SeqCst)
    };
    let n_before = model_std::model::operations();
    let (_, certain) = found(body, |execution| matches!(execution.value, Some(Ok(161))));
    assert_eq!(certain, None);
    assert!(model_std::model::operations() - n_before < 3_000_000);
}
