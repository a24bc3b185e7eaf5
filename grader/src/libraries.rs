//! Finds the libraries that check programs link, as Cargo built them, and the compiler that built them.
//!
//! The answers of Cargo and rustup are cached in a file beside the running executable. A cached answer is valid only
//! for that executable, that compiler and these sources, and only while every file in it exists.

mod cache;
mod cargo;
mod support;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sandbox::cancel::Cancel;
use sandbox::tool;
use serde::{Deserialize, Serialize};

use self::cache::{Entry, Key, Sources, Stamp, read, stamps_of, write};
use crate::help::{COURSE_CHANGED, Help};

pub use self::support::{Offered, Support, SupportPackage};

/// The build tools that the environment names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tools {
    /// Cargo.
    pub cargo: PathBuf,
    /// The compiler, or rustup's proxy for it.
    pub rustc: PathBuf,
    /// Where the compiler finds the linker.
    pub path: OsString,
}

/// The libraries that check programs link, and the compiler that built them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Libraries {
    /// The absolute path of the compiler itself. A proxy would look for settings.
    pub rustc: PathBuf,
    /// Its name and version: `rustc 1.95.0`.
    pub compiler: String,
    /// The modelled `std`.
    pub model_std: PathBuf,
    /// The check harness.
    pub harness: PathBuf,
    /// The folder with the dependencies of these two.
    pub dependencies: PathBuf,
    /// Their dependencies in that folder. The compiler can read these and no others.
    pub files: Vec<PathBuf>,
    /// The exercise's support library, if it has one.
    pub support: Option<Support>,
}

