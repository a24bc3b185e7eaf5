//! Switches after releasing operations, in code that is not instrumented: threads share reference counts and plain
//! memory that the model does not see.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::trace::End;
use model_std::model::{Bounds, Coverage, Execution, Settings, explore, replay, shorten};
use model_std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, Barrier, Condvar, Mutex, Weak, mpsc};
use model_std::thread;
use model_std_suite::{Explorer, describe, plain};

/// How executions of `body` end under these settings, without samples.
fn ends<T: 'static>(settings: Settings, body: impl Fn() -> T + 'static) -> (BTreeSet<String>, Coverage) {
    let mut ends = BTreeSet::new();
    let mut explorer = Explorer {
        settings,
        ..Explorer::default()
    };
    explorer.bounds.random = 0;
    let coverage = explorer.each(body, |execution| {
        ends.insert(describe(&execution.trace.end));
    });
    (ends, coverage)
}

/// Some executions of `body` end with a panic, under the default settings.
#[track_caller]
fn fails<T: 'static>(body: impl Fn() -> T + 'static) {
    let (ends, _) = ends(Settings::default(), body);
    assert!(ends.iter().any(|end| end.starts_with("panicked")), "{ends:?}");
}

/// Takes the value out of an `Arc` that others have had.
fn take<T>(shared: Arc<T>) -> T {
    Arc::into_inner(shared).expect("another thread still has it")
}

/// A message says that the other thread is done; its `Arc` goes away only then.
fn last_owner_by_message() -> usize {
    let total = Arc::new(Mutex::new(0));
    let (sender, done) = mpsc::channel();
    let worker = {
        let total = Arc::clone(&total);
        thread::spawn(move || {
            *total.lock().unwrap() += 1;
            sender.send(()).unwrap();
            drop(total);
        })
    };
    done.recv().unwrap();
    let total = take(total).into_inner().unwrap();
    worker.join().unwrap();
    total
}

#[test]
fn a_message_is_not_the_end_of_a_thread() {
    fails(last_owner_by_message);
}

/// Without the switches, no execution shows it.
#[test]
fn the_switches_are_what_finds_it() {
    let (ends, coverage) = ends(plain(), last_owner_by_message);
    assert_eq!(ends, ["finished".to_owned()].into());
    assert!(coverage.complete);
}

/// A right program has the same outcomes. The number of executions is today's: first those without switches, then all.
#[test]
fn a_join_is() {
    let body = || {
        let total = Arc::new(Mutex::new(0));
        let workers = [(); 2].map(|()| {
            let total = Arc::clone(&total);
            thread::spawn(move || *total.lock().unwrap() += 1)
        });
        workers.into_iter().for_each(|worker| worker.join().unwrap());
        take(total).into_inner().unwrap()
    };
    let found = [plain(), Settings::default()].map(|settings| {
        let (ends, coverage) = ends(settings, body);
        assert_eq!(ends, ["finished".to_owned()].into());
        assert!(coverage.complete);
        coverage.executions
    });
    assert_eq!(found, [4, 42]);
}

#[test]
fn no_operation_that_another_thread_waits_for_is_the_end_of_a_thread() {
    fn program(says_so: fn(&Signals), waits: fn(&Signals)) -> impl Fn() {
        move || {
            let signals = Arc::new(Signals {
                flag: AtomicBool::new(false),
                mutex: Mutex::new(false),
                condvar: Condvar::new(),
                barrier: Barrier::new(2),
                waiter: thread::current(),
            });
            let theirs = Arc::clone(&signals);
            let worker = thread::spawn(move || says_so(&theirs));
            waits(&signals);
            take(signals);
            worker.join().unwrap();
        }
    }
    fails(program(
        |signals| signals.flag.store(true, SeqCst),
        |signals| while !signals.flag.load(SeqCst) {},
    ));
    fails(program(
        |signals| *signals.mutex.lock().unwrap() = true,
        |signals| while !*signals.mutex.lock().unwrap() {},
    ));
    fails(program(
        |signals| {
            *signals.mutex.lock().unwrap() = true;
            signals.condvar.notify_one();
        },
        |signals| {
            let guard = signals.mutex.lock().unwrap();
            drop(signals.condvar.wait_while(guard, |done| !*done).unwrap());
        },
    ));
    fails(program(
        |signals| {
            signals.barrier.wait();
        },
        |signals| {
            signals.barrier.wait();
        },
    ));
    fails(program(|signals| signals.waiter.unpark(), |_| thread::park()));
}

/// What a thread says that it is done by.
struct Signals {
    flag: AtomicBool,
    mutex: Mutex<bool>,
    condvar: Condvar,
    barrier: Barrier,
    waiter: thread::Thread,
}

