//! A report for a reader: one line for each check, the evidence below each check that failed, the score, and what to do
//! next.

use std::path::Path;

use protocol::Exploration;
use protocol::verdict::{CheckVerdict, Containment, MissingMechanism, Overall, ReplayReport, Report, Score, Verdict};

use crate::escape::{counted, grouped};
use crate::evidence::{self, Told, evidence};
use crate::grid::Grid;
use crate::heads::{Heads, departures, effort};
use crate::names::Names;
use crate::orderings::undecided;
use crate::table::INDENT;
use crate::text::{Line, Text, Tone};
use crate::{Extent, Options, steps};

/// Everything about one submission.
pub fn report(report: &Report, options: &Options) -> Text {
    let mut text = Text::new();
    text.append(heading(&report.exercise, &report.title, &report.submission, options));
    let heads = Heads::new(report, options.columns);
    let mut told = Told::new();
    for check in &report.checks {
        if needs_words(check) {
            text.blank();
        }
        text.push(heads.head(check).shortened(options.columns));
        if let Some(failure) = check.failure().filter(|_| heads.effort(check).is_none()) {
            text.hanging(Line::indented(INDENT), Tone::Plain, &effort(failure), options.columns);
        }
        text.append(body(check, &mut told, report, options));
        if needs_words(check) {
            text.blank();
        }
    }
    text.blank();
    text.append(foot(report, options));
    text
}

/// What was graded.
fn heading(exercise: &str, what: &str, submission: &Path, options: &Options) -> Text {
    let mut text = Text::new();
    let line = Line::new()
        .with(Tone::Strong, exercise)
        .with(Tone::Plain, format!("  {what}"));
    text.push(line.shortened(options.columns));
    text.push(
        Line::new()
            .with(Tone::Dim, submission.to_string_lossy())
            .shortened(options.columns),
    );
    text.blank();
    text
}

/// Whether a check needs more than one line.
fn needs_words(check: &CheckVerdict) -> bool {
    match check.verdict {
        Verdict::Failed(_) | Verdict::Ungraded { .. } => true,
        Verdict::Passed | Verdict::Skipped { .. } => false,
    }
}

/// The text below the line of a check; `told` has the accounts of the checks above it.
fn body<'a>(check: &'a CheckVerdict, told: &mut Told<'a>, report: &Report, options: &Options) -> Text {
    let mut text = Text::new();
    match &check.verdict {
        Verdict::Passed | Verdict::Skipped { .. } => return text,
        Verdict::Ungraded { reason, help } => {
            evidence::message(&mut text, reason, options.columns);
            evidence::help(&mut text, help.as_deref(), options.columns);
            return text;
        }
        Verdict::Failed(check_failure) => {
            text.paragraph(Tone::Dim, INDENT, &check.property, options.columns);
            text.append(evidence(&check.name, check_failure, told, &report.sources, options));
        }
    }
    text.append(further(check, report, options));
    text
}

/// How to see a failure again, and the hints that were asked for.
fn further(check: &CheckVerdict, report: &Report, options: &Options) -> Text {
    let mut text = Text::new();
    if let Some(token) = check.token() {
        let command = options.command(&format!("replay {} {token}", report.exercise));
        text.push(
            Line::indented(INDENT)
                .with(Tone::Dim, "replay: ")
                .with(Tone::Help, command),
        );
    }
    for (at, hint) in check.hints.iter().enumerate().take(options.hints) {
        let label = format!("hint {} of {}: ", at + 1, check.hints.len());
        text.hanging(
            Line::indented(INDENT).with(Tone::Help, label),
            Tone::Plain,
            hint,
            options.columns,
        );
    }
    text
}

/// The score, how many checks ran, what was explored and what was not, the containment, and one thing to do next.
fn foot(report: &Report, options: &Options) -> Text {
    let mut text = Text::new();
    let tone = match report.overall() {
        Overall::Passed => Tone::Good,
        Overall::Failed => Tone::Bad,
        Overall::Ungraded => Tone::Caution,
    };
    let score = match report.score() {
        Score::Exactly(score) => format!("score {score} of {}", report.max_score()),
        Score::AtLeast(score) => format!("score at least {score} of {}", report.max_score()),
        Score::Unknown => "no score".to_owned(),
    };
    text.push(
        Line::new()
            .with(tone, score)
            .with(Tone::Plain, format!(" · {}", checks_ran(report))),
    );
    if let Some(explored) = all_explored(report) {
        text.paragraph(Tone::Dim, 0, &explored, options.columns);
    }
    if let Some(undecided) = undecided(report) {
        text.hanging(Line::new(), Tone::Dim, &undecided, options.columns);
    }
    for line in contained(&report.grader.containment) {
        text.paragraph(Tone::Dim, 0, &line, options.columns);
    }
    if let Some(next) = next(report, options) {
        text.push(Line::new().with(Tone::Dim, "next: ").with(Tone::Help, next));
    }
    text
}

