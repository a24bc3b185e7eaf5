//! What a class has handed in: the entries of a folder, by student and exercise.
//!
//! An entry is a file `jo.rs`, a folder `jo` or a zip of it, `jo.zip`, and `jo` is the student's id, or an [`IdRule`]
//! finds the id in the name, as the systems need that put more into the names of downloads. A folder holds
//! `src/lib.rs`, `lib.rs` or the only `.rs` file; for several exercises, it holds that in a folder for each, as a
//! checkout of the course does. A folder may also hold nothing but a zip of all that, as in Moodle's downloads.
//!
//! No entry stops the others. What cannot be used stands in its place with the reason.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::slice;

use regex::Regex;

use super::archive::{Unpacked, is_zip};
use crate::discover::{Source, Submission, quoted};
use crate::exercise::Exercise;
use crate::help::Help;

/// How deep a folder may hold nothing but another folder, as archives of folders do.
const MAX_WRAPPERS: usize = 3;

/// How a student's id is found in the name of an entry.
#[derive(Debug, Clone, Default)]
pub enum IdRule {
    /// It is the name, without `.rs`.
    #[default]
    Name,
    /// It is the first group of what the expression matches, or all of it if it has no group.
    Pattern(Regex),
}

/// Something that was handed in for an exercise.
#[derive(Debug, Clone)]
pub struct HandedIn {
    /// The student's id.
    pub id: String,
    /// The exercise, as an index into those that were asked for.
    pub exercise: usize,
    /// What it is.
    pub what: What,
}

/// What was handed in.
#[derive(Debug, Clone)]
pub enum What {
    /// A submission.
    Submission(Submission),
    /// Nothing that can be graded.
    Unusable {
        /// What is wrong, and what to do about it.
        reason: String,
    },
}

/// The entries of a folder.
#[derive(Debug)]
pub struct Entries {
    /// What was handed in, by id and then by exercise; at most one for both.
    pub handed_in: Vec<HandedIn>,
    /// Who has an entry, sorted. A folder may hold nothing for some exercise, or for all.
    pub ids: Vec<String>,
    /// The names of files that are neither a submission nor a folder, sorted.
    pub ignored: Vec<String>,
    /// What came in archives. It is removed with this.
    pub unpacked: Unpacked,
}

/// Why there are no entries.
#[derive(Debug, thiserror::Error)]
pub enum EntriesError {
    /// The folder cannot be listed.
    #[error("failed to list the submissions in `{path}`", path = path.display())]
    List {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Nothing is in it.
    #[error("failed to find a submission in `{path}`", path = path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
}

impl Help for EntriesError {
    fn help(&self) -> Option<String> {
        let help = match self {
            EntriesError::List { .. } => {
                "name the folder that holds a file or folder for each student; unpack a download of all of them first"
            }
            EntriesError::Empty { .. } => {
                "it should hold `jo.rs`, `jo.zip`, `jo/lib.rs`, `jo/src/lib.rs` or `jo/<exercise>/src/lib.rs` for each \
                 student"
            }
        };
        Some(help.to_owned())
    }
}

/// What an entry of the folder turned out to hold, before doubles are found.
struct Found {
    /// The entry's name, as it is shown.
    name: String,
    handed_in: HandedIn,
}

/// The submissions for `exercises` in `folder`. Archives are unpacked below `temporary`.
///
/// # Errors
///
/// When the folder cannot be listed, or holds no entry.
pub fn find(folder: &Path, exercises: &[Exercise], rule: &IdRule, temporary: &Path) -> Result<Entries, EntriesError> {
    let paths = listed(folder).map_err(|source| EntriesError::List {
        path: folder.to_owned(),
        source,
    })?;
    let mut entries = Entries {
        handed_in: Vec::new(),
        ids: Vec::new(),
        ignored: Vec::new(),
        unpacked: Unpacked::new(temporary),
    };
    let mut found = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let is_file = path.is_file();
        if is_file && !is_rust(&path) && !is_zip(&path) && !path.is_symlink() {
            entries.ignored.push(name);
            continue;
        }
        let (id, bad_name) = rule.id(&path, &name);
        let problem = bad_name.or_else(|| problem(&path, exercises));
        let whats = match (problem, exercises) {
            (Some(reason), _) => unusable(&reason, exercises),
            (None, _) if is_zip(&path) && is_file => in_archive(&path, exercises, &mut entries.unpacked),
            (None, [exercise]) if is_file => vec![(0, submission(&path, exercise))],
            (None, _) => in_folder(&path, exercises, &mut entries.unpacked),
        };
        found.extend(whats.into_iter().map(|(exercise, what)| Found {
            name: name.clone(),
            handed_in: HandedIn {
                id: id.clone(),
                exercise,
                what,
            },
        }));
        entries.ids.push(id);
    }
    if entries.ids.is_empty() {
        return Err(EntriesError::Empty {
            path: folder.to_owned(),
        });
    }
    entries.ids.sort();
    entries.ids.dedup();
    entries.handed_in = without_doubles(found);
    Ok(entries)
}

