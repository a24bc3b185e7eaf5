//! Counts panics for each thread.
//!
//! All threads of the program share one operating-system thread, so `std::thread::panicking` would be true for all of
//! them while one unwinds. So each task has its own count. The panic hook increments it, and catching a panic
//! decrements it.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic;
use std::rc::Rc;
use std::sync::Once;

use super::execution::Execution;
use super::{is_active, recorder, try_with, with};
use crate::model::trace::Panic;

static HOOK: Once = Once::new();

thread_local! {
    /// The hook that the program under control has set, if any.
    static PROGRAM_HOOK: RefCell<Option<Rc<Hook>>> = const { RefCell::new(None) };
    /// Whether a task was abandoned while it unwound, so that `std` counts its panic as under way for ever.
    static ABANDONED_PANICS: Cell<bool> = const { Cell::new(false) };
}

/// What `std` raises, after any other panic, where no panic may pass: in a destructor that runs because of a panic, and
/// in a function that cannot unwind. Then it aborts the process.
const ABORTING: [&str; 2] = [
    "panic in a destructor during cleanup",
    "panic in a function that cannot unwind",
];

/// The payload of a panic.
pub(crate) type Payload = Box<dyn Any + Send>;

/// A panic hook.
pub(crate) type Hook = dyn Fn(&panic::PanicHookInfo<'_>) + Sync + Send + 'static;

/// Installs a hook that counts panics of the program and prints nothing. Panics outside an execution go to the hook
/// that was set before.
pub(crate) fn install_hook() {
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !is_active() {
                return previous(info);
            }
            with(|execution| {
                // Here and not before: it is memory of the runtime, which outlives the execution.
                let message = message_of(info.payload());
                let place = info.location().and_then(recorder::place_outside_libraries);
                let me = execution.me();
                me.panics.raised(Panic { message, place });
                me.panics.in_hook = true;
                execution.take_from_hook();
            });
            if let Some(hook) = PROGRAM_HOOK.with_borrow(Clone::clone) {
                hook(info);
            }
            with(|execution| execution.me().panics.in_hook = false);
        }));
    });
}

/// Sets the program's own hook; `None` restores the default. Returns the one that was set before.
pub(crate) fn set_program_hook(hook: Option<Rc<Hook>>) -> Option<Rc<Hook>> {
    try_with(Execution::hand_to_hook);
    PROGRAM_HOOK.with_borrow_mut(|slot| std::mem::replace(slot, hook))
}

/// The hook as a box that the program can own.
pub(crate) fn boxed(hook: Rc<Hook>) -> Box<Hook> {
    /// Makes a hook of the program `Send` and `Sync`.
    struct Shared(Rc<Hook>);
    // SAFETY: all threads of the program share one operating-system thread, and the hook is only ever called there.
    unsafe impl Send for Shared {}
    // SAFETY: as for `Send`.
    unsafe impl Sync for Shared {}
    impl Shared {
        fn call(&self, info: &panic::PanicHookInfo<'_>) {
            (self.0)(info);
        }
    }
    let shared = Shared(hook);
    Box::new(move |info| shared.call(info))
}

/// Drops the program's hook, because the execution that set it is over.
pub(crate) fn forget_program_hook() {
    set_program_hook(None);
}

/// Whether the running thread is unwinding.
pub(crate) fn panicking() -> bool {
    let in_execution = try_with(|execution| execution.me().panics.is_any_unwinding());
    in_execution.unwrap_or_else(|| std::thread::panicking() && !ABANDONED_PANICS.get())
}

/// Notes that the running task is abandoned, perhaps while it unwinds.
pub(super) fn note_abandoned() {
    ABANDONED_PANICS.set(ABANDONED_PANICS.get() || std::thread::panicking());
}

/// Has `std` forget that this operating-system thread runs the panic hook. A task was abandoned there, and otherwise
/// the next panic would count as one in the hook, at which `std` aborts the process.
pub(super) fn leave_hook() {
    // Raising a panic without the hook, and catching it, sets the mark of `std` back.
    let caught = panic::catch_unwind(|| panic::resume_unwind(Box::new(())));
    drop(caught);
}

/// Whether `std` raises the panic right before it aborts the process.
pub(super) fn is_aborting(panic: &Panic) -> bool {
    ABORTING.contains(&panic.message.as_str())
}

/// Notes that the running thread resumes a panic, which does not call the hook.
pub(crate) fn resumed(payload: &(dyn Any + Send)) {
    try_with(|execution| {
        let message = message_of(payload);
        let me = execution.me();
        // A resumed panic keeps the place where it was first raised. A panic with another payload has no place.
        let earlier = me.panics.last.take().filter(|earlier| earlier.message == message);
        me.panics.raised(earlier.unwrap_or(Panic { message, place: None }));
    });
}

/// Notes that a panic of the running thread was caught.
pub(crate) fn caught() {
    try_with(|execution| {
        let me = execution.me();
        me.panics.unwinding.pop();
    });
}

/// The message of a panic, if its payload is text.
pub(crate) fn message_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic whose payload is not text").to_owned()
}
