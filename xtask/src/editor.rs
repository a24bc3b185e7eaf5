//! `cargo xtask grade --format rustc`: what an editor shows at the lines, after each save.
//!
//! First come the compiler's own messages, as `cargo check` gives them. What compiles is graded, and each finding is
//! one more message. An exercise may be named by any file of its folder, because that is what an editor knows.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use grader::discover::{Submission, Workspace};
use grader::exercise::Exercise;
use grader::grade;
use grader::libraries::Tools;
use report::{Extent, rustc};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::GradeFlags;
use crate::grade::{changed, options, select};
use crate::named::current_dir;
use crate::standing::{Fingerprint, Standings};
use crate::{named, show};

/// How wide the text is that an editor shows for a whole finding.
const COLUMNS: usize = 100;

/// Prints the messages about the exercises that the flags name. A file that is in no exercise is only compiled.
pub(crate) fn run(flags: &GradeFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let is_own = flags.submissions.is_empty() && !flags.solution;
    let mut code = ExitCode::Passed;
    let standings = Standings::new(&workspace, console);
    let exercises = exercises(flags, &workspace, &standings)?;
    if exercises.is_empty() && !flags.changed && !check(&workspace, None, console)? {
        code = ExitCode::Failed;
    }
    for exercise in &exercises {
        if is_own && !check(&workspace, Some(exercise), console)? {
            // The compiler has said why, at its lines.
            code = code.max(ExitCode::Failed);
            continue;
        }
        let selected = match &flags.submissions[..] {
            [] => vec![select(&workspace, exercise, flags.solution, None)?],
            paths => paths
                .iter()
                .map(|path| select(&workspace, exercise, false, Some(path)))
                .collect::<Result<_, _>>()?,
        };
        for (submission, selection) in selected {
            code = code.max(grade(
                &workspace,
                exercise,
                &submission,
                selection,
                flags,
                &standings,
                console,
            )?);
        }
    }
    Ok(code)
}

/// The exercises that the flags name, or the current one. A path outside of every exercise names none.
fn exercises(flags: &GradeFlags, workspace: &Workspace, standings: &Standings<'_>) -> Result<Vec<Exercise>, Error> {
    if flags.all {
        return Ok(workspace.exercises()?);
    }
    if flags.changed {
        return changed(workspace);
    }
    if flags.exercises.is_empty() {
        return Ok(vec![named::exercise_or_current(workspace, None, standings)?]);
    }
    let mut exercises = Vec::new();
    for given in &flags.exercises {
        match named::exercise(workspace, given) {
            Ok(exercise) => exercises.push(exercise),
            Err(Error::Usage(_)) if given.contains('/') => {}
            Err(error) => return Err(error),
        }
    }
    Ok(exercises)
}

/// Forwards what `cargo check` says about an exercise, or about the whole course. Returns whether it compiles.
fn check(workspace: &Workspace, exercise: Option<&Exercise>, console: &Console) -> Result<bool, Error> {
    let tools = Tools::from_environment();
    let mut command = Command::new(&tools.cargo);
    command.args(["check", "--quiet", "--message-format=json", "--all-targets"]);
    match exercise {
        Some(exercise) => command.args(["--package", &exercise.name]),
        None => command.arg("--workspace"),
    };
    let failed = |error: std::io::Error| Error::failed(format!("failed to run `cargo check`: {error}"));
    let mut child = command
        .current_dir(&workspace.root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let output = child.stdout.take().expect("it is piped");
    for line in BufReader::new(output).lines() {
        console.print_bytes(&format!("{}\n", line.map_err(failed)?))?;
    }
    Ok(child.wait().map_err(failed)?.success())
}

fn grade(
    workspace: &Workspace,
    exercise: &Exercise,
    submission: &Submission,
    selection: String,
    flags: &GradeFlags,
    standings: &Standings<'_>,
    console: &Console,
) -> Result<ExitCode, Error> {
    let fingerprint = Fingerprint::of(exercise);
    let report = grade::grade(workspace, exercise, submission, &options(flags), &|_| {})?;
    if flags.check.is_none() && selection.is_empty() {
        standings.keep(&report, &fingerprint);
    }
    if let Some(file) = &flags.html {
        show::write(&report, selection.clone(), file)?;
    }
    let options = report::Options {
        columns: COLUMNS,
        hints: flags.hints(),
        extent: if flags.full { Extent::Full } else { Extent::Cut },
        background: report::Background::Brief,
        selection,
        ..report::Options::default()
    };
    console.print_bytes(&rustc::diagnostics(&report, &options))?;
    Ok(report.overall().into())
}
