//! What a thread runs and what becomes of it, between the one that starts it and the one that waits for it.
//!
//! Every function that a program starts a thread with has a type of its own, and the compiler translates again for each
//! of them whatever depends on that type: here that is only the box of the function and its call.

use std::cell::{Cell, UnsafeCell};
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

use super::Thread;
use crate::runtime::executor::Entry;
use crate::runtime::objects::ObjectId;
use crate::runtime::panics::Payload;
use crate::runtime::task::Site;
use crate::runtime::threads;

/// The function of a thread, as `FnOnce() -> T`, which takes more to compile and to unwind through.
pub(super) trait Function<T> {
    /// Calls it.
    ///
    /// # Safety
    ///
    /// May be called only once.
    unsafe fn call(&mut self) -> T;
}

/// What a thread is to run: this, and hardly more, is compiled again for each function.
pub(super) fn boxed<'a, F: FnOnce() -> T + 'a, T>(function: F) -> Box<dyn Function<T> + 'a> {
    Box::new(Once(ManuallyDrop::new(function)))
}

/// Taken by the call, which drops it; a function that is never called is never dropped.
struct Once<F>(ManuallyDrop<F>);

impl<F: FnOnce() -> T, T> Function<T> for Once<F> {
    unsafe fn call(&mut self) -> T {
        // SAFETY: there is only one call, and nothing else uses the function.
        let function = unsafe { ManuallyDrop::take(&mut self.0) };
        function()
    }
}

/// What a new thread is called, who starts it, and which scope waits for it.
pub(super) struct Plan {
    pub(super) name: Option<Arc<str>>,
    pub(super) site: Site,
    pub(super) scope: Option<ObjectId>,
    /// Set when the thread's result goes away with a panic that nobody has seen.
    pub(super) unseen_panic: Option<Rc<Cell<bool>>>,
}

/// Starts a thread that runs `function`.
///
/// # Safety
///
/// Whatever `function` and its result borrow must live until the thread has ended or the execution is over.
pub(super) unsafe fn start<'a, T: 'a>(plan: Plan, function: Box<dyn Function<T> + 'a>) -> Started<T> {
    // SAFETY: the caller promises that what is borrowed lives long enough; a thread that does not come to its end is
    // abandoned together with its execution, without running or dropping the function.
    let function = unsafe { std::mem::transmute::<Box<dyn Function<T> + 'a>, Box<dyn Function<T>>>(function) };
    let packet = Rc::new(Packet {
        fate: Fate {
            plan,
            panic: const { Cell::new(None) },
        },
        function: UnsafeCell::new(function),
        value: const { Cell::new(None) },
    });
    let entry: Rc<dyn Entry + 'a> = packet.clone();
    // SAFETY: as above.
    let entry = unsafe { std::mem::transmute::<Rc<dyn Entry + 'a>, Rc<dyn Entry>>(entry) };
    let thread = Thread::start(&packet.fate.plan, entry);
    Started { thread, packet }
}

/// A thread that was started, and the way to its result.
pub(super) struct Started<T> {
    pub(super) thread: Thread,
    packet: Rc<Packet<T>>,
}

impl<T> Started<T> {
    #[track_caller]
    pub(super) fn join(self) -> super::Result<T> {
        let packet = &self.packet;
        match packet.fate.wait(&self.thread) {
            Some(payload) => Err(payload),
            None => Ok(packet
                .value
                .take()
                .expect("a thread that has ended has left its result")),
        }
    }

    #[track_caller]
    pub(super) fn is_finished(&self) -> bool {
        threads::is_finished(self.thread.task(), Location::caller())
    }
}

/// Where a thread finds its function and leaves its result.
struct Packet<T> {
    fate: Fate,
    function: UnsafeCell<Box<dyn Function<T>>>,
    /// What it returned, until the thread is joined.
    value: Cell<Option<T>>,
}

/// What is known of a thread without the type of its result.
struct Fate {
    plan: Plan,
    /// What the function panicked with, until the thread is joined.
    panic: Cell<Option<Payload>>,
}

impl<T> Entry for Packet<T> {
    unsafe fn call(&self) {
        // SAFETY: there is only one call, and nothing else uses the function.
        let value = unsafe { (*self.function.get()).call() };
        self.value.set(Some(value));
    }

    fn panicked(&self, payload: Payload) {
        self.fate.panic.set(Some(payload));
    }
}

impl<T> Drop for Packet<T> {
    fn drop(&mut self) {
        self.fate.settle();
    }
}

impl Fate {
    /// Waits until the thread has ended, and returns what it panicked with.
    #[track_caller]
    fn wait(&self, thread: &Thread) -> Option<Payload> {
        threads::join(thread.task(), Location::caller());
        self.panic.take()
    }

    /// Notes that nobody asks any more.
    fn settle(&mut self) {
        if let (Some(flag), Some(_)) = (&self.plan.unseen_panic, self.panic.get_mut()) {
            flag.set(true);
        }
    }
}
