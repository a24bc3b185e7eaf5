//! Judges how a process exited, for check programs and the exercise's program alike.

use std::sync::LazyLock;

use protocol::verdict::{CheckFailure, Evidence, Verdict};
use protocol::{Finding, Panic, Place};
use regex::Regex;
use sandbox::process::{Activity, ExitReason, ProcessOutput, Signal, Stream};

use super::{excerpt, ungraded};

/// Which form of the submission a program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The form that is compiled against the modelled `std`.
    Modelled,
    /// The form that is compiled against the real `std`.
    Real,
}

/// The exit code, which the caller judges. A process that did not exit by itself is judged here.
pub(super) fn exit_code(output: &ProcessOutput, form: Form) -> Result<i32, Verdict> {
    let (finding, got) = match output.exit_reason {
        ExitReason::Code(code) => return Ok(code),
        ExitReason::Cancelled => return Err(ungraded("it was stopped before it ended")),
        ExitReason::Signal(signal @ (Signal::Kill | Signal::Other(_))) if output.is_killed_from_within => {
            (Finding::Exited, killed_from_within(signal))
        }
        ExitReason::Signal(Signal::Kill) => return Err(killed("the process")),
        ExitReason::TimedOut {
            activity: Activity::WaitingForEachOther { threads },
        } if form == Form::Real => (Finding::Deadlock, deadlocked(threads)),
        ExitReason::TimedOut { activity } => (Finding::Timeout, at_limit(form, activity)),
        ExitReason::Signal(Signal::CpuTimeLimit) => (Finding::CpuLimit, at_limit(form, Activity::Running)),
        ExitReason::ThreadLimit => (Finding::ProcessLimit, "it started threads without end".to_owned()),
        ExitReason::OutputLimit(stream) => (
            Finding::OutputLimit,
            format!("it wrote to {} without end", name(stream)),
        ),
        ExitReason::Signal(signal) => judge_signal(signal, &output.stderr),
    };
    let message = format!("expected the submission to come to an end by itself, {got}");
    Err(Verdict::Failed(CheckFailure::new(
        finding,
        message,
        excerpt::output(output),
    )))
}

/// The verdict where `what` got a `SIGKILL` that the grader did not send.
pub(super) fn killed(what: &str) -> Verdict {
    Verdict::Ungraded {
        reason: format!("{what} was killed from outside, as systems do that run out of memory"),
        help: Some("close other programs and try again".to_owned()),
    }
}

fn killed_from_within(signal: Signal) -> String {
    format!(
        "signal {} ended the process in which it is checked: a child process that it started can send that, as `kill \
         $PPID` does",
        signal.number()
    )
}

/// What a process did at its time limit.
fn at_limit(form: Form, activity: Activity) -> String {
    let did = match (form, activity) {
        (Form::Modelled, Activity::Running) => {
            "it was busy all the time in a loop that locks nothing, waits for nothing and touches no atomic"
        }
        (Form::Modelled, Activity::Waiting | Activity::WaitingForEachOther { .. }) => {
            "it waited for something outside of the model, such as a file or a connection"
        }
        (Form::Real, Activity::Running) => "it was still busy",
        (Form::Real, Activity::Waiting | Activity::WaitingForEachOther { .. }) => {
            "all its threads were waiting, as in a deadlock"
        }
    };
    format!("at the time limit {did}")
}

/// The kernel shows in which system call each thread is, and nothing more about what it waits for.
fn deadlocked(threads: usize) -> String {
    let who = match threads {
        1 => "its only thread was".to_owned(),
        2 => "both of its threads were".to_owned(),
        n => format!("all {n} of its threads were"),
    };
    format!("at the time limit {who} asleep, waiting for a lock or for another thread without a time limit: a deadlock")
}

fn judge_signal(signal: Signal, stderr: &[u8]) -> (Finding, String) {
    let says = |text: &str| says(stderr, text);
    let hint = match signal {
        Signal::Abort if is_out_of_memory(stderr) => {
            return (
                Finding::MemoryLimit,
                "it asked for more memory than the limit".to_owned(),
            );
        }
        Signal::Abort if says(STACK_OVERFLOWED) => {
            let got = "a stack overflowed, mostly from a function that calls itself without end";
            return (Finding::StackOverflow, got.to_owned());
        }
        Signal::BadSystemCall => {
            let got = "it called the system in a way that no program in Rust does";
            return (Finding::AccessDenied, got.to_owned());
        }
        Signal::FileSizeLimit => {
            return (
                Finding::OutputLimit,
                "it wrote more to a file than the limit".to_owned(),
            );
        }
        Signal::SegmentationFault => ": mostly a stack that overflowed, from a function that calls itself without end",
        Signal::Abort => ": mostly a panic while another panic was under way",
        Signal::Kill | Signal::CpuTimeLimit | Signal::Other(_) => "",
    };
    let number = signal.number();
    (Finding::Panic, format!("it was ended by signal {number}{hint}"))
}

/// What `std` prints when the system refuses memory, a thread or something else. The exit status does not show the
/// reason. A submission that prints the same text only changes the finding of its own failure.
const ALLOCATION_FAILED: &str = "memory allocation of";
const STACK_OVERFLOWED: &str = "overflowed its stack";
const THREAD_REFUSED: &str = "failed to spawn thread: Os { code: 11,";
const REFUSED: [&str; 6] = [
    "Os { code: 1, kind: PermissionDenied",
    "Os { code: 13, kind: PermissionDenied",
    "(os error 1)",
    "(os error 13)",
    // In a root folder of its own, a program does not find what it may not use.
    "Os { code: 2, kind: NotFound",
    "(os error 2)",
];

/// The reason of a panic that ended the program, where it was a limit or a refusal.
pub(super) fn refusal(stderr: &[u8]) -> Option<(Finding, String)> {
    if says(stderr, THREAD_REFUSED) {
        return Some((Finding::ProcessLimit, "it could start no more threads".to_owned()));
    }
    let is_refused = REFUSED.iter().any(|words| says(stderr, words));
    is_refused.then(|| {
        let got = "it was refused something that a submission may not have: a file, another process or the network";
        (Finding::AccessDenied, got.to_owned())
    })
}

/// The first panic that `std` told of, as in `thread 'main' panicked at src/lib.rs:30:9:` and the line below it.
pub(super) fn first_panic(stderr: &[u8]) -> Option<Panic> {
    static PANIC: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?m)^thread '[^'\n]*' (?:\(\d+\) )?panicked at (.+):(\d+):(\d+):\n(.*)$")
            .expect("the pattern is right")
    });
    let stderr = String::from_utf8_lossy(stderr);
    let [file, line, column, message] = PANIC.captures(&stderr)?.extract().1;
    let place = Place {
        file: file.to_owned(),
        line: line.parse().ok()?,
        column: column.parse().ok()?,
    };
    Some(Panic {
        message: message.to_owned(),
        place: Some(place),
    })
}

/// Whether the process aborted because the system refused memory.
pub(super) fn is_out_of_memory(stderr: &[u8]) -> bool {
    says(stderr, ALLOCATION_FAILED)
}

fn says(stderr: &[u8], text: &str) -> bool {
    stderr.windows(text.len()).any(|part| part == text.as_bytes())
}

fn name(stream: Stream) -> &'static str {
    match stream {
        Stream::Stdout => "standard output",
        Stream::Stderr => "standard error",
        Stream::Answer => "the channel of the check",
    }
}

pub(super) fn child_leak() -> CheckFailure {
    let message = "expected every child process to be waited for, some were still running at the end";
    CheckFailure::new(Finding::ChildLeak, message, Evidence::None)
}
