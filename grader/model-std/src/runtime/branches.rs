//! Ends an execution in which a thread computes on and on without an operation of the model.
//!
//! Code that is compiled with LLVM's coverage instrumentation calls [`__sanitizer_cov_trace_pc`] in each of its basic
//! blocks, so each pass through a loop is counted. How many blocks a thread executes between two operations depends
//! on nothing but the program and its schedule, so the budget is used up at the same block on every machine. Nothing is
//! counted in code that is compiled without it.
//!
//! Where the loop is follows from a few backtraces, taken while it runs. They are passed on as addresses: whoever has
//! the program's line tables can tell the lines.

use std::cell::{Cell, RefCell};

use super::execution::Execution;
use super::{executor, is_active, unwinding, with};
use crate::model::trace::{Backtrace, End};

/// How many basic blocks a thread may execute between two operations, at least.
///
/// A thousand times the most that a known right submission executes for a small workload: 103 078, in a variant of
/// `stdout_writer`. Without optimisation, the budget is used up in about a third of a second.
const BUDGET: u64 = 100_000_000;

/// How many more there are for each step that an execution may have. With the default number of steps, that is less
/// than [`BUDGET`]. Whoever explores a large workload allows more steps, and then a program may also compute for longer
/// at once, as it does to put all in order. A guess: a few times what that takes.
const BUDGET_OF_A_STEP: u64 = 100;

/// How many calls a backtrace has at most. The innermost ones have the loop.
const MOST_CALLS: usize = 1000;

/// For how many more blocks a thread is watched that has used up its budget: enough for a round of most loops.
const WATCHED: u64 = 10_000_000;

/// How many backtraces are taken at the first blocks of the outermost function that runs meanwhile. They show each line
/// of a short loop.
const FIRST_BACKTRACES: u64 = 32;

thread_local! {
    /// How many more blocks may be executed; no more than [`WATCHED`] once the budget is used up. Not a part of the
    /// execution: borrowing that in each block would take longer than most blocks.
    static LEFT: Cell<u64> = const { Cell::new(0) };
    static OUTERMOST: RefCell<Outermost> = const { RefCell::new(Outermost::nothing_yet()) };
}

/// The outermost function that a watched thread has executed a block of. It has the loop, unless a round takes longer
/// than the thread is watched.
struct Outermost {
    /// About where its frame is. Stacks grow downwards, so the highest frame is the outermost.
    frame: usize,
    /// How many of its blocks were executed.
    n_blocks: u64,
    /// Backtraces that were taken in it.
    backtraces: Vec<Backtrace>,
}

impl Outermost {
    const fn nothing_yet() -> Self {
        Self {
            frame: 0,
            n_blocks: 0,
            backtraces: Vec::new(),
        }
    }

    /// Notes a block of the function with a frame at `frame`.
    fn note(&mut self, frame: usize) {
        if frame < self.frame {
            return;
        }
        if frame > self.frame {
            *self = Self {
                frame,
                ..Self::nothing_yet()
            };
        }
        self.n_blocks += 1;
        // Few after the first ones: a backtrace takes as long as thousands of blocks.
        if self.n_blocks <= FIRST_BACKTRACES || self.n_blocks.is_power_of_two() {
            self.backtraces.push(backtrace());
        }
    }
}

/// Gives the whole budget to the thread that runs next, in an execution that may have so many `steps`.
pub(super) fn refill(steps: u64) {
    LEFT.set(budget(steps).saturating_add(WATCHED));
}

fn budget(steps: u64) -> u64 {
    BUDGET.max(steps.saturating_mul(BUDGET_OF_A_STEP))
}

/// Counts a basic block. Instrumented code calls it; the name is LLVM's.
// SAFETY: no other function of this name is linked, apart from the weak one of a sanitizer's runtime, which has the
// same signature. A submission cannot define it without `unsafe`.
#[unsafe(no_mangle)]
extern "C" fn __sanitizer_cov_trace_pc() {
    let left = LEFT.get();
    if left > WATCHED {
        LEFT.set(left - 1);
    } else {
        budget_is_used_up(left);
    }
}

#[cold]
#[inline(never)]
fn budget_is_used_up(left: u64) {
    // Outside an execution, and while the runtime is at work, there is no thread to stop.
    if !is_active() {
        return;
    }
    LEFT.set(left.saturating_sub(1));
    if left == WATCHED {
        OUTERMOST.replace(Outermost::nothing_yet());
    }
    if left > 0 {
        let here = 0_u8;
        let frame = std::ptr::from_ref(&here).addr();
        return OUTERMOST.with_borrow_mut(|outermost| outermost.note(frame));
    }
    let backtraces = OUTERMOST.replace(Outermost::nothing_yet()).backtraces;
    with(|execution: &mut Execution| {
        let thread = execution.current;
        execution.finish(End::EndlessLoop {
            thread,
            place: None,
            backtraces,
        });
    });
    // The execution is over, so the thread is abandoned here.
    executor::suspend();
}

/// The return addresses on this stack, the innermost first, as [`relative`] gives them.
pub(super) fn backtrace() -> Backtrace {
    relative(unwinding::addresses(MOST_CALLS).into_iter())
}

/// The addresses, relative to [`__sanitizer_cov_trace_pc`].
pub(super) fn relative(addresses: impl Iterator<Item = usize>) -> Backtrace {
    let base = __sanitizer_cov_trace_pc as extern "C" fn() as usize;
    let relative = addresses.map(|address| address.wrapping_sub(base).cast_signed() as i64);
    relative.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Settings;

    #[test]
    fn who_allows_many_steps_also_allows_to_compute_for_longer() {
        let usual = Settings::default().steps;
        assert_eq!([0, usual].map(budget), [BUDGET; 2]);
        assert_eq!(budget(50 * usual), 10 * BUDGET);
        assert_eq!(budget(u64::MAX), u64::MAX);
    }
}
