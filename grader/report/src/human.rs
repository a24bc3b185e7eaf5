//! A report for a reader: one line for each check, the evidence below each check that failed, the score, and what to do
//! next.

use std::path::Path;

use protocol::Exploration;
use protocol::verdict::{CheckVerdict, Containment, MissingMechanism, Overall, ReplayReport, Report, Score, Verdict};

use crate::causes::{self, Group};
use crate::escape::{counted, grouped};
use crate::evidence::{self, Size, Telling};
use crate::grid::Grid;
use crate::heads::{Heads, departures, effort};
use crate::names::Names;
use crate::orderings::{decided, undecided};
use crate::table::INDENT;
use crate::text::{Line, Text, Tone};
use crate::{Background, Extent, Options, Solutions, screen, steps};

/// Everything about one submission. If a check failed, the report fills one screen at most, but for the hints: it tells
/// each cause once. [`Extent::Full`] tells each check.
pub fn report(report: &Report, options: &Options) -> Text {
    let mut text = heading(&report.exercise, &report.title, &report.submission, options);
    let heads = Heads::new(report, options.columns);
    let groups = causes::groups(report);
    if let ([group], Extent::Cut) = (&groups[..], options.extent)
        && group.is_unwritten()
        && group.checks.len() == report.checks.len()
    {
        text.append(screen::unwritten(group, report, options));
        text.blank();
        text.append(foot(report, &groups, options));
        return text;
    }
    if groups.is_empty() || options.extent == Extent::Full {
        text.append(every_check(report, &heads, options));
        text.blank();
        text.append(foot(report, &groups, options));
        return text;
    }
    text.append(others(report, &heads, options));
    text.blank();
    let foot = foot(report, &groups, options);
    let hints: usize = groups
        .iter()
        .map(|group| group.checks[0].check.hints.len().min(options.hints))
        .sum();
    let room = screen::LINES + hints * HINT;
    let room = room.saturating_sub(text.lines().len() + 1 + foot.lines().len());
    text.append(screen::screen(&groups, report, &heads, room, options));
    text.blank();
    text.append(foot);
    text
}

/// The most lines of a hint, for which there is room beside the screen.
const HINT: usize = 5;

/// Each check with all that there is to say about it.
fn every_check(report: &Report, heads: &Heads, options: &Options) -> Text {
    let mut text = Text::new();
    for check in &report.checks {
        if needs_words(check) {
            text.blank();
        }
        text.push(heads.head(check).shortened(options.columns));
        if let Some(failure) = check.failure().filter(|_| heads.effort(check).is_none()) {
            text.hanging(Line::indented(INDENT), Tone::Plain, &effort(failure), options.columns);
        }
        text.append(body(check, report, options));
        if needs_words(check) {
            text.blank();
        }
    }
    text
}