fn checks_ran(report: &Report) -> String {
    let count = |is: fn(&Verdict) -> bool| report.checks.iter().filter(|check| is(&check.verdict)).count();
    let n_ran = count(|verdict| matches!(verdict, Verdict::Passed | Verdict::Failed(_)));
    let n_skipped = count(|verdict| matches!(verdict, Verdict::Skipped { .. }));
    let n_ungraded = count(|verdict| matches!(verdict, Verdict::Ungraded { .. }));
    let mut ran = format!("{n_ran} of {} ran", counted(report.checks.len() as u64, "check"));
    for (n, what) in [(n_skipped, "skipped"), (n_ungraded, "not graded")] {
        if n > 0 {
            ran.push_str(&format!(", {n} {what}"));
        }
    }
    ran
}

/// What was explored for all checks together, and how much of it is different. A bound is named if every exploration
/// that has one is complete.
fn all_explored(report: &Report) -> Option<String> {
    let explorations: Vec<&Exploration> = report
        .checks
        .iter()
        .filter_map(|check| check.explored.as_ref())
        .collect();
    if explorations.is_empty() {
        return None;
    }
    let random: u64 = explorations.iter().map(|exploration| exploration.random).sum();
    let executions: u64 = explorations.iter().map(|exploration| exploration.executions).sum();
    let mut words = format!(
        "explored {}",
        counted(executions.saturating_sub(random), "interleaving")
    );
    let bound = explorations
        .iter()
        .filter_map(|exploration| exploration.preemption_bound)
        .min();
    if let Some(bound) = bound.filter(|bound| *bound > 0 && explorations.iter().all(|exploration| exploration.complete))
    {
        let bound = counted(bound.into(), "preemption");
        words.push_str(&format!(", complete up to {bound} between operations"));
    }
    if random > 0 {
        let ones = if random == 1 { "one" } else { "ones" };
        words.push_str(&format!(", and {} random {ones}", grouped(random)));
    }
    let distinct: u64 = explorations.iter().map(|exploration| exploration.distinct).sum();
    if distinct < executions {
        words.push_str(&format!("; {} of them differ", grouped(distinct)));
    }
    Some(words)
}

/// What contained the submission, and what this machine lacks. A report from a machine without file protection is no
/// grade.
fn contained(containment: &Containment) -> Vec<String> {
    let Containment {
        level,
        processes,
        filesystem,
        network,
        missing,
    } = containment;
    let mut held = format!("containment {level}: {processes}; files {filesystem}; network {network}");
    if !matches!(level.as_str(), "A" | "B") {
        held.push_str("; a self-check, not a grade");
    }
    let missing_line = |mechanism: &MissingMechanism| {
        let MissingMechanism {
            mechanism,
            reason,
            consequence,
            help,
            ..
        } = mechanism;
        format!("no {mechanism}: {reason}, so {consequence}; {help}")
    };
    std::iter::once(held).chain(missing.iter().map(missing_line)).collect()
}

/// The one command that helps most.
fn next(report: &Report, options: &Options) -> Option<String> {
    let failed = || {
        report
            .checks
            .iter()
            .filter(|check| matches!(check.verdict, Verdict::Failed(_)))
    };
    failed().next()?;
    let grade = |flag: &str| {
        Some(format!(
            "{} {flag}",
            options.command(&format!("grade {}", report.exercise))
        ))
    };
    let n_hints = failed().map(|check| check.hints.len()).max().unwrap_or(0);
    match options.hints {
        0 if n_hints > 0 => grade("--hint"),
        shown if shown < n_hints => grade(&format!("--hint={}", shown + 1)),
        _ if options.extent == Extent::Cut => grade("--full"),
        _ => failed()
            .find_map(CheckVerdict::token)
            .map(|token| options.command(&format!("replay {} {token}", report.exercise))),
    }
}

