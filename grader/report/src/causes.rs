//! Which checks fail because of the same mistake, and which of them shows it best.
//!
//! Two failures have one cause if their stories blame the same line, if they go back to a panic of the same line, if
//! threads sleep at the same object for ever, or if their typed signatures are equal. Sentences decide nothing. Where
//! real threads or a program show no more than a finding, the cause is guessed from that, and the report says so.

use std::cmp::Reverse;

use protocol::signature::FailureSignature;
use protocol::trace::{End, Panic, Place, Trace, WaitReason};
use protocol::verdict::{CheckFailure, CheckVerdict, Report, Verdict};
use protocol::{Failure, Finding};

use crate::evidence::Telling;

/// How the message of a panic begins that `todo!` raises, and that of `unimplemented!`.
const UNWRITTEN: [&str; 2] = ["not yet implemented", "not implemented"];

/// Checks that fail because of the same mistake.
pub(crate) struct Group<'a> {
    cause: Cause,
    /// The checks: the one that shows the mistake best, then the others in the order of the report.
    pub(crate) checks: Vec<Failed<'a>>,
}

impl Group<'_> {
    /// Whether these checks fail only because something is not written yet.
    pub(crate) fn is_unwritten(&self) -> bool {
        self.cause == Cause::Unwritten
    }
}

/// A check that failed.
pub(crate) struct Failed<'a> {
    pub(crate) check: &'a CheckVerdict,
    pub(crate) failure: &'a CheckFailure,
    /// The story of a failure under the model.
    pub(crate) telling: Option<Telling<'a>>,
    /// Whether it has nothing in common with the others of its group but the finding, since it shows no more.
    pub(crate) is_guessed: bool,
}

impl<'a> Failed<'a> {
    /// What it has in common with the check before it at which its cause is told.
    pub(crate) fn relation(&self) -> &'static str {
        self.relations()[0]
    }

    /// The same, and in fewer and fewer words.
    pub(crate) fn relations(&self) -> [&'static str; 3] {
        match self.is_guessed {
            true => ["perhaps the same cause", "perhaps the same", "same?"],
            false => ["the same cause", "the same", "same"],
        }
    }

    /// The failure under the model.
    fn of_model(&self) -> Option<&'a Failure> {
        self.check.failure()
    }

    /// The panic that it goes back to.
    pub(crate) fn root_panic(&self) -> Option<&'a Panic> {
        match self.of_model() {
            Some(failure) => failure.trace.as_ref()?.first_panic(),
            None => self.failure.panic.as_deref(),
        }
    }
}

/// What a failure goes back to.
#[derive(Debug, Clone, PartialEq)]
enum Cause {
    /// A `todo!`.
    Unwritten,
    /// A line of the submission.
    Line { file: String, line: u32 },
    /// Nobody wakes the threads that sleep at the object that was created here.
    Asleep { file: String, line: u32 },
    /// Something else, that an interleaving shows.
    Signature(Box<FailureSignature>),
    /// Something else, that real threads or a program show.
    Outside(Finding),
}

/// The checks at which a report tells its causes, in its order. Hints for them are about what the reader sees first.
pub fn told_at(report: &Report) -> Vec<&CheckVerdict> {
    groups(report).into_iter().map(|group| group.checks[0].check).collect()
}

/// The failing checks of a report by cause. The cause of most checks comes first, and what is not written yet last.
pub(crate) fn groups(report: &Report) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut unclear = Vec::new();
    for failed in report.checks.iter().filter_map(|check| failed(check, report)) {
        match cause(&failed, report) {
            Some(cause) => join(&mut groups, cause, failed),
            None => unclear.push(failed),
        }
    }
    let is_unwritten = groups.iter().any(Group::is_unwritten);
    for mut failed in unclear {
        let cause = match failed.of_model() {
            // Where the submission does nothing, a `todo!` has ended it, and the check has caught the panic.
            Some(failure) if is_unwritten && !acts(failure, report) => Cause::Unwritten,
            Some(failure) => Cause::Signature(Box::new(failure.signature.clone())),
            None if is_unwritten && groups.len() == 1 => Cause::Unwritten,
            None => {
                failed.is_guessed = true;
                let finding = failed.failure.finding;
                let shows = |group: &&Group<'_>| group.checks.iter().any(|other| other.failure.finding == finding);
                groups
                    .iter()
                    .find(shows)
                    .map_or(Cause::Outside(finding), |group| group.cause.clone())
            }
        };
        join(&mut groups, cause, failed);
    }
    for group in &mut groups {
        let best = (0..group.checks.len()).min_by_key(|&at| plainness(&group.checks[at], report));
        let best = group.checks.remove(best.expect("a group has a check"));
        group.checks.insert(0, best);
    }
    let is_inside = |group: &Group<'_>| group.checks[0].of_model().is_some();
    groups.sort_by_key(|group| (group.is_unwritten(), !is_inside(group), Reverse(group.checks.len())));
    groups
}