#[test]
fn the_end_of_a_channel_comes_before_that_of_a_thread() {
    fails(|| {
        let (shared, (sender, receiver)) = (Arc::new(()), mpsc::channel::<()>());
        let theirs = Arc::clone(&shared);
        thread::spawn(move || {
            drop(sender);
            drop(theirs);
        });
        receiver.recv().unwrap_err();
        take(shared);
    });
}

#[test]
fn who_has_received_is_not_done_either() {
    fails(|| {
        let (shared, (sender, receiver)) = (Arc::new(()), mpsc::sync_channel(0));
        let theirs = Arc::clone(&shared);
        let worker = thread::spawn(move || {
            receiver.recv().unwrap();
            drop(theirs);
            receiver
        });
        sender.send(()).unwrap();
        take(shared);
        drop(worker.join());
    });
}

#[test]
fn a_new_thread_may_be_quicker_than_its_parent() {
    fails(|| {
        let shared = Arc::new(());
        let theirs = Arc::clone(&shared);
        let child = thread::spawn(move || assert_eq!(Arc::strong_count(&theirs), 1, "the parent has it too"));
        drop(shared);
        child.join().unwrap();
    });
}

#[test]
fn every_call_that_looks_at_the_counts_finds_the_other_owner() {
    fn program(look: fn(&mut Arc<AtomicUsize>, &Weak<AtomicUsize>) -> bool) -> impl Fn() {
        move || {
            let mut mine = Arc::new(AtomicUsize::new(0));
            let (theirs, weak) = (Arc::clone(&mine), Arc::downgrade(&mine));
            let worker = thread::spawn(move || {
                theirs.store(1, SeqCst);
            });
            while mine.load(SeqCst) == 0 {}
            assert!(look(&mut mine, &weak), "another thread still has it");
            worker.join().unwrap();
        }
    }
    fails(program(|mine, _| Arc::strong_count(mine) == 1));
    fails(program(|_, weak| weak.strong_count() == 1));
    fails(program(|mine, weak| {
        *mine = Arc::default();
        weak.upgrade().is_none()
    }));
    fails(program(|mine, _| Arc::try_unwrap(std::mem::take(mine)).is_ok()));
    fails(program(|mine, _| Arc::into_inner(std::mem::take(mine)).is_some()));
    fails(|| {
        let mut mine = Arc::new(0);
        let theirs = Arc::clone(&mine);
        let (sender, receiver) = mpsc::channel();
        let worker = thread::spawn(move || {
            sender.send(()).unwrap();
            drop(theirs);
        });
        receiver.recv().unwrap();
        let before = Arc::as_ptr(&mine);
        Arc::make_mut(&mut mine);
        assert_eq!(before, Arc::as_ptr(&mine), "it was cloned");
        assert!(Arc::get_mut(&mut mine).is_some());
        worker.join().unwrap();
    });
}

/// Between an atomic operation and the plain access that follows, another thread may take the value.
#[test]
fn plain_memory_may_change_right_after_an_operation() {
    const SENT: u8 = 1;
    const CLOSED: u8 = 2;
    fails(|| {
        // The real lock stands for plain memory: the model knows nothing of it, and it is always free.
        let slot = Arc::new((AtomicU8::new(0), std::sync::Mutex::new(None)));
        let take = |slot: &(AtomicU8, std::sync::Mutex<Option<u32>>)| slot.1.lock().unwrap().take();
        let theirs = Arc::clone(&slot);
        let sender = thread::spawn(move || {
            *theirs.1.lock().unwrap() = Some(1);
            if theirs.0.fetch_or(SENT, SeqCst) & CLOSED != 0 {
                take(&theirs).expect("closed before it was sent");
            }
        });
        slot.0.fetch_or(CLOSED, SeqCst);
        if slot.0.load(SeqCst) & SENT != 0 {
            take(&slot);
        }
        sender.join().unwrap();
    });
}

#[test]
fn a_switch_after_an_operation_is_replayed_and_shortened() {
    let body: Rc<dyn Fn() -> usize> = Rc::new(last_owner_by_message);
    let settings = Settings::default();
    let fails = |execution: &Execution<usize>| matches!(execution.trace.end, End::Panicked(_));
    let coverage = explore(&Bounds::default(), &settings, &body, |execution| {
        if fails(&execution) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let found = coverage.stopped.expect("it fails");
    assert_eq!(found.preemptions, 1);
    assert!(fails(&replay(&settings, &body, &found.schedule)));
    let shortened = shorten(&settings, &body, &found.schedule, 1_000, |execution| fails(&execution));
    assert_eq!(shortened.after.expect("it fails again").preemptions, 1);
    assert!(fails(&replay(&settings, &body, &shortened.schedule)));
}
