//! `cargo xtask verify`: tests the grader on submissions whose verdicts are known.

use std::path::Path;

use grader::discover::Workspace;
use grader::exercise::Exercise;
use grader::grade::Options;
use grader::verify::{self, Expectation, Role, Rounds, VerifyOutcome, Wrong};
use protocol::CheckKind;
use protocol::verdict::{Overall, Report};
use report::escape::{counted, width};
use report::human;
use report::text::{Line, Text, Tone};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::VerifyFlags;
use crate::named::current_dir;
use crate::{for_authors, grade, interrupt, named, progress};

/// Grades every known submission and compares its verdicts with those that it must get.
pub(crate) fn run(flags: &VerifyFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    for_authors::require_solutions(&workspace, "verify")?;
    let exercises = named::exercises(&workspace, &flags.exercises)?;
    let options = Options {
        cancel: interrupt::cancel_on_signal(),
        ..Options::default()
    };
    if flags.thorough {
        return thorough(flags, &workspace, &exercises, &options, console);
    }
    let outcomes = progress::during(console, |events| {
        verify::verify(&workspace, &exercises, flags.share, &options, &misfits, events)
    })?;
    let mut text = Text::new();
    for exercise in &exercises {
        text.blank();
        text.push(Line::new().with(Tone::Strong, &exercise.name));
        for outcome in outcomes.iter().filter(|outcome| outcome.exercise == exercise.name) {
            push(&mut text, outcome, console.columns());
        }
    }
    let n_wrong = outcomes
        .iter()
        .filter(|outcome| !outcome.differences.is_empty())
        .count();
    let all = counted(outcomes.len() as u64, "submission");
    text.blank();
    text.push(match n_wrong {
        0 => Line::new().with(Tone::Good, format!("{all}, each with exactly the verdict it must get")),
        n => Line::new().with(
            Tone::Bad,
            format!("{n} of {all} without exactly the verdict or the report that it must get"),
        ),
    });
    if let Some(share) = flags.share {
        let mut command = "cargo xtask verify".to_owned();
        flags.exercises.iter().for_each(|name| command += &format!(" {name}"));
        text.push(
            Line::new()
                .with(Tone::Dim, format!("that was share {share}; for everything: "))
                .with(Tone::Help, command),
        );
    }
    console.print(text)?;
    Ok(exit_code(&outcomes))
}

/// Grades in rounds, and tells what was wrong in which of them.
fn thorough(
    flags: &VerifyFlags,
    workspace: &Workspace,
    exercises: &[Exercise],
    options: &Options,
    console: &Console,
) -> Result<ExitCode, Error> {
    let rounds = Rounds {
        n_rounds: flags.rounds,
        seed: flags.seed,
    };
    let thorough = progress::during(console, |events| {
        verify::verify_thoroughly(workspace, exercises, rounds, options, events)
    })?;
    let kinds = [
        ("false fail", &thorough.false_fails),
        ("false pass", &thorough.false_passes),
        ("changed verdict", &thorough.changed),
        ("ungraded", &thorough.ungraded),
    ];
    let mut text = Text::new();
    for (kind, wrong) in kinds {
        for Wrong {
            exercise,
            submission,
            round,
            differences,
        } in wrong
        {
            let place = format!("{exercise}: {}, round {round}: ", submission.display());
            text.push(
                Line::new()
                    .with(Tone::Bad, format!("✗ {kind} "))
                    .with(Tone::Plain, place),
            );
            for difference in differences {
                text.paragraph(Tone::Plain, 5, difference, console.columns());
            }
        }
    }
    text.blank();
    let tone = if thorough.is_right() { Tone::Good } else { Tone::Bad };
    let [false_fails, false_passes, changed, ungraded] = kinds.map(|(_, wrong)| wrong.len() as u64);
    text.push(Line::new().with(
        tone,
        format!(
            "{} in {}: {false_fails} failed and are right, {false_passes} passed and are wrong, {changed} changed, \
             {ungraded} not graded",
            counted(thorough.n_gradings as u64, "grading"),
            counted(u64::from(flags.rounds.get()), "round"),
        ),
    ));
    console.print(text)?;
    Ok(if thorough.is_right() {
        ExitCode::Passed
    } else {
        ExitCode::Failed
    })
}

