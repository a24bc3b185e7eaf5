//! `cargo xtask grade --format rustc`: what an editor shows at the lines, after each save.
//!
//! First come the compiler's own messages, as `cargo check` gives them. What compiles is graded, and each finding is
//! one more message. An exercise may be named by any file of its folder, because that is what an editor knows.

use std::io::{BufRead, BufReader};
use std::path::{Component, Path};
use std::process::{Command, Stdio};

use grader::discover::{Submission, Workspace};
use grader::exercise::Exercise;
use grader::grade::{self, AfterFailure, Options};
use grader::libraries::Tools;
use report::{Extent, rustc};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::{Containment, GradeFlags};
use crate::grade::{current_dir, select};
use crate::{interrupt, standing};

/// How wide the text is that an editor shows for a whole finding.
const COLUMNS: usize = 100;

/// Prints the messages about the exercises that the flags name. A file that is in no exercise is only compiled.
pub(crate) fn run(flags: &GradeFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    let is_own = flags.submissions.is_empty() && !flags.solution;
    let mut code = ExitCode::Passed;
    let exercises = exercises(flags, &workspace)?;
    if exercises.is_empty() && !check(&workspace, None, console)? {
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
            code = code.max(grade(&workspace, exercise, &submission, selection, flags, console)?);
        }
    }
    Ok(code)
}

/// The exercises that the flags name, by name or by a path in their folder.
fn exercises(flags: &GradeFlags, workspace: &Workspace) -> Result<Vec<Exercise>, Error> {
    if flags.all {
        return Ok(workspace.exercises()?);
    }
    let mut exercises = Vec::new();
    for name in &flags.exercises {
        if !name.contains(['/', '\\', '.']) {
            exercises.push(workspace.exercise(name)?);
        } else if let Some(name) = exercise_of(&workspace.shown(Path::new(name))) {
            exercises.push(workspace.exercise(&name)?);
        }
    }
    Ok(exercises)
}

/// The exercise in whose folder a path is, which is relative to the course.
fn exercise_of(path: &Path) -> Option<String> {
    let mut components = path.components();
    if components.next() != Some(Component::Normal("exercises".as_ref())) {
        return None;
    }
    match components.next() {
        Some(Component::Normal(name)) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    }
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
    console: &Console,
) -> Result<ExitCode, Error> {
    let options = Options {
        check: flags.check.clone(),
        after_failure: if flags.fast {
            AfterFailure::SkipLaterKinds
        } else {
            AfterFailure::RunAll
        },
        cancel: interrupt::cancel_on_signal(),
        containment: Containment::requirement(flags.containment),
        ..Options::default()
    };
    let report = grade::grade(workspace, exercise, submission, &options, &|_| {})?;
    if flags.check.is_none() && selection.is_empty() {
        standing::keep(workspace, exercise, &report);
    }
    let options = report::Options {
        columns: COLUMNS,
        hints: flags.hints(),
        extent: if flags.full { Extent::Full } else { Extent::Cut },
        selection,
    };
    console.print_bytes(&rustc::diagnostics(&report, &options))?;
    Ok(report.overall().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_the_exercise_in_whose_folder_it_is() {
        let of = |path: &str| exercise_of(Path::new(path));
        assert_eq!(of("exercises/semaphores/src/lib.rs"), Some("semaphores".to_owned()));
        assert_eq!(of("exercises/semaphores/"), Some("semaphores".to_owned()));
        assert_eq!(of("solutions/semaphores/src/lib.rs"), None);
        assert_eq!(of("exercises"), None);
        assert_eq!(of("/tmp/exercises/semaphores"), None);
    }
}
