//! The debug output of the modelled types, plain and pretty, in each state that it shows.
//!
//! Compiled by the test `drop_in` against the real `std` and against the modelled one: `run` must return the same with
//! both.
#![allow(
    invalid_atomic_ordering,
    reason = "the panics that such an ordering ends in are compared"
)]
#![allow(clippy::all, reason = "what matters is what it says")]

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicI8, AtomicPtr, AtomicU64, Ordering};
use std::sync::{
    Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, PoisonError, RwLock, TryLockError, Weak, mpsc,
};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The value as `{:?}` and as `{:#?}`.
fn shown(value: &dyn Debug) -> String {
    format!("{value:?}\n{value:#?}\n{value:08.1?}")
}

fn locks() -> Vec<String> {
    let (mutex, rwlock) = (Arc::new(Mutex::new(Some(1))), RwLock::new(vec![1.5, 2.5]));
    let mut all = vec![
        shown(&mutex),
        shown(&rwlock),
        shown(&Mutex::new("text")),
        shown(&Mutex::new(RwLock::new(()))),
    ];
    let guard = mutex.lock();
    all.extend([
        shown(&mutex),
        shown(&guard),
        shown(&guard.as_ref().unwrap()),
        shown(&mutex.try_lock()),
    ]);
    drop(guard);
    let reader = rwlock.read();
    all.extend([shown(&rwlock), shown(&reader), shown(&rwlock.try_write())]);
    drop(reader);
    let writer = rwlock.write();
    all.extend([shown(&rwlock), shown(&writer), shown(&rwlock.try_read())]);
    drop(writer);
    drop(catch_unwind(AssertUnwindSafe(|| {
        let _both = (mutex.lock(), rwlock.write());
        resume_unwind(Box::new(()));
    })));
    all.extend([
        shown(&mutex),
        shown(&rwlock),
        shown(&mutex.lock()),
        shown(&rwlock.read()),
        shown(&rwlock.try_write()),
    ]);
    all.push(format!(
        "{} {}",
        mutex.lock().map(drop).unwrap_err(),
        mutex.try_lock().map(drop).unwrap_err()
    ));
    let poisoned = mutex.lock();
    all.extend([shown(&mutex), shown(&poisoned)]);
    all
}

fn waiting() -> Vec<String> {
    let (mutex, condvar) = (Mutex::new(0), Condvar::new());
    let timeout = condvar
        .wait_timeout(mutex.lock().unwrap(), Duration::from_millis(1))
        .unwrap();
    let barrier = Barrier::new(1);
    vec![
        shown(&condvar),
        shown(&timeout),
        shown(&timeout.1),
        shown(&barrier),
        shown(&barrier.wait()),
    ]
}

fn cells() -> Vec<String> {
    let (once, lock, lazy) = (Once::new(), OnceLock::new(), LazyLock::new(|| "value".to_owned()));
    let mut all = vec![shown(&once), shown(&lock), shown(&lazy)];
    once.call_once_force(|state| all.push(shown(state)));
    LazyLock::force(&lazy);
    all.extend([
        shown(&once),
        shown(&lock.set("set")),
        shown(&lock.set("again")),
        shown(&lock),
        shown(&lazy),
    ]);
    let broken = LazyLock::new(|| -> u8 { resume_unwind(Box::new(())) });
    drop(catch_unwind(AssertUnwindSafe(|| *broken)));
    let poisoned = Once::new();
    drop(catch_unwind(AssertUnwindSafe(|| {
        poisoned.call_once(|| resume_unwind(Box::new(())))
    })));
    all.extend([shown(&broken), shown(&poisoned)]);
    poisoned.call_once_force(|state| all.push(shown(state)));
    all
}

