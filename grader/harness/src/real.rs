//! Checks on real threads, processes and servers, for code that cannot run under the model.
//!
//! A check program of this kind is compiled against the real `std`, like the submission. Its evidence is what a gate
//! inside the workload, a server or the kernel saw. No check measures wall time. A check that has to know that nothing
//! more can happen waits for [`Quiescence`]: every thread sleeps, and nothing in flight can wake one.

mod gate;
mod hang;
mod quiescence;
mod threads_left;
mod wait;

use std::any::Any;
use std::fmt;
use std::io;
use std::mem::ManuallyDrop;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use crate::channel::{self, Answer};
use crate::check::Violation;
use protocol::{CheckObservation, Finding, Panic, Place, Request, TrialFailure, Trials, Work};

pub use gate::Gate;
pub use quiescence::{Polls, QUIESCENT_POLLS, Quiescence};
pub use sandbox::kernel;
pub use sandbox::this_process::thread_cpu_time;
pub use threads_left::threads_left_by;
pub use wait::{WaitEnd, until_quiescent};

/// One graded assertion about real threads or processes.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    name: &'static str,
    run: fn(&mut Trial),
}

impl Check {
    /// The check called `name`. `run` is its code.
    pub const fn new(name: &'static str, run: fn(&mut Trial)) -> Self {
        Self { name, run }
    }
}

/// Runs the scenarios of one check, until the first that fails.
#[derive(Debug)]
pub struct Trial {
    trials: Trials,
    current: Scenario,
}

/// The label of the scenario that is being run, for the thread that notices that it hangs.
type Scenario = Arc<Mutex<String>>;

impl Trial {
    fn new(current: Scenario) -> Self {
        let trials = Trials {
            scenarios: 0,
            failure: None,
            unclear: None,
        };
        Self { trials, current }
    }

    /// Runs `body`, which returns how the submission breaks a property. If `body` panics, the check fails too.
    ///
    /// A check stops at its first failure: after that, calls do nothing.
    pub fn scenario(&mut self, label: impl Into<String>, body: impl FnOnce() -> Result<(), Violation>) {
        if self.trials.failure.is_some() || self.trials.unclear.is_some() {
            return;
        }
        let label = label.into();
        self.trials.scenarios += 1;
        self.current
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone_from(&label);
        let (violation, panic) = match catch(body) {
            Ok(Ok(())) => return,
            Ok(Err(violation)) => (violation, None),
            Err(message) => {
                let first = raised().first().map(|raised| raised.panic.clone());
                (Violation::new(Finding::Panic, "expected no panic").got(message), first)
            }
        };
        self.trials.failure = Some(TrialFailure {
            finding: violation.finding,
            scenario: label,
            expected: violation.expected,
            got: violation.got,
            panic,
        });
    }

    /// Gives the check up, because this machine cannot show what it is about. `reason` says why, as a sentence
    /// fragment.
    pub fn unclear(&mut self, reason: impl Into<String>) {
        self.trials.unclear.get_or_insert(reason.into());
    }
}

/// The panics that were raised since the last call of [`catch`], from first to last. A few are enough to explain the
/// last one.
static RAISED: Mutex<Vec<Raised>> = Mutex::new(Vec::new());

/// How many panics are kept: the first ones and the last one.
const KEPT_PANICS: usize = 16;

/// A panic, as the panic hook saw it. It is displayed as a clause.
#[derive(Clone)]
struct Raised {
    thread: ThreadId,
    panic: Panic,
}

impl fmt::Display for Raised {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Panic { message, place } = &self.panic;
        match place {
            Some(place) => write!(formatter, "panicked at {}:{}: {message}", place.file, place.line),
            None => write!(formatter, "panicked: {message}"),
        }
    }
}

fn raised() -> MutexGuard<'static, Vec<Raised>> {
    RAISED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Calls `body` and catches its panic.
///
/// This is for a scenario in which the submission is expected to panic, and in which more is done afterwards.
///
/// # Errors
///
/// If `body` panics: where the panic was raised and what it says, as a clause. If it only reports the panic of another
/// thread, as that of `join().unwrap()` does, the clause says the same of that panic.
pub fn catch<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    // Panics that were caught before have nothing to do with `body`.
    raised().clear();
    panic::catch_unwind(AssertUnwindSafe(body)).map_err(|payload| {
        // To drop it would run the submission's code, which may panic again.
        let payload = ManuallyDrop::new(payload);
        let message = said(payload.as_ref());
        let raised = raised();
        let thread = thread::current().id();
        // A panic that was resumed from another thread did not call the hook again.
        let last = raised.iter().rfind(|raised| raised.panic.message == message);
        let last = last.map_or_else(|| format!("panicked: {message}"), Raised::to_string);
        match raised
            .first()
            .filter(|first| first.thread != thread && first.panic.message != message)
        {
            Some(first) => format!("it {last}; before that, another thread {first}"),
            None => format!("it {last}"),
        }
    })
}

fn said(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or(NO_TEXT)
}

/// The message of a panic whose payload is not text.
const NO_TEXT: &str = "a value that is no text";

/// Keeps the panics that are raised from now on, and does not print them: the check says what they mean.
fn keep_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| Place {
            file: place.file().to_owned(),
            line: place.line(),
            column: place.column(),
        });
        let message = info.payload_as_str().unwrap_or(NO_TEXT).to_owned();
        let panic = Panic { message, place };
        let thread = thread::current().id();
        let mut raised = raised();
        if raised.len() == KEPT_PANICS {
            raised.remove(KEPT_PANICS - 1);
        }
        raised.push(Raised { thread, panic });
    }));
}

/// Reads one request from standard input, which must be a socket, runs the check, and answers over that socket.
///
/// The exit code says only whether there was a request and the answer was sent. What was found is in the answer.
pub fn main(checks: &[Check]) -> ExitCode {
    channel::exit_code(serve(checks))
}

fn serve(checks: &[Check]) -> io::Result<()> {
    let (request, answer) = channel::open()?;
    let current = Scenario::default();
    hang::watch(&answer, &current);
    keep_panics();
    answer.give(observe(checks, &request, current))
}

fn observe(checks: &[Check], request: &Request, current: Scenario) -> CheckObservation {
    let Some(check) = checks.iter().find(|check| check.name == request.check) else {
        return CheckObservation::UnknownCheck;
    };
    match &request.work {
        Work::Try => {
            let mut trial = Trial::new(current);
            if kernel::is_visible() {
                (check.run)(&mut trial);
            } else {
                // Gates would open too early, and threads that are left would not be noticed.
                trial.unclear(
                    "this system does not show what its threads do, which checks on real threads need to know",
                );
            }
            CheckObservation::Tried(trial.trials)
        }
        Work::Explore | Work::Replay { .. } | Work::Play(_) | Work::RunProgram => CheckObservation::TokenRefused {
            reason: "the check runs on real threads, whose interleaving nobody chooses".to_owned(),
        },
    }
}

/// Ends the check, and says how it hangs.
fn give_up(answer: &Answer, observation: CheckObservation) -> ! {
    channel::answer_and_exit(answer, observation)
}

#[cfg(test)]
mod tests;
