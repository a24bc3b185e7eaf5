//! The libraries that an exercise offers besides `std`: their versions are those of the workspace.

use std::fs;
use std::io;
use std::path::Path;

use grader::help::Help;
use toml::{Table, Value};

/// The libraries whose blocking the model does not see, and what stands in for them.
const SHIMS: [(&str, &str); 2] = [
    ("crossbeam-channel", "model-crossbeam-channel"),
    ("rayon", "model-rayon"),
];

/// Words for the statement on what a library is good for.
const PURPOSES: [(&str, &str); 3] = [
    ("crossbeam-channel", ", for channels from which several threads receive"),
    ("rayon", ", for pools of threads and parallel iterators"),
    ("num-bigint", ", for numbers of any size"),
];

/// A library that an exercise offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Library {
    /// The package: `crossbeam-channel`.
    pub(super) package: String,
    /// Its version in the workspace.
    pub(super) version: String,
    /// The package that stands in for it under the model.
    pub(super) shim: Option<&'static str>,
}

/// Why a library cannot be offered.
#[derive(Debug, thiserror::Error)]
pub(super) enum LibraryError {
    #[error("failed to offer the library `{library}`: it is not in `[workspace.dependencies]`")]
    NotInWorkspace { library: String },
    #[error("failed to offer the library `{library}` twice")]
    Twice { library: String },
}

impl Help for LibraryError {
    fn help(&self) -> Option<String> {
        Some(match self {
            LibraryError::NotInWorkspace { library } => format!(
                "add `{library}` with its version to the root `Cargo.toml`; if it blocks threads, write a shim first"
            ),
            LibraryError::Twice { .. } => "give each `--library` once".to_owned(),
        })
    }
}

impl Library {
    /// Its name in Rust.
    pub(super) fn crate_name(&self) -> String {
        self.package.replace('-', "_")
    }

    /// What a student may read about it, for the statement.
    pub(super) fn link(&self) -> String {
        let purpose = PURPOSES.iter().find(|(package, _)| *package == self.package);
        let purpose = purpose.map_or("", |(_, purpose)| purpose);
        format!("[{0}](https://docs.rs/{0}){purpose}", self.package)
    }
}

/// The manifest of the workspace. A course without one has no libraries.
pub(super) fn manifest(root: &Path) -> io::Result<Table> {
    match fs::read_to_string(root.join("Cargo.toml")) {
        Ok(text) => text.parse().map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Table::new()),
        Err(error) => Err(error),
    }
}

/// The libraries of these names, sorted. Hyphens and underscores mean the same.
pub(super) fn find(manifest: &Table, names: &[String]) -> Result<Vec<Library>, LibraryError> {
    let known = manifest
        .get("workspace")
        .and_then(|workspace| workspace.get("dependencies"))
        .and_then(Value::as_table);
    let mut libraries: Vec<Library> = Vec::new();
    for name in names {
        let is_it = |package: &str| package.replace('-', "_") == name.replace('-', "_");
        let found = known.into_iter().flatten().find_map(|(package, value)| {
            let version = value.as_str().or_else(|| value.get("version")?.as_str())?;
            is_it(package).then_some((package, version))
        });
        let (package, version) = found.ok_or_else(|| LibraryError::NotInWorkspace { library: name.clone() })?;
        if libraries.iter().any(|library| library.package == *package) {
            return Err(LibraryError::Twice { library: name.clone() });
        }
        libraries.push(Library {
            package: package.clone(),
            version: version.to_owned(),
            shim: SHIMS
                .iter()
                .find(|(library, _)| library == package)
                .map(|(_, shim)| *shim),
        });
    }
    libraries.sort_by(|a, b| a.package.cmp(&b.package));
    Ok(libraries)
}
