//! The known submissions of exercises, and what each of them has to get.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sandbox::ScratchFolder;

use super::{Expectation, Role, VerifyError, header, placeholders};
use crate::discover::{Source, Submission, Workspace, quoted};
use crate::exercise::Exercise;

/// A known submission and what is expected of it.
pub(super) struct Case<'a> {
    pub(super) exercise: &'a Exercise,
    pub(super) submission: Submission,
    pub(super) role: Role,
    pub(super) expected: Expectation,
}

/// The folder for submissions that do nothing.
pub(super) fn folder(temporary: &Path) -> Result<ScratchFolder, VerifyError> {
    ScratchFolder::new_in(temporary).map_err(|source| VerifyError::Write {
        folder: temporary.to_owned(),
        source,
    })
}

/// The known submissions of all exercises, or all problems of the exercises and of their headers. Writes the
/// submissions that do nothing to `folder`.
pub(super) fn find_all<'a>(
    workspace: &Workspace,
    exercises: &'a [Exercise],
    folder: &Path,
) -> Result<Vec<Case<'a>>, VerifyError> {
    let (mut cases, mut problems) = (Vec::new(), Vec::new());
    for exercise in exercises {
        cases.extend(find(workspace, exercise, folder, &mut problems)?);
        let open = placeholders::problems(workspace, exercise).map_err(|source| VerifyError::Read {
            path: exercise.folder.clone(),
            source,
        })?;
        problems.extend(open);
        problems.extend(hint_problems(exercise));
    }
    problems.extend(repeated_orders(workspace, exercises));
    if problems.is_empty() {
        Ok(cases)
    } else {
        Err(VerifyError::Problems { problems })
    }
}

fn find<'a>(
    workspace: &Workspace,
    exercise: &'a Exercise,
    temporary: &Path,
    problems: &mut Vec<String>,
) -> Result<Vec<Case<'a>>, VerifyError> {
    let lost = |source| VerifyError::Discover {
        exercise: exercise.name.clone(),
        source,
    };
    let case = |submission, role, expected| Case {
        exercise,
        submission,
        role,
        expected,
    };
    let folder = workspace.solution_folder(exercise);
    let solution = Submission::solution(workspace, exercise).map_err(lost)?;
    let mut cases = vec![case(solution, Role::Solution, Expectation::EveryCheckPasses)];
    for path in rust_files(&folder.join("variants"))? {
        let text = read(&path)?;
        note(header::variant(&text), workspace, &path, problems);
        let submission = Submission::at(&path, exercise).map_err(lost)?;
        cases.push(case(submission, Role::Variant, Expectation::EveryCheckPasses));
    }
    if cases.len() == 1 {
        problems.push(format!("`{}` has no variants", exercise.name));
    }
    let stub = Submission::student(workspace, exercise).map_err(lost)?;
    cases.push(case(stub, Role::Stub, Expectation::NoCheckPasses));
    cases.extend(idle(exercise, temporary)?.map(|idle| case(idle, Role::Idle, Expectation::NoCheckPassesIfBuilt)));
    let mistakes = rust_files(&folder.join("mistakes"))?;
    if mistakes.is_empty() {
        problems.push(format!("`{}` has no mistakes", exercise.name));
    }
    for path in mistakes {
        let text = read(&path)?;
        if let Some(fails) = note(header::mistake(&text, exercise), workspace, &path, problems) {
            let submission = Submission::at(&path, exercise).map_err(lost)?;
            cases.push(case(submission, Role::Mistake, Expectation::Fails(fails)));
        }
    }
    Ok(cases)
}

/// The stub with functions that do nothing, if it is Rust. What else is wrong with the stub shows when it is graded.
fn idle(exercise: &Exercise, temporary: &Path) -> Result<Option<Submission>, VerifyError> {
    let Ok(text) = mutants::idle(&read(&exercise.folder.join("src/lib.rs"))?) else {
        return Ok(None);
    };
    let folder = temporary.join(&exercise.name);
    let written = fs::create_dir_all(folder.join("src")).and_then(|()| fs::write(folder.join("src/lib.rs"), text));
    written.map_err(|source| VerifyError::Write {
        folder: temporary.to_owned(),
        source,
    })?;
    Ok(Some(Submission {
        shown: format!("exercises/{} with functions that do nothing", exercise.name).into(),
        source: Source::Folder(folder),
    }))
}