/// One interleaving, run again.
pub fn replay(report: &ReplayReport, options: &Options) -> Text {
    let mut text = heading(&report.exercise, &report.check, &report.submission, options);
    text.append(played(report, options));
    text
}

/// The same without what was replayed.
pub(crate) fn played(report: &ReplayReport, options: &Options) -> Text {
    let mut text = Text::new();
    let replayed = &report.replayed;
    let preemptions = departures(replayed.preemptions, &replayed.trace);
    match &replayed.failure {
        Some(failure) => {
            let line = Line::indented(1)
                .with(Tone::Bad, "✗ ")
                .with(Tone::Bad, failure.finding.as_str());
            text.push(line.with(Tone::Plain, format!(", {preemptions}")));
            let mut told = Told::new();
            text.append(evidence::interleaving(
                &report.check,
                failure,
                &mut told,
                &report.sources,
                options,
            ));
            if failure.trace.is_some() {
                return text;
            }
        }
        None => {
            let line = Line::indented(1)
                .with(Tone::Good, "✓ ")
                .with(Tone::Plain, "this interleaving is right");
            text.push(line.with(Tone::Plain, format!(", {preemptions}")));
            let label = Line::indented(INDENT).with(Tone::Dim, "scenario  ");
            text.hanging(label, Tone::Plain, &replayed.scenario, options.columns);
        }
    }
    let names = Names::new(&replayed.trace, &report.sources);
    let rows = steps::rows(&replayed.trace, &[], options.extent);
    text.append(evidence::execution(&replayed.trace, &names, &rows, options));
    text
}

/// Several submissions, a row each.
pub fn summary(reports: &[Report], columns: usize) -> Text {
    let mut grid = Grid::new();
    grid.header(&["", "exercise", "submission", "score", "checks that did not pass"]);
    for report in reports {
        let mark = match report.overall() {
            Overall::Passed => Line::new().with(Tone::Good, "✓"),
            Overall::Failed => Line::new().with(Tone::Bad, "✗"),
            Overall::Ungraded => Line::new().with(Tone::Caution, "?"),
        };
        let cells = [
            report.exercise.clone(),
            report.submission.to_string_lossy().into_owned(),
            summed(report.score(), report.max_score()),
            not_passed(report),
        ];
        grid.row(
            std::iter::once(mark)
                .chain(cells.iter().map(|cell| Line::new().with(Tone::Plain, cell)))
                .collect(),
        );
    }
    let mut text = grid.render(1, columns, &[2, 4]);
    text.blank();
    let n_passed = reports
        .iter()
        .filter(|report| report.overall() == Overall::Passed)
        .count();
    let scores = reports.iter().map(Report::score);
    let (mut sum, mut is_exact) = (0, true);
    for score in scores {
        is_exact &= matches!(score, Score::Exactly(_));
        sum += match score {
            Score::Exactly(score) | Score::AtLeast(score) => score,
            Score::Unknown => 0,
        };
    }
    let max_score: u32 = reports.iter().map(Report::max_score).sum();
    let at_least = if is_exact { "" } else { "at least " };
    let passed = format!(
        "{n_passed} of {} passed · score {at_least}{sum} of {max_score}",
        counted(reports.len() as u64, "submission")
    );
    text.push(Line::new().with(Tone::Strong, passed));
    text
}

/// `4/10`, `≥4/10`, `–/10`.
fn summed(score: Score, max_score: u32) -> String {
    match score {
        Score::Exactly(score) => format!("{score}/{max_score}"),
        Score::AtLeast(score) => format!("≥{score}/{max_score}"),
        Score::Unknown => format!("–/{max_score}"),
    }
}

/// `every_line_is_whole: race, …`
fn not_passed(report: &Report) -> String {
    let words = |check: &CheckVerdict| match &check.verdict {
        Verdict::Passed | Verdict::Skipped { .. } => None,
        Verdict::Failed(check_failure) => Some(format!("{}: {}", check.name, check_failure.finding)),
        Verdict::Ungraded { .. } => Some(format!("{}: not graded", check.name)),
    };
    report.checks.iter().filter_map(words).collect::<Vec<_>>().join(", ")
}
