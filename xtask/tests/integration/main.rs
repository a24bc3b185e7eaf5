//! The command as its users have it, in one program so that it links once.

mod authoring;
mod classes;
mod cli;
#[cfg(target_os = "linux")]
mod cluster;
mod completions;
mod documents;
mod github;
mod handout;
mod killing;
mod play;
mod readme;
mod rustc;
mod same_everywhere;
mod small_course;
mod student;
mod tidy;
mod watching;
mod weak_orderings;

use std::path::Path;

/// The root of this repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the package is in a folder of the workspace")
}
