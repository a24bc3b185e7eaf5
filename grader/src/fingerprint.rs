//! What a verdict depends on beside the submission: the checks, the libraries, the compiler and the grader.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

use crate::discover::Workspace;
use crate::exercise::Exercise;
use crate::libraries::Libraries;

/// The packages whose code decides what becomes of a submission.
const GRADER: [&str; 3] = ["grader/src", "grader/protocol/src", "grader/sandbox/src"];

/// The modules of the grader that decide nothing about a single submission.
const NOT_JUDGING: [&str; 6] = ["class", "class.rs", "mutate", "mutate.rs", "verify", "verify.rs"];

/// A file or folder that cannot be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

/// A hash of everything but the submission that a verdict depends on.
pub(crate) fn fingerprint(
    workspace: &Workspace,
    exercise: &Exercise,
    libraries: &Libraries,
) -> Result<u64, Unreadable> {
    let mut files = files_below(&workspace.checks_folder(exercise))?;
    files.push(exercise.folder.join("exercise.toml"));
    files.push(exercise.folder.join("src/main.rs"));
    for folder in GRADER {
        let is_judging = |path: &PathBuf| {
            let below = path.strip_prefix(workspace.root.join(folder)).unwrap_or(path);
            let module = below.iter().next().unwrap_or_default().to_string_lossy();
            !NOT_JUDGING.contains(&module.as_ref())
        };
        let judging = files_below(&workspace.root.join(folder))?.into_iter();
        files.extend(judging.filter(is_judging));
    }
    files.extend([&libraries.model_std, &libraries.harness].into_iter().cloned());
    files.extend(libraries.files.iter().cloned());
    if let Some(support) = &libraries.support {
        files.push(support.library.clone());
        files.extend(support.test_server.clone());
        let offered = support.offered.iter();
        files.extend(offered.flat_map(|offered| [offered.real.clone(), offered.modelled.clone()]));
    }
    let mut hasher = DefaultHasher::new();
    libraries.compiler.hash(&mut hasher);
    for path in files {
        path.hash(&mut hasher);
        // Where there is none, an empty one is as good a sign.
        hasher.write(&fs::read(&path).unwrap_or_default());
    }
    Ok(hasher.finish())
}

/// All files below a folder, sorted; none where there is no such folder.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, Unreadable> {
    let mut files = Vec::new();
    let mut unread = vec![folder.to_owned()];
    while let Some(folder) = unread.pop() {
        let failed = |source| Unreadable {
            path: folder.clone(),
            source,
        };
        let entries = match folder.read_dir() {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(failed(error)),
        };
        for entry in entries {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() { &mut unread } else { &mut files }.push(path);
        }
    }
    files.sort();
    Ok(files)
}