impl IdRule {
    /// The id in an entry's name, and what is wrong with the name.
    fn id(&self, path: &Path, name: &str) -> (String, Option<String>) {
        if path.file_name().is_some_and(|name| name.to_str().is_none()) {
            let reason = "its name is not UTF-8; rename it".to_owned();
            return (name.to_owned(), Some(reason));
        }
        let stem = if path.is_file() {
            path.file_stem().and_then(|stem| stem.to_str()).unwrap_or(name)
        } else {
            name
        };
        let IdRule::Pattern(pattern) = self else {
            return (stem.to_owned(), None);
        };
        let captured = pattern.captures(stem);
        let id = captured.and_then(|captured| captured.get(1).or_else(|| captured.get(0)));
        match id.map(|id| id.as_str()).filter(|id| !id.is_empty()) {
            Some(id) => (id.to_owned(), None),
            None => {
                let reason = format!("the pattern for ids finds none in the name `{name}`; rename it");
                (name.to_owned(), Some(reason))
            }
        }
    }
}

/// Why nothing at `path` is taken for a submission, whatever is in it.
fn problem(path: &Path, exercises: &[Exercise]) -> Option<String> {
    if path.is_symlink() {
        return Some("it is a link; put there what it leads to".to_owned());
    }
    let is_for_nobody_knows = path.is_file() && !is_zip(path) && exercises.len() > 1;
    is_for_nobody_knows.then(|| for_nobody_knows("file"))
}