/// The checks that did not fail: a line for all that passed and for all that were skipped, or a line each.
fn others(report: &Report, heads: &Heads, options: &Options) -> Text {
    let mut text = Text::new();
    let is_brief = options.background == Background::Brief;
    let count = |is: fn(&Verdict) -> bool| report.checks.iter().filter(|check| is(&check.verdict)).count();
    let n_passed = count(|verdict| *verdict == Verdict::Passed);
    let n_skipped = count(|verdict| matches!(verdict, Verdict::Skipped { .. }));
    if is_brief && n_passed > 0 {
        let (n, all) = (n_passed, report.checks.len());
        let line = Line::indented(1).with(Tone::Good, "✓ ");
        text.push(line.with(Tone::Dim, format!("{n} of {} passed", counted(all as u64, "check"))));
    }
    if is_brief && n_skipped > 0 {
        let line = Line::indented(1).with(Tone::Dim, "– ");
        text.push(line.with(Tone::Dim, format!("{} skipped", counted(n_skipped as u64, "check"))));
    }
    for check in &report.checks {
        match &check.verdict {
            Verdict::Failed(_) => {}
            Verdict::Passed | Verdict::Skipped { .. } if is_brief => {}
            Verdict::Passed | Verdict::Skipped { .. } => text.push(heads.head(check).shortened(options.columns)),
            Verdict::Ungraded { .. } => {
                text.push(heads.head(check).shortened(options.columns));
                text.append(body(check, report, options));
            }
        }
    }
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

/// The text below the line of a check.
pub(crate) fn body(check: &CheckVerdict, report: &Report, options: &Options) -> Text {
    let mut text = Text::new();
    let size = Size::of(options.extent);
    match &check.verdict {
        Verdict::Passed | Verdict::Skipped { .. } => return text,
        Verdict::Ungraded { reason, help } => {
            evidence::message(&mut text, reason, size, options.columns);
            evidence::help(&mut text, help.as_deref(), options.columns);
            return text;
        }
        Verdict::Failed(check_failure) => {
            text.paragraph(Tone::Dim, INDENT, &check.property, options.columns);
            let telling = check.failure().map(|failure| Telling::of(failure, &report.sources));
            text.append(evidence::evidence(check_failure, telling.as_ref(), size, options));
        }
    }
    text.append(further(check, report, options));
    text
}

/// How to see a failure again, and the hints that were asked for.
pub(crate) fn further(check: &CheckVerdict, report: &Report, options: &Options) -> Text {
    let mut text = Text::new();
    if let Some(token) = check.token() {
        let label = Line::indented(INDENT).with(Tone::Dim, "replay: ");
        text.append(options.command_lines(label, &format!("replay {} {token}", report.exercise)));
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
fn foot(report: &Report, groups: &[Group<'_>], options: &Options) -> Text {
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
    let explored = all_explored(report);
    match options.background {
        Background::Verbose => {
            if let Some(explored) = explored {
                text.paragraph(Tone::Dim, 0, &explored.at_length, options.columns);
            }
            for line in contained(&report.grader.containment) {
                text.paragraph(Tone::Dim, 0, &line, options.columns);
            }
        }
        Background::Brief => {
            let explored = explored.map(|explored| explored.brief);
            let held = contained_in_brief(&report.grader.containment);
            let parts: Vec<String> = explored.into_iter().chain([held]).collect();
            text.paragraph(Tone::Dim, 0, &parts.join(" · "), options.columns);
        }
    }
    if let Some(undecided) = undecided(report) {
        text.hanging(Line::new(), Tone::Dim, &undecided, options.columns);
    }
    if let Some(fact) = worth_knowing(report) {
        text.hanging(Line::new(), Tone::Dim, &fact, options.columns);
    }
    text.append(next(report, groups, options));
    text
}

/// One thing worth knowing about a submission that is right.
fn worth_knowing(report: &Report) -> Option<String> {
    if report.overall() != Overall::Passed {
        return None;
    }
    decided(report).or_else(|| {
        let explored = |check: &CheckVerdict| check.explored.as_ref().map_or(0, |explored| explored.distinct);
        let richest = report.checks.iter().max_by_key(|check| explored(check))?;
        let n = explored(richest);
        (n > 1).then(|| {
            let (name, n) = (&richest.name, grouped(n));
            format!("worth knowing: `{name}` saw {n} different interleavings; an ordinary test sees one of them")
        })
    })
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

/// What was explored for all checks together.
struct Explored {
    /// How many interleavings.
    brief: String,
    /// With the bound, and with how many differ. The bound is named if every exploration that has one is complete.
    at_length: String,
}

fn all_explored(report: &Report) -> Option<Explored> {
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
    let mut brief = words.clone();
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
        brief.push_str(&format!(" + {} random", grouped(random)));
    }
    let distinct: u64 = explorations.iter().map(|exploration| exploration.distinct).sum();
    if distinct < executions {
        words.push_str(&format!("; {} of them differ", grouped(distinct)));
    }
    Some(Explored {
        brief,
        at_length: words,
    })
}

/// The level of containment, and whether the report is no grade because of it.
fn contained_in_brief(containment: &Containment) -> String {
    let level = &containment.level;
    if is_grade(containment) {
        format!("containment {level} (more: --verbose)")
    } else {
        format!("containment {level}, {SELF_CHECK} (why: --verbose)")
    }
}

/// Whether the level of containment is enough for a grade.
fn is_grade(containment: &Containment) -> bool {
    matches!(containment.level.as_str(), "A" | "B")
}

/// What a report is that is no grade.
const SELF_CHECK: &str = "a self-check, not a grade";

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
    if !is_grade(containment) {
        held.push_str(&format!("; {SELF_CHECK}"));
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

/// What to do next: the one command that helps most.
fn next(report: &Report, groups: &[Group<'_>], options: &Options) -> Text {
    let mut text = Text::new();
    let label = |label: &str| Line::new().with(Tone::Dim, label);
    let exercise = &report.exercise;
    let is_own = options.selection.is_empty();
    if report.overall() == Overall::Passed && is_own {
        if options.solutions == Solutions::Here {
            text.append(options.command_lines(label("compare: "), &format!("solution {exercise}")));
        }
        text.append(options.command_lines(label("next: "), "next"));
        return text;
    }
    let Some(first) = groups.first() else {
        return text;
    };
    let n_hints = groups
        .iter()
        .map(|group| group.checks[0].check.hints.len())
        .max()
        .unwrap_or(0);
    let token = || groups.iter().find_map(|group| group.checks[0].check.token());
    let command = match options.hints {
        _ if first.is_unwritten() => format!("grade {exercise}"),
        // It shows one more each time. Only what the student wrote has somebody who has seen some of them.
        0 if n_hints > 0 && is_own => format!("hint {exercise}"),
        0 if n_hints > 0 => format!("grade {exercise} --hint"),
        shown if shown < n_hints => format!("grade {exercise} --hint={}", shown + 1),
        _ if options.extent == Extent::Cut => format!("grade {exercise} --full"),
        _ => match token() {
            Some(token) => format!("replay {exercise} {token}"),
            None => return text,
        },
    };
    let more = match options.extent {
        Extent::Full => "",
        Extent::Cut if first.is_unwritten() || command.ends_with("--full") => "",
        Extent::Cut if command.starts_with("hint") => "   (every step: grade --full)",
        Extent::Cut => "   (every step: --full)",
    };
    let mut lines = options.command_lines(label("next: "), &command);
    if let [line] = lines.lines_mut()
        && line.width() + more.len() <= options.columns
    {
        line.push(Tone::Dim, more);
    }
    text.append(lines);
    text
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
            let size = Size::of(options.extent);
            let telling = Telling::of(failure, &report.sources);
            text.append(evidence::interleaving(&telling, size, options));
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
    let size = Size::of(options.extent);
    let rows = steps::rows(&replayed.trace, &[], size.steps);
    text.blank();
    text.append(evidence::execution(&replayed.trace, &names, &rows, None, size, options));
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
