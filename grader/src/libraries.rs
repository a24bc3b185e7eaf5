//! The libraries that check programs link, as Cargo built them, and the compiler that built them.
//!
//! Cargo and rustup are asked once: the answer is kept beside the running executable, which Cargo links anew whenever one of
//! the libraries changes. A kept answer counts only for that executable and that compiler, and while every file is there.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use crate::cancel::Cancel;
use crate::exercise::Library;

/// How long until a tool is looked after again. What Cargo is asked for takes tens of milliseconds at best.
const TICK: Duration = Duration::from_millis(5);

/// The tools that build, as the environment names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tools {
    /// Cargo.
    pub cargo: PathBuf,
    /// The compiler, or the proxy that finds it.
    pub rustc: PathBuf,
    /// Where the compiler finds the linker.
    pub path: OsString,
    /// The package whose dependencies the libraries are taken from. Cargo builds a library once for each set of features: for
    /// the package that is running they are built already, for any other perhaps not.
    pub package: String,
}

/// The libraries that check programs link, and the compiler for whatever is linked to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Libraries {
    /// The compiler itself, by absolute path: no proxy that would look for settings.
    pub rustc: PathBuf,
    /// Its name and version: `rustc 1.95.0`.
    pub compiler: String,
    /// The controlled `std`.
    pub model_std: PathBuf,
    /// The library of the check programs.
    pub driver: PathBuf,
    /// The folder with everything that these two depend on.
    pub dependencies: PathBuf,
    /// The files in it that they depend on. There may be others, which are no submission's business.
    pub files: Vec<PathBuf>,
    /// What the exercise's kit adds, where it has one.
    pub kit: Option<Kit>,
}

/// What an exercise needs besides `std`, as Cargo built it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kit {
    /// The name of its crate.
    pub name: String,
    /// The library of what the exercise's checks have in common.
    pub library: PathBuf,
    /// The libraries that a submission may use.
    pub offered: Vec<Offered>,
    /// The program that runs beside the exercise's program, if there is one.
    pub companion: Option<PathBuf>,
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

/// Why there are no libraries to link.
#[derive(Debug, thiserror::Error)]
pub enum LibrariesError {
    /// A tool cannot be started.
    #[error("failed to start `{tool}`\nhelp: install Rust with Cargo (https://rustup.rs) and put both on the `PATH`", tool = tool.display())]
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
    /// Cargo built no such library.
    #[error("failed to find the library `{name}` among what Cargo built\nhelp: run `cargo clean` and try again")]
    Missing {
        /// Its name.
        name: String,
    },
    /// Somebody asked to stop.
    #[error("failed to build the libraries: stopped")]
    Cancelled,
}

/// What a kept answer depends on.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Key {
    executable: Stamp,
    root: PathBuf,
    /// The compiler as it is named, not where it was found: the same Cargo built the executable with it.
    compiler: PathBuf,
    /// The sources of the kit, which are no part of the executable, and the versions of all libraries.
    kit: Vec<Stamp>,
}

/// The kit to build with the libraries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitOrder {
    /// The package.
    pub package: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The libraries that a submission may use.
    pub libraries: Vec<Library>,
}

/// A file as it was when it was looked at.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Stamp {
    path: PathBuf,
    nanoseconds: u128,
    length: u64,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    key: Key,
    rustc: Stamp,
    libraries: Libraries,
}

impl Tools {
    /// The tools and the package that Cargo names to what it runs; where it names none, those on the `PATH` and `driver`.
    pub fn from_environment() -> Tools {
        let tool = |variable, name| std::env::var_os(variable).map_or_else(|| PathBuf::from(name), PathBuf::from);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let package = std::env::var("CARGO_PKG_NAME").unwrap_or_else(|_| "driver".to_owned());
        Tools {
            cargo: tool("CARGO", "cargo"),
            rustc: tool("RUSTC", "rustc"),
            path,
            package,
        }
    }
}

/// Finds the libraries of the workspace at `root`, calling `building` before Cargo has to be asked.
///
/// # Errors
///
/// When there is no compiler, or Cargo cannot build the libraries.
pub fn locate(
    root: &Path,
    kit: Option<&KitOrder>,
    tools: &Tools,
    cancel: &Cancel,
    building: &dyn Fn(),
) -> Result<Libraries, LibrariesError> {
    let executable = std::env::current_exe().ok().and_then(|path| Stamp::of(&path));
    let Some(executable) = executable else {
        return ask(root, kit, tools, cancel, building);
    };
    let file = match kit {
        Some(kit) => executable.path.with_extension(format!("{}.json", kit.package)),
        None => executable.path.with_extension("libraries.json"),
    };
    let key = Key {
        executable,
        root: root.to_owned(),
        compiler: tools.rustc.clone(),
        kit: kit.map_or(Vec::new(), |kit| kit.stamps(root)),
    };
    if let Some(kept) = read(&file)
        && kept.is_good(&key)
    {
        return Ok(kept.libraries);
    }
    let libraries = ask(root, kit, tools, cancel, building)?;
    if let Some(rustc) = Stamp::of(&libraries.rustc) {
        // What cannot be kept is asked again.
        let _ = keep(
            &file,
            &Kept {
                key,
                rustc,
                libraries: libraries.clone(),
            },
        );
    }
    Ok(libraries)
}