/// Hints that are not written yet.
fn hint_problems(exercise: &Exercise) -> Vec<String> {
    let of_checks = exercise.checks.iter().map(|check| (&check.name, &check.hints));
    let of_findings = exercise.finding_hints.iter();
    let named: Vec<(String, &Vec<String>)> = of_checks
        .map(|(name, hints)| (name.clone(), hints))
        .chain(of_findings.map(|hint| (hint.finding.to_string(), &hint.steps)))
        .collect();
    let mut problems = Vec::new();
    for (name, hints) in named {
        for (index, hint) in hints.iter().enumerate() {
            // A hint with the mark is among the open places of its file.
            if placeholders::has_mark(hint) {
                continue;
            }
            if is_placeholder(hint) || hints[..index].contains(hint) {
                problems.push(format!(
                    "`{}`: the hint {hint:?} for `{name}` is a placeholder",
                    exercise.name
                ));
            }
        }
    }
    problems
}

/// Whether somebody has still to write it.
fn is_placeholder(hint: &str) -> bool {
    let words: Vec<String> = hint
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let is_open = |word: &String| ["todo", "tbd", "fixme", "xxx", "placeholder", "lorem"].contains(&word.as_str());
    words.len() < 2 || words.iter().any(is_open)
}

/// Exercises with the same place in the course, if one of `exercises` is among them.
fn repeated_orders(workspace: &Workspace, exercises: &[Exercise]) -> Vec<String> {
    // An exercise that cannot be read is told of when it is graded.
    let all = workspace.exercises().unwrap_or_default();
    let mut by_order: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for exercise in &all {
        by_order.entry(exercise.order).or_default().push(&exercise.name);
    }
    let is_asked = |name: &&str| exercises.iter().any(|exercise| exercise.name == *name);
    let repeated = by_order
        .into_iter()
        .filter(|(_, names)| names.len() > 1 && names.iter().any(is_asked));
    let problem = |(order, names): (u32, Vec<&str>)| format!("{} have the same `order`, {order}", quoted(&names));
    repeated.map(problem).collect()
}

fn note<T>(read: Result<T, Vec<String>>, workspace: &Workspace, path: &Path, problems: &mut Vec<String>) -> Option<T> {
    let shown = workspace.shown(path);
    read.map_err(|found| problems.extend(found.iter().map(|problem| format!("`{}`: {problem}", shown.display()))))
        .ok()
}

fn read(path: &Path) -> Result<String, VerifyError> {
    std::fs::read_to_string(path).map_err(|source| VerifyError::Read {
        path: path.to_owned(),
        source,
    })
}

/// The `.rs` files in a folder, sorted; none where there is no such folder.
fn rust_files(folder: &Path) -> Result<Vec<PathBuf>, VerifyError> {
    let failed = |source| VerifyError::Read {
        path: folder.to_owned(),
        source,
    };
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>();
    let is_rust = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    let mut paths: Vec<PathBuf> = paths.map_err(failed)?.into_iter().filter(is_rust).collect();
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_of_one_word_or_with_a_word_for_later_is_a_placeholder() {
        for hint in ["", "...", "Locks", "Todo: say more about it", "to be written (tbd)"] {
            assert!(is_placeholder(hint), "{hint:?}");
        }
        for hint in ["race nudge", "Who may run between the two?"] {
            assert!(!is_placeholder(hint), "{hint:?}");
        }
    }
    #[test]
    fn exercises_with_the_same_place_in_the_course_are_told_of() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path();
        fs::create_dir_all(root.join("grader/checks")).expect("a folder");
        for (name, order) in [("a", 1), ("b", 2), ("c", 1)] {
            let text = format!(
                "title = 't'\npart = 'Locks'\norder = {order}\nsummary = 's'\n\
                 item = [{{ name = 'f', signature = 'pub fn f()' }}]\n\
                 check = [{{ name = 'c', kind = 'model', points = 10, property = 'p', hints = ['a', 'b', 'c'] }}]"
            );
            fs::create_dir_all(root.join("exercises").join(name)).expect("a folder");
            fs::write(root.join("exercises").join(name).join("exercise.toml"), text).expect("a file");
        }
        let workspace = Workspace::find_from(root).expect("it is a course");
        let problems = |name: &str| repeated_orders(&workspace, &[workspace.exercise(name).expect("it is there")]);
        assert_eq!(problems("c"), ["`a`, `c` have the same `order`, 1"]);
        assert_eq!(problems("b"), [""; 0]);
    }
}
