//! `cargo xtask grade`: what a student wrote, the solution, or any other submission.

use std::path::{Path, PathBuf};

use grader::discover::{Source, Submission, Workspace};
use grader::exercise::Exercise;
use grader::grade::{self, AfterFailure, Options};
use grader::help::Help;
use protocol::verdict::Report;
use report::exports::Entry;
use report::text::{Line, Text, Tone};
use report::{self, Background, Extent, human, json};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::{Containment, Format, GradeFlags};
use crate::named::current_dir;
use crate::standing::{Fingerprint, Standings, is_as_handed_out};
use crate::{documents, editor, for_authors, github, interrupt, named, progress, show};

/// One thing to grade, and how the command line selects it.
struct Target {
    exercise: Exercise,
    submission: Submission,
    selection: String,
}

/// A number that follows `--hint` without `=`, so that it counts as an exercise.
#[derive(Debug, thiserror::Error)]
#[error("failed to find the exercise `{number}`")]
struct DetachedNumber {
    number: String,
}

impl Help for DetachedNumber {
    fn help(&self) -> Option<String> {
        Some(format!("write `--hint={}` to see more hints", self.number))
    }
}

/// A flag selects another submission than the student's, with no exercise, or with more than one.
#[derive(Debug, thiserror::Error)]
#[error("failed to tell which exercise `{flag}` is for")]
struct WhichExercise {
    flag: &'static str,
}

impl Help for WhichExercise {
    fn help(&self) -> Option<String> {
        Some("name one exercise".to_owned())
    }
}

/// `--html` was given with more than one submission.
#[derive(Debug, thiserror::Error)]
#[error("failed to tell which submission `--html` is for")]
struct ManyPages;

impl Help for ManyPages {
    fn help(&self) -> Option<String> {
        Some("grade one submission for a page".to_owned())
    }
}

/// Grades what the flags name. The most urgent outcome gives the exit code.
pub(crate) fn run(flags: &GradeFlags, console: &Console) -> Result<ExitCode, Error> {
    if flags.format == Format::Rustc {
        return editor::run(flags, console);
    }
    let workspace = Workspace::find_from(&current_dir()?)?;
    let standings = Standings::new(&workspace, console);
    let targets = targets(flags, &workspace, &standings)?;
    if targets.len() > 1 && flags.html.is_some() {
        return Err(Error::Usage(Box::new(ManyPages)));
    }
    if targets.is_empty() {
        let mut text = Text::new();
        text.push(Line::new().with(Tone::Plain, "nothing to grade: every exercise is as it was handed out"));
        console.tell(text);
    }
    let options = options(flags);
    let mut code = ExitCode::Passed;
    let (mut reports, mut selections): (Vec<Report>, Vec<&str>) = Default::default();
    let mut for_github = Vec::new();
    for target in &targets {
        let fingerprint = Fingerprint::of(&target.exercise);
        let graded = progress::during(console, |events| {
            grade::grade(&workspace, &target.exercise, &target.submission, &options, events)
        });
        match graded.map_err(Error::from) {
            Ok(mut report) => {
                if matches!(flags.format, Format::Json | Format::Document(_)) {
                    report.submission = name_in_json(&target.submission, &workspace);
                }
                if flags.format == Format::Github {
                    let mut options = github::options(flags.hints(), extent(flags), target.selection.clone());
                    options.solutions = for_authors::solutions(&workspace);
                    github::print(&report, &options, console)?;
                    for_github.push((report.clone(), options));
                } else {
                    print(&workspace, &report, target, flags, console, !reports.is_empty())?;
                }
                if let Some(file) = &flags.html {
                    show::write(&report, target.selection.clone(), file)?;
                }
                if flags.check.is_none() && target.selection.is_empty() {
                    standings.keep(&report, &fingerprint);
                }
                code = code.max(report.overall().into());
                reports.push(report);
                selections.push(&target.selection);
            }
            Err(error @ (Error::Interrupted | Error::Output(_))) => return Err(error),
            // The other submissions are graded all the same.
            Err(error) => {
                console.error(&error);
                code = code.max(error.exit_code());
            }
        }
    }
    if flags.format == Format::Github {
        github::finish(&workspace, &for_github, console)?;
    }
    if let Format::Document(format) = flags.format {
        let entries = reports.iter().zip(selections);
        let entries: Vec<Entry<'_>> = entries
            .map(|(report, selection)| Entry::of(report, selection))
            .collect();
        let options = report_options(&workspace, flags, report::Options::default().columns, "");
        let folder = match targets.first().map(|target| &target.submission.source) {
            Some(Source::Folder(path)) => path,
            Some(Source::File(path)) => path.parent().unwrap_or(path),
            None => &workspace.root,
        };
        return documents::print(format, &entries, folder, &options, code, console);
    }
    if flags.format == Format::Human && targets.len() > 1 {
        let mut text = Text::new();
        text.push(Default::default());
        text.append(human::summary(&reports, console.columns()));
        console.print(text)?;
    }
    Ok(code)
}

