//! Starts threads, and passes on their results.
//!
//! Each function that a program spawns has its own type, and all code that depends on this type is compiled again for
//! each of them. Here that is only the box of the function and its call.

use std::cell::{Cell, UnsafeCell};
use std::io;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::rc::Rc;

use super::Thread;
use crate::runtime::executor::Entry;
use crate::runtime::objects::ObjectId;
use crate::runtime::panics::Payload;
use crate::runtime::task::{Site, ThreadName};
use crate::runtime::threads;

/// The function of a thread. `FnOnce() -> T` would be more code to compile and to unwind through.
pub(super) trait Function<T> {
    /// Calls it.
    ///
    /// # Safety
    ///
    /// May be called only once.
    unsafe fn call(&mut self) -> T;
}

/// The function of a thread as a box. Hardly more than this is compiled again for each function.
pub(super) fn boxed<'a, F: FnOnce() -> T + 'a, T>(function: F) -> Box<dyn Function<T> + 'a> {
    Box::new(Once(ManuallyDrop::new(function)))
}

/// A function that the call takes and drops. If it is never called, it is never dropped.
struct Once<F>(ManuallyDrop<F>);

impl<F: FnOnce() -> T, T> Function<T> for Once<F> {
    unsafe fn call(&mut self) -> T {
        // SAFETY: there is only one call, and nothing else uses the function.
        let function = unsafe { ManuallyDrop::take(&mut self.0) };
        function()
    }
}

/// How to spawn a thread.
pub(super) struct SpawnOptions {
    pub(super) name: Option<ThreadName>,
    /// The size of its stack, in bytes.
    pub(super) stack_size: usize,
    pub(super) site: Site,
    pub(super) scope: Option<ObjectId>,
    /// Set when the thread panicked and its result is dropped without having been joined.
    pub(super) unhandled_panic: Option<Rc<Cell<bool>>>,
}

/// Starts a thread that runs `function`.
///
/// # Errors
///
/// If the system refuses the thread.
///
/// # Safety
///
/// Everything that `function` and its result borrow must live until the thread has ended or the execution is over.
pub(super) unsafe fn start<'a, T: 'a>(
    options: SpawnOptions,
    function: Box<dyn Function<T> + 'a>,
) -> io::Result<Started<T>> {
    // SAFETY: the caller promises that borrowed values live long enough. A thread that does not end is abandoned
    // together with its execution, without running or dropping the function.
    let function = unsafe { std::mem::transmute::<Box<dyn Function<T> + 'a>, Box<dyn Function<T>>>(function) };
    let packet = Rc::new(Packet {
        untyped: UntypedPacket {
            options,
            panic: const { Cell::new(None) },
        },
        function: UnsafeCell::new(function),
        value: const { Cell::new(None) },
    });
    let entry: Rc<dyn Entry + 'a> = packet.clone();
    // SAFETY: as above.
    let entry = unsafe { std::mem::transmute::<Rc<dyn Entry + 'a>, Rc<dyn Entry>>(entry) };
    let thread = Thread::start(&packet.untyped.options, entry)?;
    Ok(Started { thread, packet })
}

/// A thread that was started, and its packet.
pub(super) struct Started<T> {
    pub(super) thread: Thread,
    packet: Rc<Packet<T>>,
}

impl<T> Started<T> {
    #[track_caller]
    pub(super) fn join(self) -> super::Result<T> {
        let packet = &self.packet;
        match packet.untyped.wait(&self.thread) {
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

/// The function and the result of a thread.
struct Packet<T> {
    untyped: UntypedPacket,
    function: UnsafeCell<Box<dyn Function<T>>>,
    /// What it returned, until the thread is joined.
    value: Cell<Option<T>>,
}

/// The part of a packet that does not depend on the type of the result.
struct UntypedPacket {
    options: SpawnOptions,
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
        self.untyped.panic.set(Some(payload));
    }
}

impl<T> Drop for Packet<T> {
    fn drop(&mut self) {
        self.untyped.note_unhandled_panic();
    }
}

impl UntypedPacket {
    /// Waits until the thread has ended, and returns the payload if it panicked.
    #[track_caller]
    fn wait(&self, thread: &Thread) -> Option<Payload> {
        threads::join(thread.task(), Location::caller());
        self.panic.take()
    }

    /// Sets the flag if there is a payload that no thread has taken.
    fn note_unhandled_panic(&mut self) {
        if let (Some(flag), Some(_)) = (&self.options.unhandled_panic, self.panic.get_mut()) {
            flag.set(true);
        }
    }
}
