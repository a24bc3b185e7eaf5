//! Exercises as the command line names them: by name, by folder, or by a file in it; and the current one.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

use grader::discover::Workspace;
use grader::exercise::Exercise;
use grader::help::Help;

use crate::error::Error;
use crate::standing::Standings;

/// No exercise is named, and none is left to do.
#[derive(Debug, thiserror::Error)]
#[error("no exercise is left to do: every one passes")]
struct AllDone;

impl Help for AllDone {
    fn help(&self) -> Option<String> {
        Some("name an exercise, which `cargo xtask list` shows".to_owned())
    }
}

/// The exercise that `given` names: `semaphores`, `exercises/semaphores/`, `exercises/semaphores/src/lib.rs`. A path is
/// one from the folder of the command, or from the root of the course.
pub(crate) fn exercise(workspace: &Workspace, given: &str) -> Result<Exercise, Error> {
    let name = folder_named(workspace, &current_dir()?, given);
    Ok(workspace.exercise(name.as_deref().unwrap_or(given))?)
}

/// The named exercises, or all of them if none is named.
pub(crate) fn exercises(workspace: &Workspace, names: &[String]) -> Result<Vec<Exercise>, Error> {
    if names.is_empty() {
        return Ok(workspace.exercises()?);
    }
    names.iter().map(|name| exercise(workspace, name)).collect()
}

/// The named exercise, and the current one if none is named.
pub(crate) fn exercise_or_current(
    workspace: &Workspace,
    given: Option<&str>,
    standings: &Standings<'_>,
) -> Result<Exercise, Error> {
    if let Some(given) = given {
        return exercise(workspace, given);
    }
    let exercises = workspace.exercises()?;
    match current(workspace, &exercises, standings)? {
        Some(index) => Ok(exercises[index].clone()),
        None => Err(Error::Usage(Box::new(AllDone))),
    }
}

/// The place of the current exercise in `exercises`: the one whose folder the command is in, else the one that the
/// student chose and that does not pass yet, else the first that does not pass.
pub(crate) fn current(
    workspace: &Workspace,
    exercises: &[Exercise],
    standings: &Standings<'_>,
) -> Result<Option<usize>, Error> {
    let place_of = |name: &str| exercises.iter().position(|exercise| exercise.name == name);
    if let Some(place) = folder_named(workspace, &current_dir()?, ".").and_then(|name| place_of(&name)) {
        return Ok(Some(place));
    }
    let is_left = |place: &usize| !standings.has_passed(&exercises[*place]);
    let chosen = standings
        .chosen()
        .and_then(|name| place_of(&name))
        .filter(|place| is_left(place));
    Ok(chosen.or_else(|| (0..exercises.len()).find(|place| is_left(place))))
}

/// The folder in which the command was called.
pub(crate) fn current_dir() -> Result<PathBuf, Error> {
    std::env::current_dir().map_err(|error| Error::Usage(Box::new(error)))
}

/// The name of the exercise that the path `given` lies in, if it is a path and lies in one.
fn folder_named(workspace: &Workspace, current: &Path, given: &str) -> Option<String> {
    let is_path = given.contains('/') || matches!(given, "." | "..");
    if !is_path {
        return None;
    }
    let folder = workspace.root.join("exercises");
    let current = current.canonicalize().unwrap_or_else(|_| current.to_owned());
    [current, workspace.root.clone(), folder.clone()]
        .iter()
        .find_map(|base| {
            let path = base.join(given);
            let path = path.canonicalize().unwrap_or_else(|_| without_dots(&path));
            let name = path.strip_prefix(&folder).ok()?.components().next()?;
            Some(Path::new(name.as_os_str()).to_str()?.to_owned())
        })
}

/// The path without `.` and `..`, for a file that is not there.
fn without_dots(path: &Path) -> PathBuf {
    let mut kept = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                kept.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => {
                kept.push(AsRef::<OsStr>::as_ref(&component))
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exercise_is_named_by_its_folder_and_by_a_file_in_it_from_any_folder() {
        let course = tempfile::tempdir().expect("a temporary folder");
        let root = course.path().canonicalize().expect("it is there");
        std::fs::create_dir_all(root.join("exercises/a/src")).expect("folders");
        std::fs::create_dir_all(root.join("grader/src")).expect("folders");
        let workspace = Workspace { root: root.clone() };
        let named = |current: &str, given: &str| folder_named(&workspace, &root.join(current), given);
        let a = Some("a".to_owned());
        for given in [
            "exercises/a",
            "exercises/a/",
            "./exercises/a",
            "exercises/a/src/lib.rs",
            "a/",
        ] {
            assert_eq!(named("", given), a, "{given}");
            assert_eq!(named("grader/src", given), a, "{given}");
        }
        assert_eq!(named("exercises/a/src", "lib.rs"), None);
        assert_eq!(named("exercises/a/src", "./lib.rs"), a);
        assert_eq!(named("exercises/a", "."), a);
        assert_eq!(named("exercises/a/src", ".."), a);
        assert_eq!(named("exercises", "a/../a/gone.rs"), a);
        let absolute = root.join("exercises/a");
        assert_eq!(named("grader", absolute.to_str().expect("a path that is text")), a);
        assert_eq!(named("", "."), None);
        assert_eq!(named("", "a"), None);
        assert_eq!(named("grader", "src/lib.rs"), Some("src".to_owned()));
    }
}
