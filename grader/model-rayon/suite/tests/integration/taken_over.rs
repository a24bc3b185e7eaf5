//! The own tests of rayon-core pass under the model, in a few interleavings each.

use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::trace::End;
use model_std::model::{Bounds, Settings, explore};

/// What the tests name of the library.
mod library {
    pub(super) use model_rayon_core::*;

    pub(super) mod unwind {
        use model_std::panic::{AssertUnwindSafe, catch_unwind};

        pub(in super::super) fn halt_unwinding<R>(function: impl FnOnce() -> R) -> model_std::thread::Result<R> {
            catch_unwind(AssertUnwindSafe(function))
        }
    }

    pub(super) mod registry {
        /// Calls a function on a thread of a pool.
        pub(in super::super) fn in_worker<R: Send>(function: impl FnOnce((), bool) -> R + Send) -> R {
            model_rayon_core::scope(|_| function((), true))
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/tests_of_the_library.rs"));

/// How a test ends.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Returns,
    Panics,
}

/// What a test returns.
trait Returned: 'static {
    fn is_fine(&self) -> bool;
}

impl Returned for () {
    fn is_fine(&self) -> bool {
        true
    }
}

impl<E: 'static> Returned for Result<(), E> {
    fn is_fine(&self) -> bool {
        self.is_ok()
    }
}

#[track_caller]
fn runs<T: Returned>(test: fn() -> T, ending: Ending) {
    let bounds = Bounds {
        preemptions: 0,
        executions: 3,
        random: 3,
        ..Bounds::default()
    };
    let settings = Settings {
        steps: 1_000_000,
        ..Settings::default()
    };
    let body: Rc<dyn Fn() -> T> = Rc::new(test);
    explore(&bounds, &settings, &body, |execution| {
        let is_fine = execution
            .value
            .is_some_and(|value| value.is_ok_and(|returned| returned.is_fine()));
        match (ending, &execution.trace.end) {
            // Some of the tests do not wait for a job that they have an answer from.
            (Ending::Returns, End::Finished | End::ThreadsLeft { .. }) if is_fine => {}
            (Ending::Panics, End::Panicked(_)) => {}
            (_, end) => panic!("{ending:?} is expected, but it ended in {end:?}"),
        }
        ControlFlow::Continue(())
    });
}
