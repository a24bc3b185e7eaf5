//! The cases under the model.

#[path = "cases.rs"]
mod cases;

use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::trace::End;
use model_std::model::{Bounds, explore};

/// The library, and the `std` that it uses.
mod library {
    pub(crate) use model_crossbeam_channel as channel;
    pub(crate) use model_std::{sync, thread, thread_local, time};

    /// A wait takes exactly as long as it was asked to.
    pub(crate) const IS_EXACT: bool = true;
}

/// Runs a case in every interleaving.
#[track_caller]
fn check(case: fn()) {
    let body: Rc<dyn Fn()> = Rc::new(case);
    let bounds = Bounds {
        executions: 100_000,
        random: 100,
        ..Bounds::default()
    };
    let mut failure = None;
    let coverage = explore(&bounds, &model_std_suite::plain(), &body, |execution| {
        if execution.trace.end == End::Finished {
            return ControlFlow::Continue(());
        }
        failure = Some(execution.trace.end);
        ControlFlow::Break(())
    });
    assert_eq!(failure, None, "{coverage:?}");
    assert!(coverage.complete, "{coverage:?}");
}