fn for_nobody_knows(what: &str) -> String {
    format!(
        "it is one {what}, and several exercises are graded; \
         put it into a folder `<id>/<exercise>/`, or grade one exercise"
    )
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

fn submission(path: &Path, exercise: &Exercise) -> What {
    match Submission::at(path, exercise) {
        Ok(submission) => What::Submission(submission),
        Err(error) => What::Unusable {
            reason: error.to_string(),
        },
    }
}

/// What cannot be used may be meant for any of the exercises.
fn unusable(reason: &str, exercises: &[Exercise]) -> Vec<(usize, What)> {
    let unusable = |index| {
        let reason = reason.to_owned();
        (index, What::Unusable { reason })
    };
    (0..exercises.len()).map(unusable).collect()
}

/// What a student's archive holds for each exercise.
fn in_archive(archive: &Path, exercises: &[Exercise], unpacked: &mut Unpacked) -> Vec<(usize, What)> {
    let folder = match unpacked.unpack(archive, exercises) {
        Ok(folder) => folder,
        Err(error) => return unusable(&error.to_string(), exercises),
    };
    let mut found = in_folder(&folder, exercises, unpacked);
    for (_, what) in &mut found {
        match what {
            What::Submission(submission) => {
                if let Source::Folder(path) | Source::File(path) = &submission.source
                    && let Ok(inside) = path.strip_prefix(&folder)
                {
                    submission.shown = archive.join(inside);
                }
            }
            // The folder has another name each time.
            What::Unusable { reason } => *reason = reason.replace(&format!("{}/", folder.display()), ""),
        }
    }
    found
}

/// What a student's folder holds for each exercise.
fn in_folder(folder: &Path, exercises: &[Exercise], unpacked: &mut Unpacked) -> Vec<(usize, What)> {
    let folder = without_wrappers(folder, exercises);
    if let Ok(inside) = visible(&folder)
        && let [only] = &inside[..]
        && is_zip(only)
    {
        return in_archive(only, exercises, unpacked);
    }
    let mut found = Vec::new();
    for (index, exercise) in exercises.iter().enumerate() {
        let name = &exercise.name;
        let places = [
            format!("exercises/{name}"),
            name.clone(),
            format!("{name}.rs"),
            format!("{name}.zip"),
        ];
        let place = places
            .iter()
            .map(|place| folder.join(place))
            .find(|place| place.exists());
        if let Some(place) = place {
            if is_zip(&place) {
                let whats = in_archive(&place, slice::from_ref(exercise), unpacked);
                found.extend(whats.into_iter().map(|(_, what)| (index, what)));
                continue;
            }
            let what = if place.is_dir() {
                crate_in(&place, exercise)
            } else {
                submission(&place, exercise)
            };
            found.push((index, what));
        }
    }
    match exercises {
        [exercise] if found.is_empty() => vec![(0, crate_in(&folder, exercise))],
        [first, ..] if found.is_empty() && matches!(crate_in(&folder, first), What::Submission(_)) => {
            unusable(&for_nobody_knows("submission"), exercises)
        }
        _ => found,
    }
}

/// The submission in a folder that is for one exercise.
fn crate_in(folder: &Path, exercise: &Exercise) -> What {
    if folder.join("src").exists() {
        return submission(folder, exercise);
    }
    let library = folder.join("lib.rs");
    if library.exists() {
        return submission(&library, exercise);
    }
    let unusable = |reason| What::Unusable { reason };
    let files: Vec<PathBuf> = match visible(folder) {
        Ok(paths) => paths.into_iter().filter(|path| is_rust(path)).collect(),
        Err(error) => return unusable(format!("it cannot be listed: {error}")),
    };
    match &files[..] {
        [only] => submission(only, exercise),
        [] => unusable("it holds neither `src/lib.rs` nor `lib.rs`".to_owned()),
        several => {
            let names = several.iter().filter_map(|path| path.file_name());
            let names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
            unusable(format!(
                "it holds {}, and none is called `lib.rs`; rename the one to grade",
                quoted(&names)
            ))
        }
    }
}

/// The folder itself, or the one in it that it does nothing but wrap.
fn without_wrappers(folder: &Path, exercises: &[Exercise]) -> PathBuf {
    let mut folder = folder.to_owned();
    for _ in 0..MAX_WRAPPERS {
        let Ok(inside) = visible(&folder) else { break };
        let [only] = &inside[..] else { break };
        let name = only.file_name().unwrap_or_default();
        let is_known = |known: &Exercise| name == known.name.as_str();
        let has_a_meaning = name == "src" || name == "exercises" || exercises.iter().any(is_known);
        if has_a_meaning || only.is_symlink() || !only.is_dir() {
            break;
        }
        folder = only.clone();
    }
    folder
}

/// What is in a folder, sorted, without hidden files and what Macs put into archives.
fn visible(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = listed(folder)?;
    paths.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !name.starts_with('.') && name != "__MACOSX"
    });
    Ok(paths)
}

/// What is in a folder, sorted.
fn listed(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    paths.sort();
    Ok(paths)
}

