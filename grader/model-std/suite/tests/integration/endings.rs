//! Each way in which an execution can end is recognised and reported with its threads and lines.

use std::time::Duration;

use model_std::model::Settings;
use model_std::model::trace::{
    End, LockFunction, ObjectKind, ObjectState, OnceFunction, Op, Wait, WaitReason, WakeReason,
};
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, Barrier, Condvar, Mutex, Once, OnceLock, RwLock};
use model_std::time::SystemTime;
use model_std::{io, println, process, shim, thread};
use model_std_suite::{ends, first_failure, line, plain, preemptions, settings};

/// The waiting threads: what each waits for, and which threads block it.
fn held_up(waits: &[Wait]) -> Vec<(usize, &WaitReason, &[usize])> {
    waits
        .iter()
        .map(|wait| (wait.thread, &wait.reason, wait.held_by.as_slice()))
        .collect()
}

const FOR_LOCK: WaitReason = WaitReason::Lock {
    function: LockFunction::Lock,
};

#[test]
fn a_body_that_returns_finishes() {
    ends(|| 1, &["finished"]);
}

#[test]
fn locks_in_opposite_orders_are_reported_as_a_cycle_with_holders_and_lines() {
    let first_line = line!() + 5;
    let trace = first_failure(|| {
        let (one, other) = (Mutex::new(0), Mutex::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                let _one = one.lock();
                let _other = other.lock();
            });
            scope.spawn(|| {
                let _other = other.lock();
                let _one = one.lock();
            });
        });
    });
    let End::Deadlock { waits, cycle } = trace.end else {
        panic!("{:?}", trace.end)
    };
    assert_eq!(cycle, [1, 2]);
    assert_eq!(
        held_up(&waits),
        [
            (0, &WaitReason::ScopeEnd, &[1, 2][..]),
            (1, &FOR_LOCK, &[2]),
            (2, &FOR_LOCK, &[1])
        ]
    );
    let lines: Vec<_> = waits
        .iter()
        .map(|wait| (line(wait.place.as_ref()), line(wait.held_since.as_ref())))
        .collect();
    assert_eq!(
        lines[1..],
        [(first_line + 1, first_line + 4), (first_line + 5, first_line)]
    );
}

#[test]
fn a_lock_taken_twice_by_one_thread_is_a_deadlock_with_itself() {
    ends(
        || {
            let mutex = Mutex::new(0);
            let _held = mutex.lock();
            drop(mutex.lock());
        },
        &["deadlock [0]"],
    );
    ends(
        || {
            let lock = RwLock::new(0);
            let _held = lock.read();
            drop(lock.write());
        },
        &["deadlock [0]"],
    );
    ends(|| lock_once_inside_itself(&Once::new()), &["deadlock [0]"]);
}

fn lock_once_inside_itself(once: &Once) {
    once.call_once(|| once.call_once(|| {}));
}

#[test]
fn two_readers_that_both_want_to_write_are_a_deadlock() {
    let body = || {
        let lock = RwLock::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let _read = lock.read();
                    drop(lock.write());
                });
            }
        });
    };
    // Each thread also waits for itself, which is a cycle already, and may block the other one in its read.
    ends(body, &["deadlock [1, 2]", "deadlock [1]", "deadlock [2]"]);
}

#[test]
fn a_join_of_a_thread_that_needs_a_held_lock_is_a_cycle() {
    let body = || {
        let mutex = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&mutex);
        let _held = mutex.lock().unwrap();
        thread::spawn(move || drop(theirs.lock())).join().unwrap();
    };
    ends(body, &["deadlock [0, 1]"]);
}

#[test]
fn a_cycle_through_the_second_thread_of_a_scope_is_found() {
    let body = || {
        let (mutex, never) = (Mutex::new(0), Condvar::new());
        let elsewhere = Mutex::new(0);
        let _held = mutex.lock();
        thread::scope(|scope| {
            scope.spawn(|| drop(never.wait(elsewhere.lock().unwrap())));
            scope.spawn(|| drop(mutex.lock()));
        });
    };
    ends(body, &["deadlock [0, 2]"]);
}

