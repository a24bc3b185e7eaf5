//! The traits of every public type of the modelled modules, for parameters that have different ones.
//!
//! Compiled by the test `drop_in` against the real `std` and against the modelled one: `run` must return the same with
//! both.
#![allow(dead_code, clippy::all, reason = "what matters is that it compiles")]

use std::cell::Cell;
use std::fmt::{Debug, Display, Pointer};
use std::hash::Hash;
use std::io::{BufRead, Read, Write};
use std::marker::{PhantomData, PhantomPinned};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::MutexGuard;

/// Whether the type has the trait: its own constant exists only where the bound holds, and shadows that of the trait.
macro_rules! has {
    ($type:ty: $trait:path) => {{
        struct Probe<T: ?Sized>(PhantomData<T>);
        trait Otherwise {
            const HAS: bool = false;
        }
        impl<T: ?Sized> Otherwise for Probe<T> {}
        impl<T: ?Sized + $trait> Probe<T> {
            const HAS: bool = true;
        }
        <Probe<$type>>::HAS
    }};
}

/// One line for the type, with a sign for each trait.
macro_rules! line {
    ($type:ty: $($trait:path),*) => {{
        let signs: String = [$(has!($type: $trait)),*].map(|has| if has { '+' } else { '-' }).into_iter().collect();
        format!("{} {signs}", stringify!($type))
    }};
}

macro_rules! lines {
    ($traits:tt; $($type:ty),* $(,)?) => { vec![$(lines!(@one $type; $traits)),*] };
    (@one $type:ty; ($($trait:path),*)) => { line!($type: $($trait),*) };
}

/// The auto traits: with a difference there, a program compiles that must not.
macro_rules! automatic {
    ($($type:ty),* $(,)?) => { lines!((Send, Sync, Unpin, UnwindSafe, RefUnwindSafe); $($type),*) };
}

/// The traits that have written implementations.
macro_rules! written {
    ($($type:ty),* $(,)?) => {
        lines!(
            (Clone, Copy, Debug, Display, Pointer, Default, PartialEq, Eq, PartialOrd, Ord, Hash, std::error::Error,
            Iterator, Read, BufRead, Write);
            $($type),*
        )
    };
}

/// The generic types, with `$p` for their parameter.
macro_rules! generic {
    ($macro:ident, $p:ty) => {
        $macro!(
            std::sync::Arc<$p>, std::sync::Weak<$p>, std::sync::Mutex<$p>, MutexGuard<'static, $p>,
            std::sync::RwLock<$p>,
            std::sync::RwLockReadGuard<'static, $p>, std::sync::RwLockWriteGuard<'static, $p>, std::sync::OnceLock<$p>,
            std::sync::LazyLock<$p>, std::sync::LazyLock<u8, $p>, std::sync::PoisonError<$p>,
            std::sync::TryLockError<$p>,
            std::sync::LockResult<$p>, std::sync::TryLockResult<$p>, std::sync::mpsc::Sender<$p>,
            std::sync::mpsc::SyncSender<$p>, std::sync::mpsc::Receiver<$p>, std::sync::mpsc::Iter<'static, $p>,
            std::sync::mpsc::TryIter<'static, $p>, std::sync::mpsc::IntoIter<$p>, std::sync::mpsc::SendError<$p>,
            std::sync::mpsc::TrySendError<$p>, std::sync::atomic::AtomicPtr<$p>, std::thread::JoinHandle<$p>,
            std::thread::ScopedJoinHandle<'static, $p>, std::thread::LocalKey<$p>, std::thread::Result<$p>,
            std::collections::HashMap<$p, u8>, std::collections::HashMap<u8, $p>, std::collections::HashMap<u8, u8, $p>,
            std::collections::HashSet<$p>, std::collections::HashSet<u8, $p>,
            std::collections::hash_map::Entry<'static, $p, u8>,
            std::collections::hash_map::Iter<'static, $p, u8>, std::collections::hash_map::IntoIter<u8, $p>,
            std::collections::hash_set::Iter<'static, $p>, std::collections::hash_set::Union<'static, $p, u8>,
            std::panic::AssertUnwindSafe<$p>
        )
    };
}

/// The types without a parameter.
macro_rules! plain {
    ($macro:ident) => {
        $macro!(
            std::sync::Barrier,
            std::sync::BarrierWaitResult,
            std::sync::Condvar,
            std::sync::WaitTimeoutResult,
            std::sync::Once,
            std::sync::OnceState,
            std::sync::mpsc::RecvError,
            std::sync::mpsc::TryRecvError,
            std::sync::mpsc::RecvTimeoutError,
            std::sync::atomic::AtomicBool,
            std::sync::atomic::AtomicI8,
            std::sync::atomic::AtomicI16,
            std::sync::atomic::AtomicI32,
            std::sync::atomic::AtomicI64,
            std::sync::atomic::AtomicIsize,
            std::sync::atomic::AtomicU8,
            std::sync::atomic::AtomicU16,
            std::sync::atomic::AtomicU32,
            std::sync::atomic::AtomicU64,
            std::sync::atomic::AtomicUsize,
            std::sync::atomic::Ordering,
            std::thread::Builder,
            std::thread::Thread,
            std::thread::ThreadId,
            std::thread::AccessError,
            std::thread::Scope<'static, 'static>,
            std::time::Duration,
            std::time::Instant,
            std::time::SystemTime,
            std::time::SystemTimeError,
            std::io::Stdin,
            std::io::StdinLock<'static>,
            std::io::Stdout,
            std::io::StdoutLock<'static>,
            std::io::Stderr,
            std::io::StderrLock<'static>,
            &'static std::io::Stdin,
            &'static std::io::Stdout,
            &'static std::io::Stderr,
            std::hash::RandomState,
            std::hash::DefaultHasher,
            std::panic::Location<'static>,
            std::panic::PanicHookInfo<'static>,
            std::sync::Mutex<str>,
            std::sync::RwLock<[u8]>,
            MutexGuard<'static, dyn Debug>,
            std::sync::Mutex<dyn Debug + Send>,
            std::sync::RwLockReadGuard<'static, dyn Debug + Sync>
        )
    };
}

/// A parameter that is not `Unpin` and has no written implementations.
struct Pinned(PhantomPinned);

pub fn run() -> Vec<String> {
    let mut all = Vec::new();
    all.extend(generic!(automatic, ()));
    all.extend(generic!(automatic, Cell<u8>));
    all.extend(generic!(automatic, Rc<u8>));
    all.extend(generic!(automatic, *const u8));
    all.extend(generic!(automatic, &'static Cell<u8>));
    all.extend(generic!(automatic, &'static mut u8));
    all.extend(generic!(automatic, MutexGuard<'static, u8>));
    all.extend(generic!(automatic, PhantomPinned));
    all.extend(generic!(automatic, Box<dyn FnOnce()>));
    all.extend(generic!(automatic, Box<dyn FnOnce() + Send + UnwindSafe>));
    all.extend(generic!(written, u8));
    all.extend(generic!(written, f32));
    all.extend(generic!(written, String));
    all.extend(generic!(written, Pinned));
    all.extend(plain!(automatic));
    all.extend(plain!(written));
    all
}
