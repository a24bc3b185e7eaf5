//! Explains in plain sentences what went wrong. Nothing else does, so the same trace has the same words everywhere.
//!
//! Each pattern has a file of its own. A story says nothing that the trace does not show. A property that does not
//! hold, and that no other pattern explains, gets the place where a thread was interrupted, or the fact that none was.

mod aborted;
mod accesses;
mod busy_wait;
mod check_then_act;
mod crashed;
mod deadlock;
mod endless_loop;
mod exited;
mod interruption;
mod livelock;
mod looping;
mod lost_update;
mod lost_wakeup;
mod nondeterministic;
mod not_concurrent;
mod obstacle;
mod other_owner;
mod outside_wait;
mod over_serialized;
mod panic;
mod released_lock;
mod stack_overflow;
mod stale_read;
mod step_limit;
mod stolen_wakeup;
mod thread_left;
mod torn_line;
mod waits;

use protocol::trace::{End, Trace};
use protocol::{Failure, FailureCause, Finding, Place};

use crate::names::Names;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Story {
    /// What was expected, as a sentence without a full stop.
    pub expected: String,
    /// What was observed instead, as a clause.
    pub got: Option<String>,
    /// How it happens: sentences, in the order to be read.
    pub sentences: Vec<String>,
    /// The events that decide it, by index.
    pub steps: Vec<usize>,
    /// The line that has to change, where one is to blame. Two stories that blame one line are about the same mistake.
    pub blamed: Option<Place>,
}

impl Story {
    /// What was expected and what was observed, as one sentence without a full stop.
    pub fn message(&self) -> String {
        let expected = without_full_stop(&self.expected);
        match &self.got {
            Some(got) => format!("{expected}, {}", without_full_stop(got)),
            None => expected.to_owned(),
        }
    }

    fn new(expected: &str, got: String) -> Self {
        Self {
            expected: expected.to_owned(),
            got: Some(got),
            ..Self::default()
        }
    }
}

/// `sentence` without a full stop at its end.
pub(crate) fn without_full_stop(sentence: &str) -> &str {
    match sentence.strip_suffix('.') {
        // Two dots are part of what a program printed.
        Some(rest) if !rest.ends_with('.') => rest,
        Some(_) | None => sentence,
    }
}

/// How something happens: sentences, and the events that they are about.
#[derive(Debug, Default)]
struct Account {
    sentences: Vec<String>,
    steps: Vec<usize>,
    blamed: Option<Place>,
}

impl Account {
    fn new(sentence: String, steps: impl IntoIterator<Item = usize>) -> Self {
        Self {
            sentences: vec![sentence],
            steps: steps.into_iter().collect(),
            blamed: None,
        }
    }

    /// The same, with the line to blame.
    fn blaming(self, place: Option<&Place>) -> Self {
        Self {
            blamed: place.cloned(),
            ..self
        }
    }
}

/// The story of a failure. `names` are those of its trace.
pub fn explain(failure: &Failure, names: &Names<'_>) -> Story {
    match (&failure.cause, &failure.trace) {
        (FailureCause::Property { expected, got }, trace) => {
            let account = trace.as_ref().map(|trace| property(failure, trace, names));
            let Account {
                sentences,
                steps,
                blamed,
            } = account.unwrap_or_default();
            Story {
                expected: expected.clone(),
                got: got.clone(),
                sentences,
                steps,
                blamed,
            }
        }
        (FailureCause::Ending, Some(trace)) => ending(failure, trace, names),
        (FailureCause::Ending, None) => Story {
            expected: TO_END.to_owned(),
            ..Story::default()
        },
        (
            FailureCause::Unwitnessed {
                what,
                measure,
                executions,
                most_alive,
            },
            trace,
        ) => {
            let (trace, measure, executions) = (trace.as_ref(), *measure, *executions);
            if *most_alive < 2 {
                not_concurrent::explain(what, measure, executions, trace, names)
            } else {
                over_serialized::explain(what, measure, executions, *most_alive, trace, names)
            }
        }
        (FailureCause::Nondeterministic { first, then }, _) => nondeterministic::two_findings(*first, *then),
    }
}

/// What is expected of every execution.
const TO_END: &str = "expected every thread to end";

