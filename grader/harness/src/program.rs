//! Runs the exercise's program under the model, where threads do the same every time.

use std::ops::ControlFlow;
use std::process::{ExitCode, Termination};
use std::rc::Rc;

use model_std::model::{self, Bounds, Execution, Settings};
use protocol::signature::{EndSignature, FailureSignature};
use protocol::trace::{End, Segment, Trace};
use protocol::{CheckObservation, Failure, FailureCause, ProgramEnd, ProgramRun, Work};

use crate::channel;
use crate::scenario::without_many_events;

/// The most operations of a program. Those of the solutions have at most a few ten thousand.
const STEPS: u64 = 1_000_000;

/// Reads one request from standard input, which must be a socket, runs the program's `main` once with the arguments of
/// this process, and answers over that socket.
///
/// Of all interleavings it is the one without a preemption: each thread runs until it has to wait.
///
/// The exit code says only whether there was a request and the answer was sent.
pub fn program<T: Termination + 'static>(main: fn() -> T) -> ExitCode {
    channel::exit_code(channel::serve("main.rs", |request| match request.work {
        Work::RunProgram => CheckObservation::Ran(run(main)),
        Work::Explore | Work::Try | Work::Replay { .. } | Work::Play(_) => CheckObservation::UnknownCheck,
    }))
}

fn run<T: Termination + 'static>(main: fn() -> T) -> ProgramRun {
    let bounds = Bounds {
        preemptions: 0,
        executions: 1,
        stale_executions: 0,
        random: 0,
        ..Bounds::default()
    };
    let settings = Settings {
        steps: STEPS,
        // Whether a program waits as it should is a question for other checks.
        allow_busy_wait: true,
        ..Settings::default()
    };
    let body: Rc<dyn Fn() -> i32> = Rc::new(move || number(main().report()));
    let mut seen = None;
    let coverage = model::explore(&bounds, &settings, &body, |execution| {
        seen = Some(execution);
        ControlFlow::Break(())
    });
    let Execution { value, trace, .. } = seen.expect("the first execution is always run");
    let end = match (&trace.end, value.and_then(Result::ok)) {
        // Threads that are left end with the process.
        (End::Finished | End::ThreadsLeft { .. }, Some(code)) => ProgramEnd::Code(code),
        (End::Exited { code: Some(code), .. }, _) => ProgramEnd::Code(*code),
        _ => {
            let stopped = coverage.stopped.expect("it stopped at its execution");
            ProgramEnd::Failed(Box::new(failure(
                model::replay(&settings, &body, &stopped.schedule).trace,
            )))
        }
    };
    ProgramRun {
        stdout: Segment::joined(&trace.stdout),
        stderr: stderr(&trace),
        end,
    }
}

/// The failure of a program that did not come to its end.
fn failure(trace: Trace) -> Failure {
    let failed = trace.end.finding().zip(EndSignature::of(&trace));
    let (finding, signature) = failed.expect("an execution is the same when it is recorded");
    Failure {
        finding,
        scenario: "the program".to_owned(),
        cause: FailureCause::Ending,
        signature: FailureSignature::Ending(signature),
        executions: 1,
        preemptions: 0,
        token: None,
        trace: Some(without_many_events(trace)),
        certainty: None,
    }
}

/// The number of an exit code, which `std` does not tell.
fn number(code: ExitCode) -> i32 {
    let number = (0..=u8::MAX).find(|number| ExitCode::from(*number) == code);
    number.map_or(1, i32::from)
}

/// What a program has written to standard error. `std` writes the panics of threads there, which the model only keeps.
fn stderr(trace: &Trace) -> Vec<u8> {
    let mut stderr = Segment::joined(&trace.stderr);
    for thread in &trace.threads {
        if let Some(panic) = &thread.panic {
            let name = thread.name.as_deref().unwrap_or("<unnamed>");
            let place = panic.place.as_ref();
            let place = place.map_or(String::new(), |place| {
                format!(" at {}:{}:{}", place.file, place.line, place.column)
            });
            stderr.extend(format!("thread '{name}' panicked{place}:\n{}\n", panic.message).bytes());
        }
    }
    stderr
}

#[cfg(test)]
mod tests {
    use model_std::thread;

    use super::*;

    fn code(run: &ProgramRun) -> Option<i32> {
        match run.end {
            ProgramEnd::Code(code) => Some(code),
            ProgramEnd::Failed(_) => None,
        }
    }

    #[test]
    fn a_program_ends_with_the_code_of_main_or_of_exit() {
        assert_eq!(code(&run(|| ())), Some(0));
        assert_eq!(code(&run(|| ExitCode::from(7))), Some(7));
        assert_eq!(code(&run(|| model_std::process::exit(9))), Some(9));
        let exits: fn() = || drop(thread::spawn(|| model_std::process::exit(3)).join());
        assert_eq!(code(&run(exits)), Some(3));
    }

    #[test]
    fn threads_that_main_leaves_behind_do_nothing_more() {
        let leaves = || {
            thread::spawn(|| model_std::println!("of the thread"));
            model_std::println!("of main");
        };
        let run = run(leaves);
        assert_eq!((&*run.stdout, code(&run)), (&b"of main\n"[..], Some(0)));
    }

    #[test]
    fn a_panic_of_a_thread_is_on_standard_error_and_one_of_main_is_a_failure() {
        let of_thread: fn() = || drop(thread::spawn(|| panic!("of the thread")).join());
        let ran = run(of_thread);
        let stderr = String::from_utf8(ran.stderr.clone()).unwrap();
        assert!(stderr.starts_with("thread '<unnamed>' panicked at ") && stderr.ends_with(":\nof the thread\n"));
        assert_eq!(code(&ran), Some(0));
        let of_main: fn() = || panic!("of main");
        let ProgramEnd::Failed(failure) = run(of_main).end else {
            panic!("the program has failed")
        };
        assert_eq!(failure.finding, protocol::Finding::Panic);
    }
}
