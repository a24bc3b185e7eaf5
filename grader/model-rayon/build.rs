//! Copies the sources of rayon, at the version that the workspace locks, to where `src/lib.rs` includes them.

mod locate;

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder for the copy. `model-std` knows the name `modelled-library`: lines below it are no lines of a program.
const COPY: &str = "modelled-library/rayon";

fn main() -> Result<(), Box<dyn Error>> {
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let lock = package.join("../../Cargo.lock");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=locate.rs");
    println!("cargo::rerun-if-changed={}", lock.display());
    let sources = locate::sources("rayon", &package, &lock, &out.join("locate"))?;
    let copy = out.join(COPY);
    if copy.exists() {
        fs::remove_dir_all(&copy)?;
    }
    copy_folder(&sources, &copy)?;
    // Attributes and documentation of the whole crate cannot be included; they do nothing else.
    let root = copy.join("lib.rs");
    let text = fs::read_to_string(&root)?;
    let is_item = |line: &&str| !line.starts_with("#![") && !line.starts_with("//!");
    let items: Vec<&str> = text.lines().filter(is_item).collect();
    fs::write(&root, items.join("\n"))?;
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            // Rayon's own tests need further crates, and would run outside of an execution.
            let text = fs::read_to_string(entry.path())?;
            fs::write(target, text.replace("cfg(test)", "cfg(any())"))?;
        }
    }
    Ok(())
}