fn channels() -> Vec<String> {
    let (sender, receiver) = mpsc::channel::<u8>();
    let (bounded, bounded_receiver) = mpsc::sync_channel::<u8>(1);
    let mut all = vec![
        shown(&sender),
        shown(&receiver),
        shown(&bounded),
        shown(&bounded_receiver),
    ];
    all.extend([
        shown(&receiver.try_recv()),
        shown(&receiver.recv_timeout(Duration::ZERO)),
        shown(&receiver.iter()),
        shown(&receiver.try_iter()),
    ]);
    all.extend([shown(&bounded.try_send(1)), shown(&bounded.try_send(2))]);
    all.push(format!(
        "{} {}",
        receiver.try_recv().unwrap_err(),
        receiver.recv_timeout(Duration::ZERO).unwrap_err()
    ));
    all.push(bounded.try_send(3).unwrap_err().to_string());
    drop((sender, bounded_receiver));
    all.extend([
        shown(&receiver.recv()),
        shown(&receiver.try_recv()),
        shown(&receiver.recv_timeout(Duration::ZERO)),
    ]);
    all.extend([shown(&bounded.send(4)), shown(&bounded.try_send(5))]);
    all.push(format!(
        "{} {}",
        receiver.recv().unwrap_err(),
        receiver.try_recv().unwrap_err()
    ));
    all.push(format!(
        "{} {}",
        receiver.recv_timeout(Duration::ZERO).unwrap_err(),
        bounded.send(6).unwrap_err()
    ));
    all.push(bounded.try_send(7).unwrap_err().to_string());
    all.push(shown(&receiver.into_iter()));
    all
}

fn threads() -> Vec<String> {
    thread_local!(static KEY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) });
    thread_local!(static ENDING: Cell<Option<thread::AccessError>> = const { Cell::new(None) });
    let (asked, answer) = mpsc::channel();
    struct Asks(mpsc::Sender<Option<thread::AccessError>>);
    impl Drop for Asks {
        fn drop(&mut self) {
            let _ = self.0.send(LAST.try_with(|_| ()).err());
        }
    }
    thread_local!(static LAST: RefCell<Option<Asks>> = const { RefCell::new(None) });
    let handle = thread::Builder::new()
        .name("named".to_owned())
        .spawn(move || LAST.set(Some(Asks(asked))))
        .unwrap();
    let name = shown(&handle.thread().name());
    let mut all = vec![
        name,
        shown(&handle),
        shown(&handle.join()),
        shown(&&KEY),
        shown(&&ENDING),
    ];
    let error = answer.recv().unwrap().expect("the key is being destroyed");
    all.extend([shown(&error), error.to_string(), error.clone().eq(&error).to_string()]);
    thread::scope(|scope| {
        let handle = scope.spawn(|| 3);
        all.extend([shown(&handle), shown(&handle.join()), shown(scope)]);
    });
    let ids = format!("{:?}", thread::current().id());
    all.push(
        ids.trim_end_matches(|sign: char| sign == ')' || sign.is_ascii_digit())
            .to_owned(),
    );
    all.push(shown(
        &thread::spawn(|| resume_unwind(Box::new(3_u8)))
            .join()
            .map_err(|payload| payload.downcast::<u8>().ok()),
    ));
    all
}

fn atomics() -> Vec<String> {
    let null: AtomicPtr<u8> = AtomicPtr::default();
    let all: [&dyn Debug; 6] = [
        &AtomicBool::new(true),
        &AtomicI8::new(-3),
        &AtomicU64::new(u64::MAX),
        &null,
        &Ordering::SeqCst,
        &[AtomicBool::new(false)],
    ];
    all.into_iter()
        .map(shown)
        .chain([format!("{null:p} {:#x?} {:+?}", AtomicU64::new(255), AtomicI8::new(1))])
        .collect()
}

