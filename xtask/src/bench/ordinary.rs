//! What other courses do: `cargo test` of ordinary crates with the same checks, after an edit.
//!
//! There are two crates, since a crate has one `std`. `modelled` has the checks as ordinary tests over `model-std`, and
//! `real` has the exercise's program and a test that runs it as each check of kind `program` does.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::{env, fs, io};

use grader::exercise::CheckWork;
use grader::libraries::Tools;
use sandbox::process::{self, ExitReason, Input, Level, Limits, Policy, Profile};

use super::{Bench, Error, copy_sources, succeed};

/// How long the tests of a submission may take: some never end.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The manifest of the workspace of both crates, up to the profiles.
const WORKSPACE: &str = "\
[workspace]
members = [\"modelled\", \"real\"]
resolver = \"3\"

";

/// Writes both crates.
pub(super) fn create(bench: &Bench) -> io::Result<()> {
    let folder = bench.folder.path().join("ordinary");
    create_modelled(bench, &folder.join("modelled"))?;
    create_real(bench, &folder.join("real"))?;
    fs::write(folder.join("Cargo.toml"), WORKSPACE.to_owned() + &profiles(bench)?)?;
    // The workspace's lock file names versions that are already downloaded, so `--offline` works.
    fs::copy(bench.workspace.root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}

/// The profiles of the course's workspace, which decide how fast the libraries are. They end its manifest.
fn profiles(bench: &Bench) -> io::Result<String> {
    let manifest = fs::read_to_string(bench.workspace.root.join("Cargo.toml"))?;
    let start = manifest.find("[profile.").unwrap_or(manifest.len());
    Ok(manifest[start..].to_owned())
}

fn create_modelled(bench: &Bench, folder: &Path) -> io::Result<()> {
    let name = &bench.exercise.name;
    let grader = bench.workspace.root.join("grader");
    copy_sources(bench, &folder.join("src"))?;
    fs::remove_file(folder.join("src/main.rs"))?;
    let manifest = format!(
        "[package]\nname = \"modelled\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\nname = \"{name}\"\n\n\
         [dependencies]\nstd = {{ package = \"model-std\", path = {model:?} }}\n\n\
         [dev-dependencies]\nharness = {{ path = {harness:?} }}\n",
        model = grader.join("model-std"),
        harness = grader.join("harness"),
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    let tests = folder.join("tests/checks");
    fs::create_dir_all(&tests)?;
    let sources = bench.model_checks.parent().expect("a main file is in a folder");
    for entry in fs::read_dir(sources)? {
        let entry = entry?;
        fs::copy(entry.path(), tests.join(entry.file_name()))?;
    }
    let mut main = fs::read_to_string(tests.join("main.rs"))?;
    for check in &bench.exercise.checks {
        if let CheckWork::Model = check.work {
            let name = &check.name;
            write!(
                main,
                "\n#[test]\nfn check_{name}() {{\n    Check::assert(CHECKS, \"{name}\");\n}}\n"
            )
            .expect("writing to a `String` does not fail");
        }
    }
    fs::write(tests.join("main.rs"), main)
}

fn create_real(bench: &Bench, folder: &Path) -> io::Result<()> {
    let name = &bench.exercise.name;
    copy_sources(bench, &folder.join("src"))?;
    let manifest =
        format!("[package]\nname = \"real\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\nname = \"{name}\"\n");
    fs::write(folder.join("Cargo.toml"), manifest)?;
    let mut tests = String::from("use std::process::Command;\n");
    for check in &bench.exercise.checks {
        if let CheckWork::Program(program) = &check.work {
            let (name, args) = (&check.name, &program.args);
            write!(
                tests,
                "\n#[test]\nfn {name}() {{\n    let args: &[&str] = &{args:?};\n    \
                 let output = Command::new(env!(\"CARGO_BIN_EXE_real\")).args(args).output();\n    \
                 assert!(output.expect(\"the program starts\").status.success());\n}}\n"
            )
            .expect("writing to a `String` does not fail");
        }
    }
    fs::create_dir_all(folder.join("tests"))?;
    fs::write(folder.join("tests/program.rs"), tests)
}

/// Edits the code and tests it.
pub(super) fn test(bench: &Bench) -> Result<(), Error> {
    let folder = bench.folder.path().join("ordinary");
    for form in ["modelled", "real"] {
        let library = folder.join(form).join("src/lib.rs");
        let edit = || {
            let mut text = fs::read_to_string(&library)?;
            text.push_str("// edited\n");
            fs::write(&library, text)
        };
        edit().map_err(|error: io::Error| Error::failed(format!("failed to edit `{}`: {error}", library.display())))?;
    }
    succeed(
        Command::new(Tools::from_environment().cargo)
            .args(["test", "--offline", "--quiet", "--workspace"])
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .current_dir(&folder),
    )
}

/// Tests somebody's source in place of the solution. What the tests say does not matter.
pub(super) fn test_submission(bench: &Bench, source: &str) -> Result<(), Error> {
    let folder = bench.folder.path().join("ordinary");
    for form in ["modelled", "real"] {
        fs::write(folder.join(form).join("src/lib.rs"), source).map_err(Error::Output)?;
    }
    let mut env: Vec<_> = env::vars_os().collect();
    env.push(("CARGO_TARGET_DIR".into(), folder.join("target").into()));
    let command = process::Command {
        program: Tools::from_environment().cargo,
        args: ["test", "--offline", "--quiet", "--workspace", "--no-fail-fast"]
            .map(Into::into)
            .to_vec(),
        env,
        folder,
        input: Input::Nothing,
        policy: Policy::of(Profile::Compile, Level::Basic),
    };
    let limits = Limits {
        wall: TIME_LIMIT,
        waiting: TIME_LIMIT,
        cpu: None,
        memory: None,
        output: 1 << 20,
        threads: u64::MAX,
    };
    let ended = process::run(&command, &limits, &bench.cancel).map_err(|error| Error::Ungraded(Box::new(error)))?;
    if ended.exit_reason == ExitReason::Cancelled {
        return Err(Error::Interrupted);
    }
    Ok(())
}
