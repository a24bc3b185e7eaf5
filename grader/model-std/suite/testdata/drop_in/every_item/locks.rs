//! `Mutex`, `RwLock`, `Condvar`, `Barrier`, `Arc`.

use std::fmt::Display;
use std::sync::{
    Arc, Barrier, BarrierWaitResult, Condvar, LockResult, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard,
    RwLockWriteGuard, TryLockError, TryLockResult, WaitTimeoutResult, Weak,
};
use std::thread;
use std::time::Duration;

static TOTAL: Mutex<u32> = Mutex::new(1);
static SHARED: RwLock<Vec<u32>> = RwLock::new(Vec::new());
static CHANGED: Condvar = Condvar::new();

fn poison<T: Send>(lock: &Mutex<T>) {
    let outcome = thread::scope(|scope| {
        scope
            .spawn(|| {
                let _guard = lock.lock().unwrap();
                std::panic::resume_unwind(Box::new("poison"));
            })
            .join()
    });
    assert!(outcome.is_err());
}

fn mutex() -> String {
    let mut mutex = Mutex::from(5);
    *mutex.get_mut().unwrap() += 1;
    let guard: LockResult<MutexGuard<'_, i32>> = mutex.lock();
    let guard = guard.unwrap();
    let shown: &dyn Display = &guard;
    let held = format!("{shown} {guard:?} {mutex:?}");
    let tried: TryLockResult<MutexGuard<'_, i32>> = mutex.try_lock();
    let busy = matches!(tried, Err(TryLockError::WouldBlock));
    drop((tried, guard));
    poison(&mutex);
    let poisoned = (
        mutex.is_poisoned(),
        mutex.lock().is_err(),
        matches!(mutex.try_lock(), Err(TryLockError::Poisoned(_))),
    );
    let text = format!("{mutex:?} {}", mutex.lock().map(drop).unwrap_err());
    let inner = mutex.lock().unwrap_or_else(PoisonError::into_inner);
    let value = *inner;
    drop(inner);
    mutex.clear_poison();
    let unsized_mutex: Arc<Mutex<dyn Display + Send>> = Arc::new(Mutex::new(8));
    *TOTAL.lock().unwrap() += 1;
    format!(
        "{held} {busy} {poisoned:?} {text} {value} {} {:?} {} {TOTAL:?}",
        unsized_mutex.lock().unwrap(),
        Mutex::<u8>::default(),
        mutex.into_inner().unwrap()
    )
}

fn rwlock() -> String {
    let mut lock = RwLock::from(vec![1]);
    lock.get_mut().unwrap().push(2);
    let first: RwLockReadGuard<'_, Vec<i32>> = lock.read().unwrap();
    let second = lock.try_read().unwrap();
    let busy = lock.try_write().is_err();
    let read = format!("{first:?} {second:?} {busy} {lock:?}");
    drop((first, second));
    let mut writer: RwLockWriteGuard<'_, Vec<i32>> = lock.write().unwrap();
    writer.push(3);
    let busy = (lock.try_read().is_err(), lock.try_write().is_err());
    let reader = RwLockWriteGuard::downgrade(writer);
    let downgraded = format!("{busy:?} {} {lock:?}", reader.len());
    drop(reader);
    lock.clear_poison();
    SHARED.write().unwrap().push(4);
    let number = RwLock::new(1);
    let shown = [
        format!("{}", number.read().unwrap()),
        format!("{}", number.write().unwrap()),
    ];
    format!(
        "{read} {downgraded} {} {shown:?} {SHARED:?} {:?} {:?}",
        lock.is_poisoned(),
        RwLock::<u8>::default(),
        lock.into_inner()
    )
}

fn condvar() -> String {
    let pair = Arc::new((Mutex::new(0), Condvar::default()));
    let theirs = Arc::clone(&pair);
    let worker = thread::spawn(move || {
        let mut count = theirs.0.lock().unwrap();
        while *count < 1 {
            count = theirs.1.wait(count).unwrap();
        }
        *count = 10;
        theirs.1.notify_all();
        drop(theirs.1.wait_while(count, |count| *count == 10).unwrap());
    });
    *pair.0.lock().unwrap() = 1;
    pair.1.notify_one();
    let long = Duration::from_secs(100);
    let (mut count, result) = pair
        .1
        .wait_timeout_while(pair.0.lock().unwrap(), long, |count| *count < 10)
        .unwrap();
    *count = 11;
    drop(count);
    pair.1.notify_all();
    worker.join().unwrap();
    let short = Duration::from_millis(1);
    let (guard, late): (_, WaitTimeoutResult) = pair.1.wait_timeout(pair.0.lock().unwrap(), short).unwrap();
    let (guard, in_time) = pair.1.wait_timeout_ms(guard, 1).unwrap();
    CHANGED.notify_one();
    format!(
        "{} {} {in_time} {guard} {:?} {late:?} {}",
        result.timed_out(),
        late.timed_out(),
        pair.1,
        late == late.clone()
    )
}

fn barrier() -> String {
    let barrier = Arc::new(Barrier::new(2));
    let theirs = Arc::clone(&barrier);
    let worker = thread::spawn(move || theirs.wait().is_leader());
    let result: BarrierWaitResult = barrier.wait();
    let leaders = u32::from(result.is_leader()) + u32::from(worker.join().unwrap());
    format!("{leaders} {barrier:?} {:?}", Barrier::new(1).wait())
}

fn counting() -> String {
    let shared = alloc_crate::sync::Arc::new(1);
    let weak: Weak<i32> = Arc::downgrade(&shared);
    format!(
        "{} {:?} {:?}",
        Arc::strong_count(&shared),
        weak.upgrade(),
        Arc::try_unwrap(shared)
    )
}

extern crate alloc as alloc_crate;

pub fn run() -> Vec<String> {
    vec![mutex(), rwlock(), condvar(), barrier(), counting()]
}