fn failed<'a>(check: &'a CheckVerdict, report: &'a Report) -> Option<Failed<'a>> {
    match &check.verdict {
        Verdict::Failed(failure) => Some(Failed {
            check,
            failure,
            telling: check.failure().map(|failure| Telling::of(failure, &report.sources)),
            is_guessed: false,
        }),
        Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => None,
    }
}

fn join<'a>(groups: &mut Vec<Group<'a>>, cause: Cause, failed: Failed<'a>) {
    match groups.iter_mut().find(|group| group.cause == cause) {
        Some(group) => group.checks.push(failed),
        None => groups.push(Group {
            cause,
            checks: vec![failed],
        }),
    }
}

/// What a failure goes back to, as far as the failure itself shows it.
fn cause(failed: &Failed<'_>, report: &Report) -> Option<Cause> {
    if failed.root_panic().is_some_and(is_unwritten) {
        return Some(Cause::Unwritten);
    }
    let Some(Telling { failure, story, .. }) = &failed.telling else {
        let place = failed.root_panic()?.place.as_ref()?;
        return is_own(place, report).then(|| at(place));
    };
    let blamed = story.blamed.as_ref().filter(|place| is_own(place, report));
    blamed.map(at).or_else(|| asleep(failure.trace.as_ref()?))
}

fn at(place: &Place) -> Cause {
    Cause::Line {
        file: place.file.clone(),
        line: place.line,
    }
}

/// Whether a panic says that something is not written yet.
fn is_unwritten(panic: &Panic) -> bool {
    UNWRITTEN.iter().any(|begin| panic.message.starts_with(begin))
}

fn is_own(place: &Place, report: &Report) -> bool {
    report.sources.iter().any(|(path, _)| *path == place.file)
}

/// Whether a thread does something in the submission.
fn acts(failure: &Failure, report: &Report) -> bool {
    let events = failure.trace.iter().flat_map(|trace| &trace.events);
    let mut places = events.filter_map(|event| event.place.as_ref());
    places.any(|place| is_own(place, report))
}

/// The object at which threads sleep that nobody wakes; `None` if no thread sleeps so, or threads wait in a cycle.
fn asleep(trace: &Trace) -> Option<Cause> {
    let waits = match &trace.end {
        End::Deadlock { waits, cycle } if cycle.is_empty() => waits,
        End::LostWakeup { waits, .. } => waits,
        _ => return None,
    };
    let sleeper = waits
        .iter()
        .find(|wait| matches!(wait.reason, WaitReason::Notification { .. }))?;
    let created_at = trace.objects.get(sleeper.object?)?.created_at.as_ref()?;
    Some(Cause::Asleep {
        file: created_at.file.clone(),
        line: created_at.line,
    })
}

/// How plainly a check shows its mistake; the smallest value is the plainest.
fn plainness(failed: &Failed<'_>, report: &Report) -> impl Ord + use<> {
    let Some(Telling { failure, story, .. }) = &failed.telling else {
        return (true, true, true, u32::MAX, usize::MAX);
    };
    let trace = failure.trace.as_ref();
    let n_events = trace.map_or(usize::MAX, |trace| trace.events.len());
    let is_quiet = !acts(failure, report);
    (
        story.sentences.is_empty(),
        trace.is_none(),
        is_quiet,
        failure.preemptions,
        n_events,
    )
}