impl KitOrder {
    fn stamps(&self, root: &Path) -> Vec<Stamp> {
        let mut files = vec![root.join("Cargo.lock"), self.folder.join("Cargo.toml")];
        let mut folders = vec![self.folder.join("src")];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir().into_iter().flatten().flatten() {
                let path = entry.path();
                if path.is_dir() { &mut folders } else { &mut files }.push(path);
            }
        }
        files.sort();
        files.iter().filter_map(|file| Stamp::of(file)).collect()
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Stamp> {
        let metadata = path.metadata().ok()?;
        let nanoseconds = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        Some(Stamp {
            path: path.to_owned(),
            nanoseconds,
            length: metadata.len(),
        })
    }
}

impl Kept {
    fn is_good(&self, key: &Key) -> bool {
        let Libraries {
            model_std,
            driver,
            dependencies,
            ..
        } = &self.libraries;
        self.key == *key
            && Stamp::of(&self.rustc.path).as_ref() == Some(&self.rustc)
            && [model_std, driver, dependencies]
                .into_iter()
                .chain(&self.libraries.files)
                .all(|path| path.exists())
            && self.libraries.kit.as_ref().is_none_or(Kit::is_there)
    }
}

impl Kit {
    fn is_there(&self) -> bool {
        let offered = self
            .offered
            .iter()
            .flat_map(|offered| [&offered.real, &offered.modelled]);
        [&self.library]
            .into_iter()
            .chain(&self.companion)
            .chain(offered)
            .all(|path| path.exists())
    }
}

fn read(file: &Path) -> Option<Kept> {
    serde_json::from_slice(&std::fs::read(file).ok()?).ok()
}

/// Several graders may keep the same answer at once: each puts a whole file in place.
fn keep(file: &Path, kept: &Kept) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut new, kept)?;
    new.persist(file)?;
    Ok(())
}

fn ask(
    root: &Path,
    kit: Option<&KitOrder>,
    tools: &Tools,
    cancel: &Cancel,
    building: &dyn Fn(),
) -> Result<Libraries, LibrariesError> {
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
        kit.map_or(&tools.package, |kit| &kit.package),
        "--profile",
        profile,
        "--message-format=json",
        "--quiet",
    ];
    let built = call(root, cancel, &tools.cargo, &build)?;
    let messages = text(built);
    let model_std = artifact(&messages, "model_std")?;
    let driver = artifact(&messages, "driver")?;
    let dependencies = model_std.parent().unwrap_or(root).to_owned();
    let files = files(&messages);
    Ok(Libraries {
        rustc,
        compiler,
        model_std,
        driver,
        dependencies,
        files,
        kit: kit.map(|kit| find_kit(&messages, kit)).transpose()?,
    })
}

fn find_kit(messages: &str, order: &KitOrder) -> Result<Kit, LibrariesError> {
    let mut offered = Vec::new();
    for Library { name, twin } in &order.libraries {
        let real = artifact(messages, name)?;
        let modelled = match twin {
            Some(twin) => artifact(messages, twin)?,
            None => real.clone(),
        };
        offered.push(Offered {
            name: name.clone(),
            real,
            modelled,
        });
    }
    Ok(Kit {
        name: order.package.clone(),
        library: artifact(messages, &order.package)?,
        offered,
        companion: executable(messages),
    })
}

