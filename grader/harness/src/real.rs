//! Checks on real threads, real processes and real servers: what the grader's model cannot hold.
//!
//! A check program of this kind is compiled like the submission against the real `std`. Its evidence is what a gate inside
//! the workload, a server or the kernel saw; no check asks how long something took on the wall. A check that
//! has to know that nothing more can happen waits for [`Quiescence`]: every thread sleeps, and nothing in flight can wake one.

mod gate;
mod hang;
mod quiescence;
mod threads_left;

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
use protocol::{CheckObservation, Finding, Request, TrialFailure, Trials, Work};

pub use gate::Gate;
pub use quiescence::{Polls, QUIESCENT_POLLS, Quiescence};
pub use sandbox::kernel;
pub use sandbox::this_process::thread_cpu_time;
pub use threads_left::threads_left_by;

/// One graded assertion about real threads or processes.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    name: &'static str,
    run: fn(&mut Trial),
}

impl Check {
    /// The check called `name`, which `run` carries out.
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

/// The scenario that is under way, for whoever finds that it hangs.
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

    /// Runs `body`, which tells how the submission breaks a property. A panic that leaves it fails the check as well.
    ///
    /// A check stops at its first failure: later calls do nothing then.
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
        let violation = match catch(body) {
            Ok(Ok(())) => return,
            Ok(Err(violation)) => violation,
            Err(message) => Violation::new(Finding::Panic, "expected no panic").got(message),
        };
        self.trials.failure = Some(TrialFailure {
            finding: violation.finding,
            scenario: label,
            expected: violation.expected,
            got: violation.got,
        });
    }

    /// Gives the check up, because this machine cannot show what it is about: `reason` says why, as a sentence fragment.
    pub fn unclear(&mut self, reason: impl Into<String>) {
        self.trials.unclear.get_or_insert(reason.into());
    }
}

/// The panics that were raised since [`catch`] was called last, the first first, as clauses. Few are enough to tell why the
/// last one was raised.
static RAISED: Mutex<Vec<Raised>> = Mutex::new(Vec::new());

/// So many panics are kept.
const KEPT_PANICS: usize = 16;

/// A panic, as the hook saw it.
#[derive(Clone)]
struct Raised {
    thread: ThreadId,
    place: String,
    message: String,
}

impl fmt::Display for Raised {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "panicked{}: {}", self.place, self.message)
    }
}

fn raised() -> MutexGuard<'static, Vec<Raised>> {
    RAISED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a panic of `body` says, and where it was raised, as a clause; where it only tells of a panic in another thread, as
/// `join().unwrap()` does, what that one says as well.
///
/// For a scenario in which the submission is expected to panic, and to go on.
///
/// # Errors
///
/// When `body` panics.
pub fn catch<T>(body: impl FnOnce() -> T) -> Result<T, String> {
    // A panic that somebody else has caught says nothing about one of `body`.
    raised().clear();
    panic::catch_unwind(AssertUnwindSafe(body)).map_err(|payload| {
        // Dropping it would run the submission's code, which may panic once more.
        let payload = ManuallyDrop::new(payload);
        let message = said(payload.as_ref());
        let raised = raised();
        let thread = thread::current().id();
        // A panic that was handed on from another thread was raised there, and nowhere else.
        let last = raised.iter().rfind(|panic| panic.message == message);
        let last = last.map_or_else(|| format!("panicked: {message}"), Raised::to_string);
        match raised
            .first()
            .filter(|first| first.thread != thread && first.message != message)
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

/// What a panic says whose payload is no text.
const NO_TEXT: &str = "a value that is no text";

/// Keeps what is raised where, and prints nothing: what a check means is said by the check.
fn keep_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map_or(String::new(), |place| format!(" at {}:{}", place.file(), place.line()));
        let message = info.payload_as_str().unwrap_or(NO_TEXT).to_owned();
        let thread = thread::current().id();
        let mut raised = raised();
        if raised.len() == KEPT_PANICS {
            raised.remove(KEPT_PANICS - 1);
        }
        raised.push(Raised { thread, place, message });
    }));
}

/// Serves one request: reads it from standard input, which must be a socket, runs the check, and answers there.
///
/// Returns a failure when there is no request to serve or no way to answer; what was found is not part of the exit code.
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
                // Gates would open too early, and threads that are left would not be seen.
                trial.unclear(
                    "this system does not show what its threads do, which checks on real threads need to know",
                );
            }
            CheckObservation::Tried(trial.trials)
        }
        Work::Explore | Work::Replay { .. } => CheckObservation::TokenRefused {
            reason: "the check runs on real threads, whose interleaving nobody chooses".to_owned(),
        },
    }
}

/// Ends the check with what was seen of its hanging.
fn give_up(answer: &Answer, observation: CheckObservation) -> ! {
    channel::answer_and_exit(answer, observation)
}

#[cfg(test)]
mod tests;
