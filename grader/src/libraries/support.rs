//! The support library of an exercise, and the libraries besides `std` that a submission may use.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::LibrariesError;
use super::cargo::{artifact, executable};
use crate::exercise::Library;

/// The support library of an exercise, as Cargo built it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Support {
    /// The name of its crate.
    pub name: String,
    /// The library with the code that the exercise's checks share.
    pub library: PathBuf,
    /// The libraries that a submission may use.
    pub offered: Vec<Offered>,
    /// The program that runs beside the exercise's program, if there is one.
    pub test_server: Option<PathBuf>,
}

/// A library that a submission may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Its name in `use`.
    pub name: String,
    /// The library itself.
    pub real: PathBuf,
    /// The library in the modelled form: a shim, or the same one.
    pub modelled: PathBuf,
}

/// The package of an exercise's support library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupportPackage {
    /// Its name.
    pub name: String,
    /// The libraries that a submission may use.
    pub libraries: Vec<Library>,
}

impl Support {
    /// Everything that is linked or run.
    pub(crate) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let offered = self
            .offered
            .iter()
            .flat_map(|offered| [&offered.real, &offered.modelled]);
        [&self.library].into_iter().chain(&self.test_server).chain(offered)
    }
}

/// Finds the support library among what Cargo built.
pub(super) fn find(messages: &str, package: &SupportPackage) -> Result<Support, LibrariesError> {
    let mut offered = Vec::new();
    for Library { name, shim } in &package.libraries {
        let real = artifact(messages, name)?;
        let modelled = match shim {
            Some(shim) => artifact(messages, shim)?,
            None => real.clone(),
        };
        offered.push(Offered {
            name: name.clone(),
            real,
            modelled,
        });
    }
    Ok(Support {
        name: package.name.clone(),
        library: artifact(messages, &package.name)?,
        offered,
        test_server: executable(messages),
    })
}