/// How to grade.
pub(crate) fn options(flags: &GradeFlags) -> Options {
    Options {
        check: flags.check.clone(),
        after_failure: if flags.fast {
            AfterFailure::SkipLaterKinds
        } else {
            AfterFailure::RunAll
        },
        cancel: interrupt::cancel_on_signal(),
        containment: Containment::requirement(flags.containment),
        ..Options::default()
    }
}

fn report_options(workspace: &Workspace, flags: &GradeFlags, columns: usize, selection: &str) -> report::Options {
    report::Options {
        columns,
        hints: flags.hints(),
        extent: extent(flags),
        background: if flags.verbose {
            Background::Verbose
        } else {
            Background::Brief
        },
        selection: selection.to_owned(),
        solutions: for_authors::solutions(workspace),
    }
}

fn print(
    workspace: &Workspace,
    report: &Report,
    target: &Target,
    flags: &GradeFlags,
    console: &Console,
    is_further: bool,
) -> Result<(), Error> {
    match flags.format {
        Format::Json => console.print_bytes(&json::report(report))?,
        // It comes when everything is graded.
        Format::Document(_) => {}
        Format::Human | Format::Rustc | Format::Github => {
            let options = report_options(workspace, flags, console.columns(), &target.selection);
            let mut text = Text::new();
            if is_further {
                text.push(Default::default());
            }
            text.append(human::report(report, &options));
            console.print(text)?;
        }
    }
    Ok(())
}

/// How much of the evidence to show.
fn extent(flags: &GradeFlags) -> Extent {
    if flags.full { Extent::Full } else { Extent::Cut }
}

fn targets(flags: &GradeFlags, workspace: &Workspace, standings: &Standings<'_>) -> Result<Vec<Target>, Error> {
    let is_number = |name: &&String| name.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(number) = flags.exercises.iter().find(is_number).filter(|_| flags.hints() > 0) {
        let number = number.clone();
        return Err(Error::Usage(Box::new(DetachedNumber { number })));
    }
    let which_exercise = |flag| Err(Error::Usage(Box::new(WhichExercise { flag })));
    if flags.exercises.len() != 1 && !flags.submissions.is_empty() {
        return which_exercise("--submission");
    }
    if flags.exercises.is_empty() && flags.solution && !flags.all {
        return which_exercise("--solution");
    }
    let exercises = if flags.changed {
        changed(workspace)?
    } else if flags.exercises.is_empty() && !flags.all {
        vec![named::exercise_or_current(workspace, None, standings)?]
    } else {
        named::exercises(workspace, &flags.exercises)?
    };
    let mut targets = Vec::new();
    for exercise in exercises {
        if flags.submissions.is_empty() {
            let (submission, selection) = select(workspace, &exercise, flags.solution, None)?;
            let submission = for_format(submission, flags.format, workspace);
            targets.push(Target {
                exercise,
                submission,
                selection,
            });
            continue;
        }
        for path in &flags.submissions {
            let (submission, selection) = select(workspace, &exercise, false, Some(path))?;
            let submission = for_format(submission, flags.format, workspace);
            targets.push(Target {
                exercise: exercise.clone(),
                submission,
                selection,
            });
        }
    }
    Ok(targets)
}

/// The exercises that are no longer as they were handed out.
pub(crate) fn changed(workspace: &Workspace) -> Result<Vec<Exercise>, Error> {
    let mut exercises = workspace.exercises()?;
    exercises.retain(|exercise| !is_as_handed_out(workspace, exercise));
    Ok(exercises)
}

/// The submission that the flags select, and the flags that select it again.
pub(crate) fn select(
    workspace: &Workspace,
    exercise: &Exercise,
    is_solution: bool,
    path: Option<&Path>,
) -> Result<(Submission, String), Error> {
    match path {
        Some(path) => Ok((Submission::at(path, exercise)?, selected(path))),
        None if is_solution => Ok((Submission::solution(workspace, exercise)?, "--solution".to_owned())),
        None => Ok((Submission::student(workspace, exercise)?, String::new())),
    }
}

/// The flag that selects the submission at `path`.
pub(crate) fn selected(path: &Path) -> String {
    format!("--submission {}", quoted(&path.to_string_lossy()))
}

/// A reader gets the paths that he knows. JSON does not depend on where a submission lies, and a document for another
/// system has only paths inside the course.
pub(crate) fn for_format(submission: Submission, format: Format, workspace: &Workspace) -> Submission {
    match format {
        Format::Human | Format::Rustc | Format::Github => submission,
        Format::Document(_) if submission.inside(workspace).is_some() => submission,
        Format::Json | Format::Document(_) => submission.without_place(),
    }
}

/// What JSON calls a submission: its path inside the course, and the name of its main file otherwise.
pub(crate) fn name_in_json(submission: &Submission, workspace: &Workspace) -> PathBuf {
    let inside = submission.inside(workspace);
    inside.map_or_else(|| PathBuf::from("src/lib.rs"), Path::to_owned)
}

/// Quotes a word for a shell, if it needs quotes.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "/._-+=:@%,".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_quoted_where_a_shell_needs_it() {
        assert_eq!(quoted("class/ada.rs"), "class/ada.rs");
        assert_eq!(quoted("my file.rs"), "'my file.rs'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("$(rm -r .)"), "'$(rm -r .)'");
    }
}