/// The story of an execution that did not come to its end.
fn ending(failure: &Failure, trace: &Trace, names: &Names<'_>) -> Story {
    let mut story = match &trace.end {
        // Nobody judges an execution that was only paused.
        End::Paused { .. } => Story::default(),
        End::Finished | End::Panicked(_) => panic::explain(trace, names),
        End::Deadlock { waits, cycle } => deadlock::explain(trace, waits, cycle, names),
        End::LostWakeup {
            waits,
            waiter,
            notified_at,
        } => lost_wakeup::explain(trace, waits, *waiter, notified_at.as_ref(), names),
        End::Livelock { threads } => livelock::explain(trace, threads, names),
        End::BusyWait { thread, place } => busy_wait::explain(trace, *thread, place.as_ref(), names),
        End::EndlessLoop { thread, place, .. } => endless_loop::explain(trace, *thread, place.as_ref(), names),
        End::StackOverflow {
            thread, size, place, ..
        } => stack_overflow::explain(*thread, *size, place.as_ref(), names),
        End::Aborted { thread, panics } => aborted::explain(*thread, panics, names),
        End::Crashed {
            thread, signal, place, ..
        } => crashed::explain(failure.finding, *thread, *signal, place.as_ref(), names),
        End::OutsideWait {
            thread, outside, place, ..
        } => outside_wait::explain(*thread, *outside, place.as_ref(), names),
        End::StepLimit => step_limit::explain(trace),
        End::Exited { code, thread, place } => exited::explain(*code, *thread, place.as_ref(), names),
        End::ThreadsLeft { threads } => thread_left::explain(trace, threads, names),
        End::Nondeterministic(difference) => nondeterministic::explain(trace, difference, names),
    };
    if !matches!(trace.end, End::Finished | End::Panicked(_)) {
        // A panic came before the end, and often led to it.
        story.sentences.splice(0..0, panic::sentences(trace, None, names));
    }
    if let Some(Account {
        sentences,
        steps,
        blamed,
    }) = stale_read::find(trace, names)
    {
        // Without a stale read, the execution would have ended well.
        story.sentences.splice(0..0, sentences);
        story.steps.extend(steps);
        story.blamed = blamed;
    }
    story
}

/// How an execution that came to its end breaks a property.
fn property(failure: &Failure, trace: &Trace, names: &Names<'_>) -> Account {
    let mut account = if let Some(account) = stale_read::find(trace, names) {
        account
    } else if depends_on_order(failure.finding) {
        let is_race = failure.finding == Finding::Race;
        let patterns: [&dyn Fn() -> Option<Account>; 8] = [
            &|| lost_update::find(trace, names),
            &|| check_then_act::find(trace, names),
            // Where a limit is exceeded these two say nothing: whoever counts under a lock takes it again and again,
            // and lines may be shared.
            &|| is_race.then(|| released_lock::find(trace, names)).flatten(),
            &|| is_race.then(|| torn_line::find(trace, names)).flatten(),
            &|| stolen_wakeup::find(trace, names),
            &|| other_owner::find(trace, None, names),
            &|| interruption::find(trace, names),
            &|| interruption::none_needed(failure, trace),
        ];
        patterns.iter().find_map(|find| find()).unwrap_or_default()
    } else if matches!(failure.finding, Finding::NotConcurrent | Finding::OverSerialized) {
        let is_in_workload = failure.finding == Finding::NotConcurrent;
        obstacle::of_one_execution(trace, is_in_workload, names).unwrap_or_default()
    } else {
        Account::default()
    };
    account.sentences.splice(0..0, panic::sentences(trace, None, names));
    account
}

/// Whether a finding says that the order of the threads may be to blame.
fn depends_on_order(finding: Finding) -> bool {
    match finding {
        Finding::Race | Finding::LimitExceeded | Finding::Panic => true,
        Finding::CompileError
        | Finding::MissingItem
        | Finding::ForbiddenCode
        | Finding::WrongResult
        | Finding::WrongOutput
        | Finding::Deadlock
        | Finding::LostWakeup
        | Finding::Livelock
        | Finding::BusyWait
        | Finding::NotConcurrent
        | Finding::OverSerialized
        | Finding::ThreadLeak
        | Finding::ChildLeak
        | Finding::StackOverflow
        | Finding::Exited
        | Finding::Timeout
        | Finding::CpuLimit
        | Finding::MemoryLimit
        | Finding::ProcessLimit
        | Finding::OutputLimit
        | Finding::AccessDenied
        | Finding::TooSlow
        | Finding::NotModelled
        | Finding::Nondeterministic => false,
    }
}