fn times() -> Vec<String> {
    let (now, today) = (Instant::now(), SystemTime::now());
    let early = UNIX_EPOCH
        .duration_since(UNIX_EPOCH + Duration::from_nanos(1_500))
        .unwrap_err();
    let shape = |text: String| text.chars().filter(|sign| !sign.is_ascii_digit()).collect::<String>();
    vec![
        shape(shown(&now)),
        shape(format!("{today:?}\n{today:#?}")),
        shown(&UNIX_EPOCH),
        shown(&(now - now)),
        shown(&early),
        early.to_string(),
        shown(&(
            now.checked_add(Duration::MAX),
            now.checked_sub(Duration::MAX),
            today.checked_add(Duration::MAX),
            UNIX_EPOCH.checked_sub(Duration::MAX),
        )),
        shown(&[Duration::from_micros(1_500), Duration::MAX]),
    ]
}

fn others() -> Vec<String> {
    let streams: [&dyn Debug; 6] = [
        &io::stdin(),
        &io::stdout(),
        &io::stderr(),
        &io::stdin().lock(),
        &io::stdout().lock(),
        &io::stderr().lock(),
    ];
    let mut all: Vec<String> = streams.into_iter().map(shown).collect();
    let weak: Weak<Mutex<u8>> = Weak::new();
    all.extend([
        shown(&HashMap::from([(1, "one")])),
        shown(&HashSet::from(["one"])),
        shown(&std::hash::RandomState::new()),
        shown(&weak),
    ]);
    all.extend([
        shown(&PoisonError::new(1)),
        PoisonError::new(1).to_string(),
        shown(&TryLockError::Poisoned(PoisonError::new(1))),
    ]);
    all.extend([
        TryLockError::<u8>::WouldBlock.to_string(),
        shown(&TryLockError::<u8>::WouldBlock),
        TryLockError::from(PoisonError::new(1)).to_string(),
    ]);
    let builder = shown(&thread::Builder::new().name("b".to_owned()).stack_size(1 << 20));
    all.push(builder);
    all
}

/// The messages of panics that the library itself starts.
fn panics() -> Vec<String> {
    let message = |body: fn()| {
        let payload = thread::spawn(body).join().expect_err("it panics");
        let text = payload.downcast_ref::<String>().cloned();
        text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
    };
    let bodies: [fn(); 16] = [
        || drop(AtomicBool::new(true).load(Ordering::Release)),
        || drop(AtomicBool::new(true).load(Ordering::AcqRel)),
        || AtomicBool::new(true).store(true, Ordering::Acquire),
        || AtomicBool::new(true).store(true, Ordering::AcqRel),
        || drop(AtomicI8::new(1).compare_exchange(1, 2, Ordering::SeqCst, Ordering::Release)),
        || drop(AtomicI8::new(1).compare_exchange(1, 2, Ordering::SeqCst, Ordering::AcqRel)),
        || std::sync::atomic::fence(Ordering::Relaxed),
        || drop(Instant::now() + Duration::MAX),
        || drop(Instant::now() - Duration::MAX),
        || drop(SystemTime::now() + Duration::MAX),
        || drop(SystemTime::now() - Duration::MAX),
        || drop(thread::Builder::new().name("a\0b".to_owned()).spawn(|| {})),
        || thread::scope(|scope| drop(scope.spawn(|| resume_unwind(Box::new(()))))),
        || drop(HashMap::from([(1, 2)])[&3]),
        || {
            let once = Once::new();
            drop(catch_unwind(AssertUnwindSafe(|| {
                once.call_once(|| resume_unwind(Box::new(())))
            })));
            once.call_once(|| {});
        },
        || {
            let lazy = LazyLock::new(|| -> u8 { resume_unwind(Box::new(())) });
            drop(catch_unwind(AssertUnwindSafe(|| *lazy)));
            LazyLock::force(&lazy);
        },
    ];
    bodies.into_iter().map(|body| shown(&message(body))).collect()
}

pub fn run() -> Vec<String> {
    let parts = [
        locks(),
        waiting(),
        cells(),
        channels(),
        threads(),
        atomics(),
        times(),
        others(),
        panics(),
    ];
    parts
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(n, text)| format!("{n}: {text}"))
        .collect()
}
