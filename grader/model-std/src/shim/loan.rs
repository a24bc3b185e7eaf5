//! Functions that borrow from the stack of one thread of the program and are called by others.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;

use crate::runtime::objects::current_epoch;

/// A function that [`lend`] was given. All copies stand for the same function.
#[derive(Clone)]
pub struct Loan(Arc<Lent>);

struct Lent {
    /// The operating-system thread that lent it, which all threads of the program share.
    lent_on: ThreadId,
    /// The execution in which it was lent.
    epoch: u64,
    state: Mutex<State>,
}

struct State {
    /// The function; `None` once it is taken back.
    function: Option<&'static dyn Fn(usize)>,
    /// How many calls are under way.
    calls: usize,
}

// SAFETY: the function is only called on the operating-system thread that lent it, which `Loan::call` asserts.
unsafe impl Send for Lent {}
// SAFETY: as for `Send`; everything else is behind a lock.
unsafe impl Sync for Lent {}

impl Lent {
    fn with<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Loan {
    /// Calls the function.
    ///
    /// # Panics
    ///
    /// When [`lend`] has returned, and in another execution or on another operating-system thread.
    pub fn call(&self, argument: usize) {
        let lent = &*self.0;
        assert_eq!(
            lent.lent_on,
            std::thread::current().id(),
            "a loan was called on another thread"
        );
        assert_eq!(lent.epoch, current_epoch(), "a loan was called in another execution");
        /// Counts the call as ended, also when it panics.
        struct Ended<'a>(&'a Lent);
        impl Drop for Ended<'_> {
            fn drop(&mut self) {
                self.0.with(|state| state.calls -= 1);
            }
        }
        let function = lent.with(|state| {
            let function = state.function.expect("a loan is called before it is taken back");
            state.calls += 1;
            function
        });
        let _ended = Ended(lent);
        function(argument);
    }
}

/// Calls `body` with a copy of `function` that may be given to other threads of the program. The function is taken back
/// when `body` has returned or panicked: all calls must have ended by then, or the process is aborted.
pub fn lend<R>(function: &dyn Fn(usize), body: impl FnOnce(Loan) -> R) -> R {
    /// Takes the function back, also when `body` panics.
    struct TakenBack<'a>(&'a Lent);
    impl Drop for TakenBack<'_> {
        fn drop(&mut self) {
            let calls = self.0.with(|state| {
                state.function = None;
                state.calls
            });
            if calls > 0 {
                std::process::abort();
            }
        }
    }
    // SAFETY: the reference is only used by calls that begin before `TakenBack` is dropped, and that have ended by
    // then. If `body` never returns because the execution is over, the epoch has changed, and no call begins.
    let function = unsafe { std::mem::transmute::<&dyn Fn(usize), &'static dyn Fn(usize)>(function) };
    let lent = Arc::new(Lent {
        lent_on: std::thread::current().id(),
        epoch: current_epoch(),
        state: Mutex::new(State {
            function: Some(function),
            calls: 0,
        }),
    });
    let _taken_back = TakenBack(&lent);
    body(Loan(Arc::clone(&lent)))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_loan_is_called_while_it_lasts_and_not_afterwards() {
        let sum = Cell::new(0);
        let add = |n| sum.set(sum.get() + n);
        let kept = lend(&add, |loan| {
            loan.call(1);
            loan.clone().call(2);
            loan
        });
        assert_eq!(sum.get(), 3);
        let late = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| kept.call(4)));
        assert!(late.is_err());
        assert_eq!(sum.get(), 3);
    }
}
