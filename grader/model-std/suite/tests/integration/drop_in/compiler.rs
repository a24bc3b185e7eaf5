//! Compiles programs with `rustc`, against the real `std` and against the modelled one, and runs them.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::SystemTime;

/// The library that a program is compiled against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    Real,
    Modelled,
}

pub(crate) const LIBRARIES: [Library; 2] = [Library::Real, Library::Modelled];

/// What makes a program call `model-std` in place of atomic instructions.
const ATOMIC_CALLS: [&str; 3] = [
    "-Cpasses=tsan-module",
    "-Cpasses=function(tsan)",
    "-Cllvm-args=-tsan-instrument-func-entry-exit=0",
];

/// A folder for the output of one test.
pub(crate) struct Workshop {
    folder: PathBuf,
}

impl Workshop {
    /// An empty folder for the test with this name.
    pub(crate) fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).expect("an old folder can be removed");
        }
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        Self { folder }
    }

    /// Compiles `source`, the text of a crate, as a library without code.
    pub(crate) fn check(&self, library: Library, edition: &str, source: &str) -> Output {
        let file = self.folder.join("source.rs");
        std::fs::write(&file, source).expect("a file can be written");
        let mut rustc = self.rustc(edition);
        rustc
            .args([
                "--crate-type",
                "lib",
                "--emit",
                "metadata",
                "--crate-name",
                "source",
                "--error-format=short",
            ])
            .arg(&file);
        rustc.args(standard(library)).output().expect("rustc runs")
    }

    /// Compiles and runs `source`, a file in `testdata/drop_in`, and returns the lines that its function `run` returns.
    #[track_caller]
    pub(crate) fn run(&self, library: Library, edition: &str, source: &str) -> String {
        let sources = testdata("drop_in");
        self.compile(library, edition, ("program", &sources.join(source)), &[]);
        let runner = if library == Library::Real {
            "run_real"
        } else {
            "run_modelled"
        };
        self.compile_runner(library, "program", &sources.join(format!("{runner}.rs")), &[]);
        self.output_of(runner, &[] as &[u64])
    }

    /// Compiles `programs.rs` in `testdata/reference_counts`. Against the modelled library, it and what is compiled
    /// against it gets calls in place of atomic instructions.
    #[track_caller]
    pub(crate) fn compile_counting(&self, library: Library) {
        let source = testdata("reference_counts").join("programs.rs");
        self.compile(library, "2024", ("programs", &source), atomic_calls(library));
    }

    /// Compiles `runner`, a file in `testdata/reference_counts`, against [`Workshop::compile_counting`], and returns
    /// what it prints.
    #[track_caller]
    pub(crate) fn run_counting(&self, library: Library, runner: &str, arguments: &[u64]) -> String {
        let source = testdata("reference_counts").join(format!("{runner}.rs"));
        self.compile_runner(library, "programs", &source, atomic_calls(library));
        self.output_of(runner, arguments)
    }

    fn compile(&self, library: Library, edition: &str, (name, source): (&str, &Path), flags: &[&str]) {
        let mut rustc = self.rustc(edition);
        rustc
            .args(["--crate-type", "rlib", "--crate-name", name])
            .args(flags)
            .arg(source);
        succeed(rustc.args(standard(library)));
    }

    fn compile_runner(&self, library: Library, name: &str, source: &Path, flags: &[&str]) {
        let mut program = OsString::from(format!("{name}="));
        program.push(self.folder.join(format!("lib{name}.rlib")));
        let mut rustc = self.rustc("2024");
        rustc.args(flags).arg("--extern").arg(program).arg(source);
        if library == Library::Modelled {
            rustc.arg("--extern").arg(named("model_std")).args(dependencies());
        }
        succeed(&mut rustc);
    }

    fn output_of(&self, program: &str, arguments: &[impl ToString]) -> String {
        let mut command = Command::new(self.folder.join(program));
        command.args(arguments.iter().map(ToString::to_string));
        let output = succeed(command.env("RUST_BACKTRACE", "0"));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Compiles `source`, a program in `testdata/drop_in`, against the modelled library, and returns what it prints.
    #[track_caller]
    pub(crate) fn run_program(&self, source: &str, arguments: &[&str]) -> String {
        let mut rustc = self.rustc("2024");
        rustc
            .args(["--crate-name", "program"])
            .arg(testdata("drop_in").join(source));
        succeed(rustc.args(standard(Library::Modelled)));
        self.output_of("program", arguments)
    }

    fn rustc(&self, edition: &str) -> Command {
        let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc
            .args(["--edition", edition, "-C", "debuginfo=0", "--out-dir"])
            .arg(&self.folder);
        rustc
    }
}

/// The folder with this name of programs for tests.
fn testdata(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(folder)
}

/// The options for a program whose reference counts the library is to see.
fn atomic_calls(library: Library) -> &'static [&'static str] {
    match library {
        Library::Real => &[],
        Library::Modelled => &ATOMIC_CALLS,
    }
}

/// Runs a command that must succeed.
#[track_caller]
fn succeed(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("failed to run `{command:?}`: {error}"));
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "`{command:?}`: {}\n{stdout}\n{stderr}",
        output.status
    );
    output
}

/// The arguments that replace `std` and `core` by a library.
fn standard(library: Library) -> Vec<OsString> {
    match library {
        Library::Real => Vec::new(),
        Library::Modelled => {
            let names = ["std", "core"].into_iter();
            let arguments = names.flat_map(|name| ["--extern".into(), named(name)]);
            arguments.chain(dependencies()).collect()
        }
    }
}

/// The modelled library under `name`, as `--extern` wants it.
fn named(name: &str) -> OsString {
    let mut argument = OsString::from(format!("{name}="));
    argument.push(model_std());
    argument
}

fn dependencies() -> [OsString; 2] {
    let mut folder = OsString::from("dependency=");
    folder.push(deps());
    ["-L".into(), folder]
}

/// The folder of compiled libraries, which is also that of the executable of this test.
fn deps() -> PathBuf {
    let executable = executable();
    executable
        .parent()
        .expect("an executable stands in a folder")
        .to_owned()
}

fn executable() -> PathBuf {
    std::env::current_exe().expect("an executable has a path")
}

/// The modelled library that Cargo built for this test: the newest one that is not newer than this test. Another build
/// may be adding one at this moment.
fn model_std() -> PathBuf {
    let is_library = |path: &PathBuf| {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        name.starts_with("libmodel_std-") && name.ends_with(".rlib")
    };
    let built = |path: &PathBuf| {
        path.metadata()
            .and_then(|metadata| metadata.modified())
            .unwrap_or(SystemTime::UNIX_EPOCH)
    };
    let own = built(&executable());
    let files = std::fs::read_dir(deps())
        .expect("a folder can be read")
        .filter_map(|entry| Some(entry.ok()?.path()));
    files
        .filter(|path| is_library(path) && built(path) <= own)
        .max_by_key(built)
        .expect("Cargo has built the library")
}
