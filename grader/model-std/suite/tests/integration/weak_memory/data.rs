//! A number that one thread stores and another one loads, both relaxed. The load may be stale unless something orders
//! the two.

use std::fmt::Debug;

use model_std::model::{Bounds, Settings};
use model_std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use model_std_suite::{Explorer, plain};

/// Statics start afresh in every execution.
static DATA: AtomicUsize = AtomicUsize::new(0);
pub(crate) static FLAG: AtomicBool = AtomicBool::new(false);

/// `body` returns exactly the `allowed` values with up to three preemptions, stale reads included.
#[track_caller]
pub(crate) fn returns<T: Ord + Debug + 'static>(body: impl Fn() -> T + 'static, allowed: impl IntoIterator<Item = T>) {
    let coverage = explorer().returns(body, allowed);
    assert!(coverage.complete, "{coverage:?}");
}

/// Up to three preemptions, stale reads included.
pub(crate) fn explorer() -> Explorer {
    Explorer {
        bounds: Bounds {
            preemptions: 3,
            executions: 1_000_000,
            stale_executions: 1_000_000,
            random: 100,
            ..Bounds::default()
        },
        settings: Settings {
            stale_reads: 2,
            ..plain()
        },
    }
}

pub(crate) fn set() {
    DATA.store(1, Relaxed);
}

pub(crate) fn get() -> usize {
    DATA.load(Relaxed)
}
