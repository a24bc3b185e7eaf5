//! Copies the sources of rayon, at the version that the workspace locks, to where `src/lib.rs` includes them.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder for the copy. `model-std` knows the name `modelled-library`: lines below it are no lines of a program.
const COPY: &str = "modelled-library/rayon";

fn main() -> Result<(), Box<dyn Error>> {
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let lock = package.join("../../Cargo.lock");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", lock.display());
    let sources = locate(&package, &lock, &out.join("locate"))?;
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

/// The folder `src` of rayon. Cargo is asked about a package that depends on nothing else: about the workspace, it would
/// first fetch what other packages depend on.
fn locate(package: &Path, lock: &Path, scratch: &Path) -> Result<PathBuf, Box<dyn Error>> {
    fs::create_dir_all(scratch)?;
    fs::copy(lock, scratch.join("Cargo.lock"))?;
    fs::write(scratch.join("lib.rs"), "")?;
    let manifest = scratch.join("Cargo.toml");
    let contents = "[package]\nname = \"locate\"\nedition = \"2021\"\n[lib]\npath = \"lib.rs\"\n[dependencies]\nrayon = \"1\"\n[workspace]\n";
    fs::write(&manifest, contents)?;
    let output = Command::new(env::var_os("CARGO").ok_or("Cargo runs this")?)
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform"])
        .arg(env::var("TARGET")?)
        .arg("--manifest-path")
        .arg(&manifest)
        // For the settings that are found from there.
        .current_dir(package)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let metadata = String::from_utf8(output.stdout)?;
    // Only a package has its version right after its name.
    let of_rayon = metadata.split("{\"name\":\"rayon\",\"version\":").nth(1);
    let manifest = of_rayon.and_then(|rayon| rayon.split("\"manifest_path\":\"").nth(1)?.split('"').next());
    let manifest = PathBuf::from(manifest.ok_or("Cargo knows no rayon")?);
    Ok(manifest.with_file_name("src"))
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
