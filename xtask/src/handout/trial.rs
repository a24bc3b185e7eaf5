//! Uses a handout as a student does: builds it, grades every stub in it, and every solution of the author.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use grader::discover::Workspace;
use grader::exercise::Exercise;
use grader::libraries::Tools;
use report::escape::counted;
use report::text::Tone;
use sandbox::cancel::Cancel;
use sandbox::tool;
use serde::Deserialize;

use super::{HandoutError, Workshop, failed, sentence};
use crate::console::Console;
use crate::error::Error;

/// What `grade --format json` says of a submission.
#[derive(Deserialize)]
struct Graded {
    exercise: String,
    verdict: String,
}

/// Expects that the command can be built in the handout, that every stub fails, and that every solution passes.
pub(super) fn grade(
    workshop: &Workshop,
    workspace: &Workspace,
    exercises: &[Exercise],
    cancel: &Cancel,
    console: &Console,
) -> Result<(), Error> {
    let tell = |what: &str| console.tell(sentence(Tone::Dim, what));
    tell("building the handout");
    let mut build = Command::new(Tools::from_environment().cargo);
    build.args(["build", "--quiet", "--locked", "--package", "xtask"]);
    run(build, workshop, cancel)?;

    let all = counted(exercises.len() as u64, "stub");
    tell(&format!("grading {all} in it"));
    let mut stubs = xtask(workshop);
    stubs.args(["grade", "--all"]);
    let stubs = verdicts(stubs, workshop, cancel)?;
    for exercise in exercises {
        expect(&stubs, exercise, "failed", "its stub")?;
    }

    let all = counted(exercises.len() as u64, "solution");
    tell(&format!("grading {all} in it"));
    for exercise in exercises {
        let mut solution = xtask(workshop);
        let folder = workspace.solution_folder(exercise);
        solution.args(["grade", &exercise.name, "--submission"]).arg(folder);
        let verdicts = verdicts(solution, workshop, cancel)?;
        expect(&verdicts, exercise, "passed", "the solution")?;
    }
    Ok(())
}

/// The command of the handout.
fn xtask(workshop: &Workshop) -> Command {
    let mut command = Command::new(workshop.target.join("debug/xtask"));
    // Where nothing contains a submission, the author's own can be graded all the same.
    command.env_remove("CI");
    command
}

/// The verdicts by exercise.
fn verdicts(mut command: Command, workshop: &Workshop, cancel: &Cancel) -> Result<BTreeMap<String, String>, Error> {
    command.args(["--format", "json"]);
    let printed = run(command, workshop, cancel)?;
    let graded = printed.lines().filter_map(|line| serde_json::from_str(line).ok());
    Ok(graded.map(|Graded { exercise, verdict }| (exercise, verdict)).collect())
}

fn expect(verdicts: &BTreeMap<String, String>, exercise: &Exercise, verdict: &str, whose: &str) -> Result<(), Error> {
    let found = verdicts.get(&exercise.name).map_or("not graded", String::as_str);
    if found == verdict {
        return Ok(());
    }
    let what = format!("`{}`: {whose} is {found}, and has to be {verdict}", exercise.name);
    Err(failed(HandoutError::Incomplete { what }))
}

/// What a command prints in the handout. A grading in which something fails is no failure of the command.
fn run(mut command: Command, workshop: &Workshop, cancel: &Cancel) -> Result<String, Error> {
    command
        .current_dir(&workshop.course)
        .env("CARGO_TARGET_DIR", &workshop.target);
    let name = Path::new(command.get_program()).file_name().unwrap_or_default();
    let args = command.get_args().map(|arg| arg.to_string_lossy());
    let words: Vec<_> = std::iter::once(name.to_string_lossy()).chain(args).collect();
    let shown = words.join(" ");
    let wrong = |output: String| {
        let command = shown.clone();
        failed(HandoutError::Cargo { command, output })
    };
    let output = tool::output(&mut command, cancel).map_err(|error| wrong(error.to_string()))?;
    let Some(output) = output else {
        return Err(Error::Interrupted);
    };
    let is_graded = output.status.code() == Some(1) && !output.stdout.is_empty();
    if !output.status.success() && !is_graded {
        return Err(wrong(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