/// Why there are no libraries to link.
#[derive(Debug, thiserror::Error)]
pub enum LibrariesError {
    /// A tool cannot be started.
    #[error("failed to start `{tool}`", tool = tool.display())]
    Start {
        /// The tool.
        tool: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A tool failed.
    #[error("failed to run `{command}`: {stderr}")]
    Failed {
        /// The command.
        command: String,
        /// What it said.
        stderr: String,
    },
    /// Cargo did not build a library of that name.
    #[error("failed to find the library `{name}` among what Cargo built")]
    Missing {
        /// Its name.
        name: String,
    },
    /// Somebody asked to stop.
    #[error("failed to build the libraries: stopped")]
    Cancelled,
}

impl Help for LibrariesError {
    fn help(&self) -> Option<String> {
        let help = match self {
            LibrariesError::Start { .. } => "install Rust with Cargo (https://rustup.rs) and put both on the `PATH`",
            LibrariesError::Missing { .. } => "run `cargo clean` and try again",
            LibrariesError::Failed { .. } => COURSE_CHANGED,
            LibrariesError::Cancelled => return None,
        };
        Some(help.to_owned())
    }
}

impl Tools {
    /// The tools that Cargo names in the environment of what it runs; otherwise those on the `PATH`.
    pub fn from_environment() -> Tools {
        let tool = |variable, name| std::env::var_os(variable).map_or_else(|| PathBuf::from(name), PathBuf::from);
        let path = std::env::var_os("PATH").unwrap_or_default();
        Tools {
            cargo: tool("CARGO", "cargo"),
            rustc: tool("RUSTC", "rustc"),
            path,
        }
    }
}

/// Finds the libraries of the workspace at `root`. Calls `building` before it runs Cargo.
///
/// # Errors
///
/// When there is no compiler, or Cargo cannot build the libraries.
pub fn locate(
    root: &Path,
    support: Option<&SupportPackage>,
    tools: &Tools,
    cancel: &Cancel,
    building: &dyn Fn(),
) -> Result<Libraries, LibrariesError> {
    let executable = std::env::current_exe().ok().and_then(|path| Stamp::of(&path));
    let Some(executable) = executable else {
        return Ok(ask(root, support, tools, cancel, building)?.0);
    };
    let file = match support {
        Some(support) => executable.path.with_extension(format!("{}.json", support.name)),
        None => executable.path.with_extension("libraries.json"),
    };
    let key = Key {
        executable,
        root: root.to_owned(),
        compiler: tools.rustc.clone(),
    };
    if let Some(entry) = read(&file)
        && entry.is_valid(&key)
    {
        return Ok(entry.libraries);
    }
    let (libraries, folders) = ask(root, support, tools, cancel, building)?;
    if let (Some(rustc), Some(built)) = (Stamp::of(&libraries.rustc), stamps_of(&libraries)) {
        // If this fails, Cargo runs again the next time.
        let _ = write(
            &file,
            &Entry {
                key,
                rustc,
                sources: Sources::of(root, folders),
                built,
                libraries: libraries.clone(),
            },
        );
    }
    Ok(libraries)
}

/// Builds the libraries with Cargo; also returns the folders of the packages that they are built from.
fn ask(
    root: &Path,
    support: Option<&SupportPackage>,
    tools: &Tools,
    cancel: &Cancel,
    building: &dyn Fn(),
) -> Result<(Libraries, Vec<PathBuf>), LibrariesError> {
    building();
    let sysroot = text(call(root, cancel, &tools.rustc, &["--print", "sysroot"])?);
    let rustc = Path::new(sysroot.trim()).join("bin/rustc");
    let version = text(call(root, cancel, &rustc, &["--version"])?);
    let compiler = version
        .split(' ')
        .take(2)
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned();
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let build = [
        "build",
        "--package",
        support.map_or("harness", |support| &support.name),
        "--profile",
        profile,
        "--message-format=json-render-diagnostics",
        "--quiet",
    ];
    let built = call(root, cancel, &tools.cargo, &build)?;
    let messages = text(built);
    let model_std = cargo::artifact(&messages, "model_std")?;
    let harness = cargo::artifact(&messages, "harness")?;
    let dependencies = model_std.parent().unwrap_or(root).to_owned();
    let files = cargo::files(&messages);
    let libraries = Libraries {
        rustc,
        compiler,
        model_std,
        harness,
        dependencies,
        files,
        support: support.map(|support| support::find(&messages, support)).transpose()?,
    };
    Ok((libraries, cargo::package_folders(&messages)))
}

/// Runs a tool in the workspace. The tools are trusted.
fn call(root: &Path, cancel: &Cancel, tool: &Path, args: &[&str]) -> Result<Output, LibrariesError> {
    let failed = |source| LibrariesError::Start {
        tool: tool.to_owned(),
        source,
    };
    let mut command = Command::new(tool);
    command.args(args).current_dir(root);
    let output = tool::output(&mut command, cancel).map_err(failed)?;
    let output = output.ok_or(LibrariesError::Cancelled)?;
    if output.status.success() {
        return Ok(output);
    }
    let name = tool.file_name().unwrap_or(tool.as_os_str()).to_string_lossy();
    Err(LibrariesError::Failed {
        command: format!("{name} {}", args.join(" ")),
        stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

fn text(output: Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools() -> Tools {
        Tools {
            cargo: "cargo".into(),
            rustc: "rustc".into(),
            path: OsString::new(),
        }
    }

    /// A workspace with a support library that offers a library and its shim.
    fn workspace(root: &Path) {
        let package = |name: &str, dependencies: &[&str]| {
            let folder = root.join(name);
            std::fs::create_dir_all(folder.join("src")).expect("a folder");
            std::fs::write(folder.join("src/lib.rs"), "").expect("a file");
            let dependencies = dependencies
                .iter()
                .map(|name| format!("{name} = {{ path = \"../{name}\" }}\n"));
            let dependencies: String = dependencies.collect();
            let package = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
            let text = format!("{package}\n[dependencies]\n{dependencies}");
            std::fs::write(folder.join("Cargo.toml"), text).expect("a file");
        };
        package("model_std", &[]);
        package("harness", &["model_std"]);
        package("offered", &[]);
        package("shim", &["model_std"]);
        package("stale_shim_support", &["harness", "offered", "shim"]);
        std::fs::write(root.join("shim/build.rs"), "fn main() {}\n").expect("a file");
        let members = "[workspace]\nresolver = \"3\"\nmembers = [\"*\"]\nexclude = [\"target\"]\n";
        std::fs::write(root.join("Cargo.toml"), members).expect("a file");
    }

    #[test]
    fn a_change_of_a_shim_or_of_its_build_script_is_noticed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = folder.path();
        workspace(root);
        let support = SupportPackage {
            name: "stale_shim_support".to_owned(),
            libraries: vec![crate::exercise::Library {
                name: "offered".to_owned(),
                shim: Some("shim".to_owned()),
            }],
        };
        let tools = Tools::from_environment();
        let is_built = || {
            let is_built = std::cell::Cell::new(false);
            locate(root, Some(&support), &tools, &Cancel::new(), &|| is_built.set(true)).expect("Cargo builds them");
            is_built.get()
        };
        assert!(is_built(), "nothing is cached");
        assert!(!is_built(), "nothing has changed");
        for source in [
            "shim/src/lib.rs",
            "shim/build.rs",
            "offered/src/lib.rs",
            "shim/Cargo.toml",
        ] {
            let text = std::fs::read_to_string(root.join(source)).expect("a file");
            let comment = if source.ends_with(".rs") { "//" } else { "#" };
            std::fs::write(root.join(source), format!("{text}{comment} changed\n")).expect("a file");
            assert!(is_built(), "`{source}` has changed");
            assert!(!is_built(), "nothing has changed after `{source}`");
        }
        let executable = std::env::current_exe().expect("a path");
        std::fs::remove_file(executable.with_extension("stale_shim_support.json")).expect("it is there");
    }

    #[test]
    fn a_compiler_that_is_not_there_is_told_with_help() {
        let tools = Tools {
            cargo: "/nonexistent/cargo".into(),
            rustc: "/nonexistent/rustc".into(),
            ..tools()
        };
        let error = ask(Path::new("/"), None, &tools, &Cancel::new(), &|| {}).expect_err("there is no compiler");
        assert_eq!(error.to_string(), "failed to start `/nonexistent/rustc`");
        let help = error.help().expect("there is something to do");
        assert!(help.starts_with("install Rust"), "{help}");
    }
}
