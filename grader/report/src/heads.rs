//! The line of one check: its mark, its name, its points, and how it went.

use protocol::trace::{Event, Trace};
use protocol::{Exploration, Failure};

use super::escape::{counted, grouped};
use super::text::{Line, Tone};
use protocol::verdict::{CheckVerdict, Report, Verdict};

/// The widths that the lines of all checks share.
pub(super) struct Heads {
    name: usize,
    points: usize,
    columns: usize,
}

impl Heads {
    /// The widths that suit all checks of a report.
    pub(super) fn new(report: &Report, columns: usize) -> Self {
        let widest = |width: fn(&CheckVerdict) -> usize| report.checks.iter().map(width).max().unwrap_or(0);
        Self {
            name: widest(|check| check.name.chars().count()),
            points: widest(|check| points(check).chars().count()),
            columns,
        }
    }

    /// The line of a check of which nothing is said but the first of `choices` for which there is room.
    pub(super) fn head_with(&self, check: &CheckVerdict, choices: &[String]) -> Line {
        let finding = match &check.verdict {
            Verdict::Failed(check_failure) => check_failure.finding.as_str(),
            Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => "",
        };
        let line = self.start(check).with(Tone::Bad, finding).with(Tone::Dim, ", ");
        let room = self.columns.saturating_sub(line.width());
        line.with(Tone::Dim, fitting(choices, room).unwrap_or_default())
    }

    /// The line of one check.
    pub(super) fn head(&self, check: &CheckVerdict) -> Line {
        let line = self.start(check);
        let room = self.columns.saturating_sub(line.width());
        match &check.verdict {
            Verdict::Passed => {
                let explored = check
                    .explored
                    .as_ref()
                    .map(explorations)
                    .and_then(|choices| fitting(&choices, room));
                line.with(Tone::Dim, explored.unwrap_or_default())
            }
            Verdict::Failed(check_failure) => {
                let effort = self.effort(check).map_or(String::new(), |effort| format!(", {effort}"));
                line.with(Tone::Bad, check_failure.finding.as_str())
                    .with(Tone::Plain, effort)
            }
            Verdict::Skipped { because } => {
                let choices = [
                    format!("skipped, because of `{because}`"),
                    "skipped, as another check failed".to_owned(),
                    "skipped".to_owned(),
                ];
                line.with(Tone::Dim, fitting(&choices, room).unwrap_or_default())
            }
            Verdict::Ungraded { .. } => line.with(Tone::Caution, "not graded"),
        }
    }

    /// The mark, the name and the points.
    fn start(&self, check: &CheckVerdict) -> Line {
        let (mark, tone) = mark(&check.verdict);
        let points = format!("{:>width$}", points(check), width = self.points);
        let name_tone = if tone == Tone::Dim { Tone::Dim } else { Tone::Strong };
        let start = Line::indented(1)
            .with(tone, mark)
            .with(Tone::Plain, " ")
            .with(name_tone, &check.name);
        start
            .pad_to(3 + self.name + 2)
            .with(Tone::Dim, points)
            .with(Tone::Plain, "  ")
    }

    /// How many interleavings it took to find a failure, if that fits on the line of the check.
    pub(super) fn effort(&self, check: &CheckVerdict) -> Option<String> {
        let failure = check.failure()?;
        let line = self
            .start(check)
            .with(Tone::Plain, failure.finding.as_str())
            .with(Tone::Plain, ", ");
        fitting(&[effort(failure)], self.columns.saturating_sub(line.width()))
    }
}

/// The first of `choices` that fits into `columns`.
fn fitting(choices: &[String], columns: usize) -> Option<String> {
    choices.iter().find(|words| words.chars().count() <= columns).cloned()
}

fn mark(verdict: &Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Passed => ("✓", Tone::Good),
        Verdict::Failed(_) => ("✗", Tone::Bad),
        Verdict::Skipped { .. } => ("–", Tone::Dim),
        Verdict::Ungraded { .. } => ("?", Tone::Caution),
    }
}

/// How many interleavings it took to find a failure: `after 3 interleavings of this scenario, 1 preemption`.
pub(super) fn effort(failure: &Failure) -> String {
    let after = format!("after {} of this scenario", counted(failure.executions, "interleaving"));
    match &failure.trace {
        Some(trace) => format!("{after}, {}", departures(failure.preemptions, trace)),
        None => after,
    }
}

/// How often an execution departed from the usual: `1 preemption`, `0 preemptions, 1 stale read`.
pub(super) fn departures(within_bound: u32, trace: &Trace) -> String {
    let Departures {
        preemptions,
        stale_reads,
    } = Departures::of(within_bound, trace);
    let preempted = counted(preemptions, "preemption");
    match stale_reads {
        0 => preempted,
        _ => format!("{preempted}, {}", counted(stale_reads, "stale read")),
    }
}

/// How often an execution departed from the usual.
pub(super) struct Departures {
    /// How often a thread was interrupted although it could go on.
    pub(super) preemptions: u64,
    /// How many loads returned an older value.
    pub(super) stale_reads: u64,
}

impl Departures {
    /// Tells the departures apart, which count as preemptions `within_bound` all together.
    pub(super) fn of(within_bound: u32, trace: &Trace) -> Self {
        let is_stale = |event: &&Event| event.op.newest_unread().is_some();
        let stale_reads = trace.events.iter().filter(is_stale).count() as u64;
        Self {
            preemptions: u64::from(within_bound).saturating_sub(stale_reads),
            stale_reads,
        }
    }
}

/// What was explored for one check, in two lengths: `all 5 860 interleavings + 500 random`.
fn explorations(exploration: &Exploration) -> [String; 2] {
    let in_order = exploration.executions.saturating_sub(exploration.random);
    let all = if exploration.complete && in_order > 1 {
        "all "
    } else {
        ""
    };
    let (count, interleavings) = (grouped(in_order), counted(in_order, "interleaving"));
    match exploration.random {
        0 => [format!("{all}{interleavings}"), format!("{all}{count}")],
        random => {
            let random = grouped(random);
            [
                format!("{all}{interleavings} + {random} random"),
                format!("{all}{count} + {random} random"),
            ]
        }
    }
}

/// `0/3`, or `–/3` if it is not known what is earned; nothing for a check that is worth nothing, as the build is.
fn points(check: &CheckVerdict) -> String {
    if check.points == 0 {
        return String::new();
    }
    let earned = check.score.map_or("–".to_owned(), |score| score.to_string());
    format!("{earned}/{}", check.points)
}