/// The tools are trusted and stay in the grader's process group: Ctrl-C reaches them as it reaches the grader. Whoever asks
/// to stop in another way does not wait for them either.
fn call(root: &Path, cancel: &Cancel, tool: &Path, args: &[&str]) -> Result<Output, LibrariesError> {
    let failed = |source| LibrariesError::Start {
        tool: tool.to_owned(),
        source,
    };
    let mut command = Command::new(tool);
    command.args(args).current_dir(root).stdin(Stdio::null());
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = child.map_err(failed)?;
    let pid = Pid::from_child(&child);
    let output = thread::scope(|scope| {
        let output = scope.spawn(|| child.wait_with_output());
        while !output.is_finished() {
            if cancel.is_cancelled() {
                // Cargo ends what it has started. Until the other thread is as good as done, the number is the child's.
                let _ = kill_process(pid, Signal::INT);
            }
            thread::sleep(TICK);
        }
        output.join().expect("waiting does not panic")
    });
    if cancel.is_cancelled() {
        return Err(LibrariesError::Cancelled);
    }
    let output = output.map_err(failed)?;
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

/// One line of what Cargo says with `--message-format=json`.
#[derive(Deserialize)]
struct Message {
    reason: String,
    target: Option<Target>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    /// The program, where the target is one.
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

/// Every file that the compiler may be led to by what it links. Cargo tells of files in the folder above their own, where they
/// have a shorter name and which may be those of another set of features; all of them can be read.
fn files(messages: &str) -> Vec<PathBuf> {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let built = messages.filter(|message| message.reason == "compiler-artifact");
    let is_library = |file: &PathBuf| {
        let extension = file.extension().and_then(|extension| extension.to_str());
        matches!(extension, Some("rlib" | "rmeta" | "so" | "dylib"))
    };
    let files = built.flat_map(|message| message.filenames).filter(is_library);
    let files = files.flat_map(|file| [file.with_extension("rlib"), file]);
    let mut files: Vec<PathBuf> = files.filter(|file| file.exists()).collect();
    files.sort();
    files.dedup();
    files
}

/// The program of the package that was built.
fn executable(messages: &str) -> Option<PathBuf> {
    let mut messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok());
    messages.find_map(|message| message.executable)
}

/// The library of that name in the folder of dependencies: the copy above that folder may be that of another set of features.
fn artifact(messages: &str, name: &str) -> Result<PathBuf, LibrariesError> {
    let messages = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok());
    // A crate's name as Cargo tells it may have hyphens.
    let is_it = |target: &Target| {
        let is_library = target.kind.iter().any(|kind| kind == "lib");
        is_library && target.name.replace('-', "_") == name
    };
    let mut found = messages
        .filter(|message| message.reason == "compiler-artifact" && message.target.as_ref().is_some_and(is_it))
        .flat_map(|message| message.filenames);
    let files: Vec<PathBuf> = found.by_ref().collect();
    let beside_metadata = files
        .iter()
        .map(|file| file.with_extension("rlib"))
        .filter(|file| file.parent().is_some_and(|folder| folder.ends_with("deps")) && file.exists());
    let any = files
        .iter()
        .filter(|file| file.extension().is_some_and(|extension| extension == "rlib"))
        .cloned();
    beside_metadata
        .chain(any)
        .next()
        .ok_or_else(|| LibrariesError::Missing { name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools() -> Tools {
        Tools {
            cargo: "cargo".into(),
            rustc: "rustc".into(),
            path: OsString::new(),
            package: "driver".to_owned(),
        }
    }

    #[test]
    fn a_library_is_found_among_the_messages_of_cargo() {
        let messages = r#"not json
{"reason":"compiler-artifact","target":{"name":"driver","kind":["bin"]},"filenames":["/t/debug/driver"]}
{"reason":"compiler-artifact","target":{"name":"driver","kind":["lib"]},"filenames":["/t/debug/libdriver.rlib","/t/debug/deps/libdriver-1.rmeta"]}
{"reason":"build-finished","success":true}"#;
        assert_eq!(
            artifact(messages, "driver").expect("it is there"),
            Path::new("/t/debug/libdriver.rlib")
        );
        assert!(matches!(
            artifact(messages, "model_std"),
            Err(LibrariesError::Missing { .. })
        ));
    }

    #[test]
    fn a_compiler_that_is_not_there_is_told_with_help() {
        let tools = Tools {
            cargo: "/nonexistent/cargo".into(),
            rustc: "/nonexistent/rustc".into(),
            ..tools()
        };
        let error = ask(Path::new("/"), None, &tools, &Cancel::new(), &|| {}).expect_err("there is no compiler");
        let text = error.to_string();
        assert!(
            text.starts_with("failed to start `/nonexistent/rustc`\nhelp: install Rust"),
            "{text}"
        );
    }

    #[test]
    fn an_answer_for_another_executable_or_without_its_files_does_not_count() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, name).expect("a file");
            path
        };
        let key = |length| Key {
            executable: Stamp {
                path: "/x".into(),
                nanoseconds: 1,
                length,
            },
            root: "/".into(),
            compiler: tools().rustc,
            kit: Vec::new(),
        };
        let libraries = Libraries {
            rustc: file("rustc"),
            compiler: "rustc 1.95.0".to_owned(),
            model_std: file("model_std"),
            driver: file("driver"),
            dependencies: folder.path().to_owned(),
            files: Vec::new(),
            kit: None,
        };
        let rustc = Stamp::of(&libraries.rustc).expect("it is there");
        let kept = Kept {
            key: key(1),
            rustc,
            libraries,
        };
        assert!(kept.is_good(&key(1)));
        assert!(!kept.is_good(&key(2)));
        std::fs::remove_file(folder.path().join("driver")).expect("it was there");
        assert!(!kept.is_good(&key(1)));
    }
}