/// The most lines of a report on a mistake: a terminal of 48 lines with its prompt.
const MISTAKE_LINES: usize = 45;
/// The most lines of a report on a stub, which says where to begin.
const STUB_LINES: usize = 10;

/// What of the report on a known submission does not fit where a student reads it.
fn misfits(role: Role, report: &Report) -> Vec<String> {
    let limit = match role {
        Role::Stub => STUB_LINES,
        Role::Solution | Role::Variant | Role::Idle | Role::Mistake | Role::Survivors => MISTAKE_LINES,
    };
    let options = report::Options {
        selection: match role {
            Role::Solution => "--solution".to_owned(),
            Role::Stub | Role::Idle | Role::Survivors => String::new(),
            Role::Variant | Role::Mistake => grade::selected(&report.submission),
        },
        ..report::Options::default()
    };
    let n_lines = human::report(report, &options).lines().len();
    let too_long = (n_lines > limit).then(|| format!("its report has {n_lines} lines, more than {limit}"));
    // Hints have lines of their own, and must be as narrow.
    let with_hints = report::Options {
        hints: usize::MAX,
        ..options
    };
    let lines = human::report(report, &with_hints).plain();
    // What a compiler says of code has marks below it, and cannot be wrapped.
    let is_built = !report.checks.iter().any(|check| check.kind == CheckKind::Build);
    let is_wide = |line: &&str| is_built && width(line) > with_hints.columns;
    let wide = lines.lines().filter(is_wide).map(|line| {
        let (n, columns) = (width(line), with_hints.columns);
        format!(
            "its report has a line of {n} columns, more than {columns}: {}",
            line.trim_start()
        )
    });
    too_long.into_iter().chain(wide).collect()
}

/// A wrong verdict is a failure. No verdict is an error of the grader.
fn exit_code(outcomes: &[VerifyOutcome]) -> ExitCode {
    let code = |outcome: &VerifyOutcome| match outcome.overall {
        _ if outcome.differences.is_empty() => ExitCode::Passed,
        Overall::Ungraded => ExitCode::Ungraded,
        Overall::Passed | Overall::Failed => ExitCode::Failed,
    };
    outcomes.iter().map(code).max().unwrap_or(ExitCode::Passed)
}

fn push(text: &mut Text, outcome: &VerifyOutcome, columns: usize) {
    let is_right = outcome.differences.is_empty();
    let (tone, mark) = if is_right {
        (Tone::Good, "✓")
    } else {
        (Tone::Bad, "✗")
    };
    let role = match outcome.role {
        Role::Solution => "solution",
        Role::Variant => "variant",
        Role::Stub => "stub",
        Role::Idle => "idle",
        Role::Mistake => "mistake",
        Role::Survivors => "survivors",
    };
    let line = Line::indented(1)
        .with(tone, mark)
        .with(Tone::Dim, format!(" {role:<9} "));
    text.push(
        line.with(Tone::Plain, short(outcome))
            .with(Tone::Dim, expected(outcome))
            .shortened(columns),
    );
    for difference in &outcome.differences {
        text.paragraph(Tone::Plain, 5, difference, columns);
    }
}

/// The path of a submission, relative to the folder of its exercise, whose name is the heading.
fn short(outcome: &VerifyOutcome) -> String {
    let folder = Path::new("solutions").join(&outcome.exercise);
    match outcome.submission.strip_prefix(folder) {
        Ok(below) if below.iter().next().is_some() => below.to_string_lossy().into_owned(),
        Ok(_) | Err(_) => outcome.submission.to_string_lossy().into_owned(),
    }
}

/// The findings that a mistake must get. The other roles say what is expected by themselves.
fn expected(outcome: &VerifyOutcome) -> String {
    match &outcome.expected {
        Expectation::EveryCheckPasses | Expectation::NoCheckPasses | Expectation::NoCheckPassesIfBuilt => String::new(),
        Expectation::Fails(findings) => {
            let mut words: Vec<&str> = findings.always.values().map(|finding| finding.as_str()).collect();
            words.sort_unstable();
            words.dedup();
            format!("  {}", words.join(", "))
        }
    }
}
