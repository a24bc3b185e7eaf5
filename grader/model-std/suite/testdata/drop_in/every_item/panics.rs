//! `std::panic`, and which types are unwind-safe.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, Location, PanicHookInfo, RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, Mutex};

#[track_caller]
fn here() -> &'static Location<'static> {
    Location::caller()
}

fn hooks() -> String {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Arc::clone(&heard);
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
        let payload = info.payload_as_str().unwrap_or("other").to_owned();
        ear.lock()
            .unwrap()
            .push((payload, info.location().is_some_and(|place| place.line() > 0)));
    }));
    let first = panic::catch_unwind(|| panic!("number {}", 1));
    let any = panic::catch_unwind(|| panic::panic_any(3_u8));
    drop(panic::take_hook());
    panic::set_hook(before);
    let again = panic::catch_unwind(|| panic::resume_unwind(Box::new(4_u8)));
    let payloads = (
        first.unwrap_err().is::<String>(),
        any.unwrap_err().is::<u8>(),
        again.unwrap_err().is::<u8>(),
    );
    let heard = heard.lock().unwrap().clone();
    format!("{heard:?} {payloads:?} {}", here().file().ends_with("panics.rs"))
}

fn nested() -> String {
    struct Catches<'a>(&'a Cell<u8>);
    impl Drop for Catches<'_> {
        fn drop(&mut self) {
            let inner = panic::catch_unwind(|| panic::resume_unwind(Box::new(())));
            self.0.set(if std::thread::panicking() && inner.is_err() {
                1
            } else {
                2
            });
        }
    }
    let seen = Cell::new(0);
    let outer = panic::catch_unwind(AssertUnwindSafe(|| {
        let _catches = Catches(&seen);
        panic::resume_unwind(Box::new(()));
    }));
    format!("{} {} {}", seen.get(), outer.is_err(), std::thread::panicking())
}

fn is_unwind_safe<T: UnwindSafe + ?Sized>() {}
fn is_ref_unwind_safe<T: RefUnwindSafe + ?Sized>() {}
fn is_send<T: Send + ?Sized>() {}
fn is_sync<T: Sync + ?Sized>() {}

macro_rules! all {
    ($check:ident: $($type:ty),* $(,)?) => { $($check::<$type>();)* };
}

fn auto_traits() {
    use std::sync::atomic::*;
    use std::sync::mpsc::*;
    use std::sync::*;
    use std::thread::*;
    all!(is_unwind_safe:
        Mutex<Cell<u8>>, RwLock<Cell<u8>>, Condvar, Barrier, BarrierWaitResult, Once, OnceState, OnceLock<u8>,
        LazyLock<u8>,
        AtomicBool, AtomicUsize, AtomicPtr<u8>, Sender<u8>, SyncSender<u8>, Receiver<u8>, Thread, ThreadId,
        MutexGuard<'static, u8>, RwLockReadGuard<'static, u8>, RwLockWriteGuard<'static, u8>,
        std::io::Stdout, std::io::Stderr, std::io::StdoutLock<'static>, std::time::Instant, std::time::SystemTime,
        std::collections::HashMap<u8, u8>, Builder, LocalKey<u8>);
    all!(is_ref_unwind_safe:
        Mutex<Cell<u8>>, RwLock<Cell<u8>>, Condvar, Barrier, BarrierWaitResult, Once, OnceLock<u8>, LazyLock<u8>,
        AtomicBool, AtomicUsize, AtomicPtr<u8>, Sender<u8>, SyncSender<u8>, Receiver<u8>, Thread, ThreadId,
        MutexGuard<'static, u8>, RwLockReadGuard<'static, u8>, RwLockWriteGuard<'static, u8>,
        std::io::Stdout, std::io::Stderr, std::io::StdoutLock<'static>, std::time::Instant, std::time::SystemTime,
        std::collections::HashMap<u8, u8>, Builder, LocalKey<u8>);
    all!(is_send:
        Mutex<Cell<u8>>, RwLock<Cell<u8>>, Condvar, Barrier, BarrierWaitResult, Once, OnceState, OnceLock<Cell<u8>>,
        LazyLock<Cell<u8>>, AtomicBool, AtomicUsize, AtomicPtr<std::rc::Rc<u8>>, Sender<Cell<u8>>, SyncSender<Cell<u8>>,
        Receiver<Cell<u8>>, JoinHandle<Cell<u8>>, Thread, ThreadId, ScopedJoinHandle<'static, Cell<u8>>,
        std::io::Stdout,
        std::io::Stderr, Scope<'static, 'static>, IntoIter<Cell<u8>>, Builder, LocalKey<u8>);
    all!(is_sync:
        Mutex<Cell<u8>>, RwLock<u8>, Condvar, Barrier, BarrierWaitResult, Once, OnceLock<u8>, LazyLock<u8>,
        AtomicBool, AtomicUsize, AtomicPtr<std::rc::Rc<u8>>, Sender<Cell<u8>>, SyncSender<Cell<u8>>,
        JoinHandle<Cell<u8>>,
        Thread, ThreadId, ScopedJoinHandle<'static, Cell<u8>>, std::io::Stdout, std::io::Stderr,
        MutexGuard<'static, u8>,
        RwLockReadGuard<'static, u8>, RwLockWriteGuard<'static, u8>, Scope<'static, 'static>,
        Builder, LocalKey<u8>);
}

pub fn run() -> Vec<String> {
    auto_traits();
    vec![hooks(), nested()]
}
