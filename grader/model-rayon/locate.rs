//! Finds the sources of a package that the workspace locks; for build scripts.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder `src` of `library`, which is rayon or something that rayon depends on. Cargo is asked in `scratch` about
/// a package that depends on nothing but rayon: about the workspace, it would first fetch what other packages need.
pub(crate) fn sources(library: &str, package: &Path, lock: &Path, scratch: &Path) -> Result<PathBuf, Box<dyn Error>> {
    fs::create_dir_all(scratch)?;
    let own_lock = scratch.join("Cargo.lock");
    fs::copy(lock, &own_lock)?;
    fs::write(scratch.join("lib.rs"), "")?;
    let lines = [
        "[package]",
        "name = \"locate\"",
        "edition = \"2021\"",
        "[lib]",
        "path = \"lib.rs\"",
        "[dependencies]",
        "rayon = \"1\"",
        "[workspace]",
    ];
    let manifest = scratch.join("Cargo.toml");
    fs::write(&manifest, lines.join("\n"))?;
    let metadata = metadata(package, &manifest).or_else(|_| {
        // In another workspace, other versions may have been fetched than this one locks.
        fs::remove_file(&own_lock)?;
        metadata(package, &manifest)
    })?;
    // Only a package has its version right after its name.
    let of_library = metadata.split(&format!("{{\"name\":\"{library}\",\"version\":")).nth(1);
    let manifest = of_library.and_then(|package| package.split("\"manifest_path\":\"").nth(1)?.split('"').next());
    let manifest = PathBuf::from(manifest.ok_or_else(|| format!("Cargo knows no `{library}`"))?);
    Ok(manifest.with_file_name("src"))
}

/// What Cargo says of the package with this manifest and of all that it depends on.
fn metadata(package: &Path, manifest: &Path) -> Result<String, Box<dyn Error>> {
    let output = Command::new(env::var_os("CARGO").ok_or("Cargo runs this")?)
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform"])
        .arg(env::var("TARGET")?)
        .arg("--manifest-path")
        .arg(manifest)
        // For the settings that are found from there.
        .current_dir(package)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