/// One hand-in for each id and exercise. Of several, none is graded: nobody knows which one counts.
fn without_doubles(found: Vec<Found>) -> Vec<HandedIn> {
    let mut by_place: BTreeMap<(String, usize), Vec<Found>> = BTreeMap::new();
    for found in found {
        let place = (found.handed_in.id.clone(), found.handed_in.exercise);
        by_place.entry(place).or_default().push(found);
    }
    let only = |((id, exercise), mut found): ((String, usize), Vec<Found>)| {
        if found.len() > 1 {
            let names: Vec<String> = found.iter().map(|found| found.name.clone()).collect();
            let reason = format!("handed in more than once, as {}; remove all but one", quoted(&names));
            let what = What::Unusable { reason };
            return HandedIn { id, exercise, what };
        }
        found.remove(0).handed_in
    };
    by_place.into_iter().map(only).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exercise::tests::small_exercise;

    fn exercises(names: &[&str]) -> Vec<Exercise> {
        names.iter().map(|name| small_exercise(name)).collect()
    }

    fn found(files: &[&str], names: &[&str], rule: &IdRule) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, "pub fn f() {}").expect("a file");
        }
        lines(folder.path(), names, rule)
    }

    /// A line for each hand-in: the id, the exercise, and its path or what is wrong.
    fn lines(folder: &Path, names: &[&str], rule: &IdRule) -> Vec<String> {
        let exercises = exercises(names);
        let entries = find(folder, &exercises, rule, &std::env::temp_dir()).expect("the folder is not empty");
        let line = |handed_in: &HandedIn| {
            let what = match &handed_in.what {
                What::Submission(submission) => {
                    let shown = submission.shown.strip_prefix(folder).expect("it is inside");
                    shown.display().to_string()
                }
                What::Unusable { reason } => format!("✗ {}", reason.split(';').next().unwrap_or_default()),
            };
            format!("{} {} {what}", handed_in.id, exercises[handed_in.exercise].name)
        };
        let lines = entries.handed_in.iter().map(line);
        let ignored = entries.ignored.iter().map(|name| format!("ignored {name}"));
        lines.chain(ignored).collect()
    }

    #[test]
    fn one_exercise_comes_as_a_file_or_a_folder() {
        let files = [
            "ada.rs",
            "bo/lib.rs",
            "cy/src/lib.rs",
            "di/x/src/lib.rs",
            "ed/answer.rs",
            "fay/wrapper/fay-main/exercises/x/src/lib.rs",
            "gus/__MACOSX/lib.rs",
            "gus/upload/lib.rs",
            "notes.txt",
            ".hidden/lib.rs",
        ];
        assert_eq!(
            found(&files, &["x"], &IdRule::Name),
            [
                "ada x ada.rs",
                "bo x bo/lib.rs",
                "cy x cy",
                "di x di/x",
                "ed x ed/answer.rs",
                "fay x fay/wrapper/fay-main/exercises/x",
                "gus x gus/upload/lib.rs",
                "ignored notes.txt",
            ]
        );
    }

    /// A zip with files that hold `pub fn f() {}`.
    fn zip(files: &[&str]) -> Vec<u8> {
        use std::io::{Cursor, Write as _};

        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in files {
            let options = zip::write::SimpleFileOptions::default();
            writer.start_file(*name, options).expect("a file");
            writer.write_all(b"pub fn f() {}").expect("memory takes every text");
        }
        writer.finish().expect("an archive").into_inner()
    }

    #[test]
    fn a_zip_stands_for_the_folder_in_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let archives: [(&str, &[&str]); 9] = [
            ("ada.zip", &["lib.rs"]),
            ("bo.ZIP", &["bo-x/src/lib.rs", "bo-x/Cargo.toml"]),
            (
                "cy.zip",
                &["course-main/exercises/x/src/lib.rs", "course-main/grader/lib.rs"],
            ),
            ("di_7_assignsubmission_file_/upload.zip", &["x.rs"]),
            ("ed/x.zip", &["src/lib.rs"]),
            ("ed/y.zip", &["lib.rs"]),
            ("fay.zip", &["notes.txt"]),
            ("gus.zip", &["src/main.rs"]),
            ("hal.zip", &[]),
        ];
        for (name, files) in archives {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, zip(files)).expect("a file");
        }
        fs::write(folder.path().join("ivy.zip"), "no zip").expect("a file");
        fs::write(folder.path().join("joe.rs"), "pub fn f() {}").expect("a file");
        let moodle = IdRule::Pattern(Regex::new("^([a-z]+)(_7|$)").expect("a pattern"));
        assert_eq!(
            lines(folder.path(), &["x"], &moodle),
            [
                "ada x ada.zip/lib.rs",
                "bo x bo.ZIP/bo-x",
                "cy x cy.zip/course-main/exercises/x",
                "di x di_7_assignsubmission_file_/upload.zip/x.rs",
                "ed x ed/x.zip",
                "fay x ✗ it holds neither `src/lib.rs` nor `lib.rs`",
                "gus x ✗ failed to find `src/lib.rs`",
                "hal x ✗ it holds neither `src/lib.rs` nor `lib.rs`",
                "ivy x ✗ the archive cannot be read: invalid Zip archive: Could not find EOCD",
                "joe x joe.rs",
            ]
        );
        assert_eq!(
            lines(folder.path(), &["x", "y"], &moodle),
            [
                "ada x ✗ it is one submission, and several exercises are graded",
                "ada y ✗ it is one submission, and several exercises are graded",
                "bo x ✗ it is one submission, and several exercises are graded",
                "bo y ✗ it is one submission, and several exercises are graded",
                "cy x cy.zip/course-main/exercises/x",
                "di x di_7_assignsubmission_file_/upload.zip/x.rs",
                "ed x ed/x.zip",
                "ed y ed/y.zip/lib.rs",
                "ivy x ✗ the archive cannot be read: invalid Zip archive: Could not find EOCD",
                "ivy y ✗ the archive cannot be read: invalid Zip archive: Could not find EOCD",
                "joe x ✗ it is one file, and several exercises are graded",
                "joe y ✗ it is one file, and several exercises are graded",
            ]
        );
    }

    #[test]
    fn several_exercises_come_in_folders_of_their_own() {
        let files = [
            "ada/x/src/lib.rs",
            "ada/y.rs",
            "bo/exercises/y/src/lib.rs",
            "cy.rs",
            "di/other/a.txt",
            "ed/src/lib.rs",
        ];
        assert_eq!(
            found(&files, &["x", "y"], &IdRule::Name),
            [
                "ada x ada/x",
                "ada y ada/y.rs",
                "bo y bo/exercises/y",
                "cy x ✗ it is one file, and several exercises are graded",
                "cy y ✗ it is one file, and several exercises are graded",
                "ed x ✗ it is one submission, and several exercises are graded",
                "ed y ✗ it is one submission, and several exercises are graded",
            ]
        );
    }

    #[test]
    fn what_cannot_be_used_stands_there_with_the_reason() {
        let files = ["ada.rs", "ada/lib.rs", "bo/a.rs", "bo/b.rs", "cy/readme.md"];
        assert_eq!(
            found(&files, &["x"], &IdRule::Name),
            [
                "ada x ✗ handed in more than once, as `ada`, `ada.rs`",
                "bo x ✗ it holds `a.rs`, `b.rs`, and none is called `lib.rs`",
                "cy x ✗ it holds neither `src/lib.rs` nor `lib.rs`",
            ]
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed_wherever_it_leads() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("ada.rs"), "pub fn f() {}").expect("a file");
        fs::create_dir(folder.path().join("ed")).expect("a folder");
        fs::write(folder.path().join(".a.zip"), zip(&["lib.rs"])).expect("a file");
        let links = [
            ("bo.rs", "ada.rs"),
            ("cy", "."),
            ("di", "nowhere"),
            ("ed/a.zip", "../.a.zip"),
            ("fay.zip", ".a.zip"),
        ];
        for (name, target) in links {
            std::os::unix::fs::symlink(target, folder.path().join(name)).expect("a link");
        }
        let temporary = std::env::temp_dir();
        let entries =
            find(folder.path(), &exercises(&["x"]), &IdRule::Name, &temporary).expect("the folder is not empty");
        let usable: Vec<bool> = entries
            .handed_in
            .iter()
            .map(|handed_in| matches!(handed_in.what, What::Submission(_)))
            .collect();
        assert_eq!(usable, [true, false, false, false, false, false]);
    }

    #[test]
    fn an_id_is_found_in_the_names_of_downloads() {
        let canvas = IdRule::Pattern(Regex::new("^([a-z]+)_").expect("a pattern"));
        assert_eq!(
            found(&["lovelaceada_123_456_lib-2.rs", "7_x.rs"], &["x"], &canvas),
            [
                "7_x.rs x ✗ the pattern for ids finds none in the name `7_x.rs`",
                "lovelaceada x lovelaceada_123_456_lib-2.rs",
            ]
        );
    }

    #[test]
    fn an_empty_folder_and_none_at_all_are_errors() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let find = |path: &Path| find(path, &exercises(&["x"]), &IdRule::Name, &std::env::temp_dir());
        assert!(matches!(find(folder.path()), Err(EntriesError::Empty { .. })));
        let none = find(&folder.path().join("none"));
        assert!(matches!(none, Err(EntriesError::List { .. })));
    }
}
