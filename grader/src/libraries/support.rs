//! What an exercise needs besides `std`: its support library.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::LibrariesError;
use super::cargo::{artifact, executable};
use crate::exercise::Library;

/// What an exercise needs besides `std`, as Cargo built it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Support {
    /// The name of its crate.
    pub name: String,
    /// The library of what the exercise's checks have in common.
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
    /// Where it is.
    pub real: PathBuf,
    /// What stands for it in the modelled form.
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
    pub(super) fn is_there(&self) -> bool {
        let offered = self
            .offered
            .iter()
            .flat_map(|offered| [&offered.real, &offered.modelled]);
        [&self.library]
            .into_iter()
            .chain(&self.test_server)
            .chain(offered)
            .all(|path| path.exists())
    }
}

/// What Cargo built of the support library.
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