#[test]
fn a_notification_before_the_wait_is_a_lost_wake_up() {
    let notify_line = line!() + 5;
    let trace = first_failure(|| {
        let shared = Arc::new((Mutex::new(()), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let notifier = thread::spawn(move || {
            theirs.1.notify_one();
        });
        drop(shared.1.wait(shared.0.lock().unwrap()).unwrap());
        notifier.join().unwrap();
    });
    let End::LostWakeup {
        waits,
        waiter,
        notified_at,
    } = trace.end
    else {
        panic!("{:?}", trace.end)
    };
    assert_eq!((waiter, line(notified_at.as_ref())), (0, notify_line));
    let Some(notified) = waits[0].object else {
        panic!("{waits:?}")
    };
    assert_eq!(trace.objects[notified].kind, ObjectKind::Condvar);
    let [
        (
            0,
            WaitReason::Notification {
                lock,
                has_timeout: false,
            },
            [],
        ),
    ] = held_up(&waits)[..]
    else {
        panic!("{waits:?}")
    };
    assert_eq!(trace.objects[*lock].kind, ObjectKind::Mutex);
}

#[test]
fn a_missing_notification_is_a_plain_deadlock() {
    let body = || {
        let (mutex, condvar) = (Mutex::new(()), Condvar::new());
        drop(condvar.wait(mutex.lock().unwrap()).unwrap());
    };
    ends(body, &["deadlock []"]);
}

/// Waits until `expected` threads have begun to wait and have counted themselves in the mutex. Then notifies one.
fn notify_one_of(expected: usize, (begun, condvar): &(Mutex<usize>, Condvar)) {
    while *begun.lock().unwrap() < expected {
        thread::yield_now();
    }
    condvar.notify_one();
}

/// Counts itself, then waits for something that never happens.
fn wait_for_ever((begun, condvar): &(Mutex<usize>, Condvar)) {
    let mut begun = begun.lock().unwrap();
    *begun += 1;
    loop {
        begun = condvar.wait(begun).unwrap();
    }
}

#[test]
fn a_waiter_woken_since_the_unheard_notification_has_not_lost_it() {
    let notify_line = line!() - 14;
    let body = || {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        shared.1.notify_all();
        let theirs = Arc::clone(&shared);
        let waiter = thread::spawn(move || wait_for_ever(&theirs));
        notify_one_of(1, &shared);
        waiter.join().unwrap();
    };
    ends(body, &["deadlock []"]);
    let End::Deadlock { waits, .. } = first_failure(body).end else {
        unreachable!("no other end was found");
    };
    let last = waits[1].last_notification.as_ref().expect("it was notified");
    assert_eq!(
        (last.by, line(last.place.as_ref()), &last.woke[..]),
        (0, notify_line, &[1][..])
    );
    assert_eq!(waits[0].last_notification, None);
}

/// What matters is when the waiter resumed, not when it was notified: by then it could see what the later notification
/// was about.
#[test]
fn a_waiter_that_resumes_after_an_unheard_notification_has_not_lost_it() {
    let body = || {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let waiter = thread::spawn(move || wait_for_ever(&theirs));
        while *shared.0.lock().unwrap() == 0 {
            thread::yield_now();
        }
        // The first notification wakes it, but it cannot resume before the second.
        let held = shared.0.lock().unwrap();
        shared.1.notify_one();
        shared.1.notify_one();
        drop(held);
        waiter.join().unwrap();
    };
    ends(body, &["deadlock []"]);
}

#[test]
fn a_notification_that_woke_another_thread_is_a_deadlock_that_names_it() {
    let body = || {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        let waiters = [(); 2].map(|()| {
            let theirs = Arc::clone(&shared);
            thread::spawn(move || wait_for_ever(&theirs))
        });
        notify_one_of(2, &shared);
        waiters.into_iter().for_each(|waiter| waiter.join().unwrap());
    };
    ends(body, &["deadlock []"]);
    let End::Deadlock { waits, .. } = first_failure(body).end else {
        unreachable!("no other end was found");
    };
    let woke = |wait: &Wait| wait.last_notification.as_ref().map(|last| last.woke.clone());
    let woke: Vec<_> = waits.iter().map(woke).collect();
    assert_eq!(woke, [None, Some(vec![1]), Some(vec![1])]);
}

/// Only a wake-up at this condition variable, after the notification, shows that the thread could see what the
/// notification was about.
#[test]
fn a_wake_up_at_another_condvar_or_earlier_does_not_save_a_lost_one() {
    let elsewhere = || {
        let (here, there) = (Condvar::new(), Arc::new((Mutex::new(0), Condvar::new())));
        here.notify_all();
        let theirs = Arc::clone(&there);
        let waiter = thread::spawn(move || {
            let mut begun = theirs.0.lock().unwrap();
            *begun += 1;
            begun = theirs.1.wait(begun).unwrap();
            drop(here.wait(begun).unwrap());
        });
        notify_one_of(1, &there);
        waiter.join().unwrap();
    };
    ends(elsewhere, &["lost wake-up of 1"]);
    let before = || {
        let shared = Arc::new((Mutex::new(0), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let waiter = thread::spawn(move || {
            let mut begun = theirs.0.lock().unwrap();
            *begun += 1;
            drop(theirs.1.wait(begun).unwrap());
            *theirs.0.lock().unwrap() += 1;
            thread::sleep(Duration::from_secs(1));
            drop(theirs.1.wait(theirs.0.lock().unwrap()).unwrap());
        });
        notify_one_of(1, &shared);
        notify_one_of(2, &shared);
        waiter.join().unwrap();
    };
    ends(before, &["lost wake-up of 1"]);
}

/// What the last waiting thread waits for, in an execution that ends in a deadlock.
#[track_caller]
fn last_reason(body: impl Fn() + 'static) -> WaitReason {
    match first_failure(body).end {
        End::Deadlock { mut waits, .. } => waits.pop().expect("a thread waits").reason,
        end => panic!("no deadlock, but {end:?}"),
    }
}

#[test]
fn each_kind_of_wait_has_its_own_reason() {
    let write = || {
        let lock = RwLock::new(0);
        let _read = lock.read();
        drop(lock.write());
    };
    let read = || {
        let lock = RwLock::new(0);
        let _written = lock.write();
        drop(lock.read());
    };
    let function = LockFunction::Write;
    assert_eq!(last_reason(write), WaitReason::Lock { function });
    let function = LockFunction::Read;
    assert_eq!(last_reason(read), WaitReason::Lock { function });
    assert_eq!(last_reason(thread::park), WaitReason::Park { has_timeout: false });
    let park = || thread::park_timeout(Duration::MAX);
    assert_eq!(last_reason(park), WaitReason::Park { has_timeout: true });
    assert_eq!(last_reason(|| thread::sleep(Duration::MAX)), WaitReason::Clock);
    let two_of_three = || {
        let barrier = Barrier::new(3);
        thread::scope(|scope| {
            (0..2).for_each(|_| drop(scope.spawn(|| barrier.wait())));
        });
    };
    let (arrived, needed) = (2, 3);
    assert_eq!(last_reason(two_of_three), WaitReason::Barrier { arrived, needed });
    let function = OnceFunction::CallOnce;
    let twice = || lock_once_inside_itself(&Once::new());
    assert_eq!(last_reason(twice), WaitReason::Initialization { function });
    let function = OnceFunction::Wait;
    let never_set = || {
        OnceLock::<u8>::new().wait();
    };
    assert_eq!(last_reason(never_set), WaitReason::Initialization { function });
    let joined = || thread::spawn(|| thread::park()).join().unwrap();
    let End::Deadlock { waits, .. } = first_failure(joined).end else {
        panic!("the thread is never unparked");
    };
    assert_eq!(waits[0].reason, WaitReason::Join { thread: 1 });
}

#[test]
fn the_trace_tells_a_print_that_waits_for_a_stream_from_a_lock_that_does() {
    let beside_a_guard = |other: fn()| {
        move || {
            let _held = io::stdout().lock();
            thread::spawn(other).join().unwrap();
        }
    };
    assert_eq!(last_reason(beside_a_guard(|| println!())), WaitReason::WriteLock);
    assert_eq!(last_reason(beside_a_guard(|| drop(io::stdout().lock()))), FOR_LOCK);
}

#[test]
fn a_notified_thread_that_does_not_get_the_lock_waits_for_the_lock() {
    let body = || {
        let shared = Arc::new((Mutex::new(()), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let waiter = thread::spawn(move || drop(theirs.1.wait(theirs.0.lock().unwrap())));
        thread::sleep(Duration::from_secs(1));
        let _held = shared.0.lock();
        shared.1.notify_one();
        waiter.join().unwrap();
    };
    assert_eq!(last_reason(body), WaitReason::Relock { lock: 0 });
}

#[test]
fn a_trace_tells_that_a_wait_frees_the_lock_and_a_wake_up_takes_it() {
    let body = || {
        let (mutex, condvar) = (Mutex::new(()), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| drop(condvar.wait(mutex.lock().unwrap()).unwrap()));
            thread::sleep(Duration::from_secs(1));
            condvar.notify_one();
        });
    };
    let (trace, _) = preemptions(0).first(body, |_| true);
    let (lock, condvar) = (1, 2);
    let kinds: Vec<_> = trace.objects.iter().map(|object| object.kind).collect();
    assert_eq!(kinds, [ObjectKind::Scope, ObjectKind::Mutex, ObjectKind::Condvar]);
    let at_condvar = trace.events.iter().filter(|event| event.object == Some(condvar));
    let told: Vec<_> = at_condvar.map(|event| (&event.op, &event.states[..])).collect();
    let [
        (
            Op::Wait {
                lock: 1,
                has_timeout: false,
            },
            begins,
        ),
        (Op::Notify { woke, .. }, notifies),
        (
            Op::WakeUp {
                lock: 1,
                reason: WakeReason::Notified,
                poisoned: false,
            },
            wakes,
        ),
    ] = told[..]
    else {
        panic!("{told:?}")
    };
    let waiting = |threads: &[usize]| (condvar, ObjectState::Waiting(threads.to_vec()));
    assert_eq!(begins, [waiting(&[1]), (lock, ObjectState::Free)]);
    assert_eq!((&woke[..], notifies), (&[1][..], &[waiting(&[])][..]));
    assert_eq!(wakes, [waiting(&[]), (lock, ObjectState::HeldBy(1))]);
}

#[test]
fn a_cycle_of_locks_is_no_lost_wake_up() {
    let body = || {
        let (one, other) = (Mutex::new(0), Mutex::new(0));
        let (mutex, condvar) = (Mutex::new(()), Condvar::new());
        condvar.notify_all();
        thread::scope(|scope| {
            scope.spawn(|| drop((one.lock(), other.lock())));
            scope.spawn(|| drop((other.lock(), one.lock())));
            scope.spawn(|| {
                let (_guard, _late) = condvar
                    .wait_timeout(mutex.lock().unwrap(), Duration::from_secs(1))
                    .unwrap();
            });
        });
        drop(condvar.wait(mutex.lock().unwrap()).unwrap());
    };
    ends(body, &["deadlock [1, 2]", "lost wake-up of 0"]);
}

#[test]
fn a_thread_that_is_left_running_is_reported() {
    let body = || {
        let mutex = Mutex::new(());
        thread::spawn(|| thread::sleep(Duration::from_secs(1)));
        drop(thread::spawn(move || drop(mutex.lock())));
        thread::sleep(Duration::from_millis(1));
    };
    ends(body, &["threads left [1]"]);
}

#[test]
fn a_detached_thread_that_ends_before_the_body_is_not_reported() {
    let body = || {
        thread::spawn(|| {});
        thread::sleep(Duration::from_nanos(1));
    };
    ends(body, &["finished"]);
    ends(|| drop(thread::spawn(|| {})), &["threads left [1]"]);
}

/// A reading of the time of day has neither an object nor a line of the program, as the use of a reference count.
#[test]
fn a_thread_of_a_library_that_works_when_the_body_ends_is_left() {
    let body = || {
        let has_begun = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&has_begun);
        thread::spawn(move || {
            shim::set_idle(1, true);
            shim::set_idle(1, false);
            theirs.store(1, SeqCst);
            loop {
                let _ = SystemTime::now();
            }
        });
        while has_begun.load(SeqCst) == 0 {
            thread::yield_now();
        }
    };
    preemptions(0).ends(body, &["threads left [1]"]);
}

#[test]
fn exit_and_abort_end_the_execution_with_code_thread_and_line() {
    let exit_line = line!() + 2;
    let trace = first_failure(|| {
        let _: thread::Result<()> = thread::spawn(|| process::exit(3)).join();
    });
    let End::Exited { code, thread, place } = trace.end else {
        panic!("{:?}", trace.end)
    };
    assert_eq!((code, thread, line(place.as_ref())), (Some(3), 1, exit_line));
    ends(|| process::abort(), &["0 exited with None"]);
}

#[test]
fn nothing_runs_after_the_end_of_an_execution() {
    static REACHED: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
    struct SaysSo;
    impl Drop for SaysSo {
        fn drop(&mut self) {
            REACHED.store(true, SeqCst);
        }
    }
    let body = || {
        let _says_so = SaysSo;
        thread::spawn(|| {
            let _says_so = SaysSo;
            thread::park();
        });
        process::exit(0);
    };
    ends(body, &["0 exited with Some(0)"]);
    assert!(
        !REACHED.load(SeqCst),
        "what belongs to an execution that was cut short was dropped"
    );
}

#[test]
fn a_program_that_makes_progress_ends_at_the_step_limit() {
    let body = || {
        let counter = AtomicUsize::new(0);
        for _ in 0..2_000 {
            counter.fetch_add(1, SeqCst);
            model_std::print!(".");
        }
    };
    settings(Settings {
        steps: 1_000,
        ..plain()
    })
    .ends(body, &["step limit"]);
    settings(Settings {
        steps: 5_000,
        ..plain()
    })
    .ends(body, &["finished"]);
}
