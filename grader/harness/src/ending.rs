//! What it means when an execution does not simply finish.

use model_std::model;

use crate::check::Violation;
use crate::execution::AnyExecution;
use protocol::Finding;
use protocol::trace::{End, Place, Thread, Trace, Wait};

/// The execution, if it came to its end with a value; else how it failed.
pub(crate) fn finished(execution: model::Execution<Box<dyn AnyExecution>>) -> Result<Box<dyn AnyExecution>, Violation> {
    let model::Execution {
        value,
        mut trace,
        preemptions,
        ..
    } = execution;
    match (value, &trace.end) {
        (Some(Ok(mut execution)), End::Finished) => {
            execution.complete(&mut trace, preemptions);
            Ok(execution)
        }
        _ => Err(violation(&trace)),
    }
}

fn violation(trace: &Trace) -> Violation {
    let thread = |id: usize| name(&trace.threads[id]);
    match &trace.end {
        End::Finished | End::Panicked { .. } => panicked(trace),
        End::Deadlock { waits, cycle } => {
            let violation = Violation::new(Finding::Deadlock, "expected every thread to come to its end");
            let stuck = if cycle.is_empty() {
                format!("{} for ever, and nobody is left to end that", waiting(trace, waits))
            } else if let [alone] = cycle[..] {
                format!("{} waits for a lock that it holds itself", thread(alone))
            } else {
                let cycle: Vec<String> = cycle.iter().map(|id| thread(*id)).collect();
                format!(
                    "They wait for each other in a circle: {} → {}",
                    cycle.join(" → "),
                    cycle[0]
                )
            };
            violation.got(stuck)
        }
        End::LostWakeup {
            waiter, notified_at, ..
        } => {
            let notified = notified_at
                .as_ref()
                .map_or(String::new(), |place| format!(" at {}", line(place)));
            Violation::new(Finding::LostWakeup, "expected every waiting thread to be woken").got(format!(
                "{} sleeps for ever: the notification{notified} was sent before it began to wait, and nobody was there to hear it",
                thread(*waiter)
            ))
        }
        End::Livelock { threads } => {
            let threads: Vec<String> = threads.iter().map(|id| thread(*id)).collect();
            let got = match &threads[..] {
                [alone] => format!("{alone} runs on and on and does not come to its end"),
                _ => format!("{} keep reacting to each other and get nowhere", threads.join(" and ")),
            };
            Violation::new(Finding::Livelock, "expected every thread to come to its end").got(got)
        }
        End::BusyWait { thread: spinner, place } => {
            let place = place
                .as_ref()
                .map_or(String::new(), |place| format!(" at {}", line(place)));
            Violation::new(
                Finding::BusyWait,
                "expected a waiting thread to sleep until it is woken",
            )
            .got(format!(
                "{} asks again and again{place} while it has to wait",
                thread(*spinner)
            ))
        }
        End::StepLimit => Violation::new(
            Finding::TooSlow,
            "expected the work to be done within the limit of steps",
        )
        .got("the limit was reached while the threads were still getting on"),
        End::Exited {
            code,
            thread: id,
            place,
        } => {
            let place = place
                .as_ref()
                .map_or(String::new(), |place| format!(" at {}", line(place)));
            let call = code.map_or("process::abort()".to_owned(), |code| format!("process::exit({code})"));
            Violation::new(Finding::Exited, "expected the function to return").got(format!(
                "{} called `{call}`{place}, which ends the whole process",
                thread(*id)
            ))
        }
        End::ThreadsLeft { threads } => {
            let left: Vec<String> = threads.iter().map(|id| thread(*id)).collect();
            let verb = if left.len() == 1 { "was" } else { "were" };
            Violation::new(
                Finding::ThreadLeak,
                "expected every thread to have ended when the function returns",
            )
            .got(format!("{} {verb} still running", left.join(", ")))
        }
        End::Nondeterministic { difference } => Violation::new(
            Finding::Nondeterministic,
            "expected the same schedule to give the same execution",
        )
        .got(format!(
            "it did not: {difference}; the submission depends on something other than its schedule"
        )),
    }
}

fn panicked(trace: &Trace) -> Violation {
    let violation = Violation::new(Finding::Panic, "expected the function to return");
    // The panic of a thread comes first: that of whoever waited for it only passes it on.
    let died = trace
        .threads
        .iter()
        .skip(1)
        .find_map(|thread| Some((thread, thread.panicked.as_ref()?)));
    let (who, message, place) = match (died, &trace.end) {
        (Some((thread, message)), _) => (name(thread), message.as_str(), &thread.panicked_at),
        (None, End::Panicked { message, place }) => ("it".to_owned(), message.as_str(), place),
        (None, _) => ("it".to_owned(), "", &None),
    };
    let place = place
        .as_ref()
        .map_or(String::new(), |place| format!(" at {}", line(place)));
    violation.got(format!("{who} panicked{place}: {message}"))
}

/// Who waits for what, in words.
fn waiting(trace: &Trace, waits: &[Wait]) -> String {
    let waits = waits.iter().map(|wait| {
        let place = wait
            .place
            .as_ref()
            .map_or(String::new(), |place| format!(" ({})", line(place)));
        format!(
            "{} waits in `{}`{place}",
            name(&trace.threads[wait.thread]),
            wait.operation
        )
    });
    waits.collect::<Vec<_>>().join(", ")
}

/// How a reader calls a thread.
fn name(thread: &Thread) -> String {
    match (&thread.name, thread.id) {
        (_, 0) => "the main thread".to_owned(),
        (Some(name), _) => format!("thread `{name}`"),
        (None, id) => format!("thread {id}"),
    }
}

/// A place as a reader finds it: the file below `src` and the line, and whether it is the check's own.
fn line(place: &Place) -> String {
    let (folder, file) = place.file.rsplit_once("src/").unwrap_or(("", &place.file));
    let owner = if folder.contains("grader/checks/") {
        "the check's "
    } else {
        ""
    };
    format!("{owner}{file}:{}", place.line)
}
