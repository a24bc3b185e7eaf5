//! Counts panics for each thread.
//!
//! All threads of the program share one operating-system thread, so `std::thread::panicking` would be true for all of
//! them while one unwinds. So each task has its own count. The panic hook increments it, and catching a panic
//! decrements it.

use std::any::Any;
use std::panic;
use std::rc::Rc;
use std::sync::Once;

use super::execution::Execution;
use super::{is_active, recorder, try_with, with};
use crate::model::trace::Panic;

static HOOK: Once = Once::new();

thread_local! {
    /// The hook that the program under control has set, if any.
    static PROGRAM_HOOK: std::cell::RefCell<Option<Rc<Hook>>> = const { std::cell::RefCell::new(None) };
}

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
            let message = message_of(info.payload());
            let place = info.location().and_then(recorder::place_outside_libraries);
            with(|execution| {
                let me = execution.me();
                me.panics.unwinding += 1;
                me.panics.last = Some(Panic { message, place });
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
    try_with(|execution| execution.me().panics.unwinding > 0).unwrap_or_else(std::thread::panicking)
}

/// Notes that the running thread resumes a panic, which does not call the hook.
pub(crate) fn resumed(payload: &(dyn Any + Send)) {
    let message = message_of(payload);
    try_with(|execution| {
        let me = execution.me();
        me.panics.unwinding += 1;
        // A resumed panic keeps the place where it was first raised. A panic with another payload has no place.
        if me.panics.last.as_ref().is_none_or(|earlier| earlier.message != message) {
            me.panics.last = Some(Panic { message, place: None });
        }
    });
}

/// Notes that a panic of the running thread was caught.
pub(crate) fn caught() {
    try_with(|execution| {
        let me = execution.me();
        me.panics.unwinding = me.panics.unwinding.saturating_sub(1);
    });
}

/// The message of a panic, if its payload is text.
pub(crate) fn message_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic whose payload is not text").to_owned()
}
