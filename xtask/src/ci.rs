//! `cargo xtask ci`: everything that has to hold before a change is merged, step by step.
//!
//! Each step is a command that can be repeated on its own. The first failure ends the run and prints that command.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use grader::discover::Workspace;
use grader::libraries::Tools;
use grader::share::Share;
use report::text::{Line, Text, Tone};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::for_authors;
use crate::named::current_dir;

/// One step.
struct Step {
    name: &'static str,
    args: &'static [&'static str],
    /// What follows them, where it depends on the commit.
    last: Option<String>,
}

const FORMAT: Step = Step {
    name: "format",
    args: &["fmt", "--all", "--check"],
    last: None,
};
const LINTS: Step = Step {
    name: "lints",
    args: &[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "--deny",
        "warnings",
    ],
    last: None,
};
const NEXTEST: Step = Step {
    name: "tests",
    args: &["nextest", "run", "--locked"],
    last: None,
};
const TESTS: Step = Step {
    name: "tests",
    args: &["test", "--locked", "--lib", "--bins", "--tests"],
    last: None,
};
const DOC_TESTS: Step = Step {
    name: "doc tests",
    // Without the examples in rayon's documentation, some of which use other crates: `--doc` tests even a library whose
    // manifest says that it has no doc tests.
    args: &["test", "--locked", "--doc", "--workspace", "--exclude", "model-rayon"],
    last: None,
};
const PICTURES: Step = Step {
    name: "pictures",
    args: &["xtask", "pictures", "--out", "target/interleave/pictures"],
    last: None,
};
/// In how many shares the variants and mistakes are verified: one share a commit. All of them together take longer than
/// everything else.
const SHARES: NonZero<usize> = NonZero::new(6).expect("it is not zero");

/// Runs all steps until one fails.
pub(crate) fn run(console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    for_authors::require_solutions(&workspace, "ci")?;
    let tests = if has_nextest(&workspace.root) { NEXTEST } else { TESTS };
    let mut steps = vec![FORMAT, LINTS, tests, DOC_TESTS, verify(&workspace.root)];
    let has_browser = browser::find().is_some();
    if has_browser {
        steps.push(PICTURES);
    }
    let mut durations: Vec<(&str, Duration)> = Vec::new();
    for step in steps {
        let mut text = Text::new();
        text.push(
            Line::new()
                .with(Tone::Strong, step.name)
                .with(Tone::Dim, format!("  {}", step.command())),
        );
        console.print(text)?;
        let start = Instant::now();
        if !step.succeeds(&workspace.root)? {
            let mut text = Text::new();
            text.push(Line::new().with(Tone::Bad, format!("failed: {}", step.name)));
            text.push(
                Line::new()
                    .with(Tone::Dim, "repeat just this step: ")
                    .with(Tone::Help, step.command()),
            );
            console.print(text)?;
            return Ok(ExitCode::Failed);
        }
        durations.push((step.name, start.elapsed()));
    }
    let mut text = summary(&durations);
    if !has_browser {
        let skipped = "skipped: the tests of the page in a browser, and its pictures";
        text.push(Line::new().with(Tone::Caution, skipped));
        text.push(
            Line::new()
                .with(Tone::Dim, "to run them: ")
                .with(Tone::Help, browser::HELP),
        );
    }
    if !has_slurm() {
        text.push(Line::new().with(Tone::Caution, "skipped: the test of a class on a cluster"));
        text.push(
            Line::new()
                .with(Tone::Dim, "to run it: ")
                .with(Tone::Help, "apt-get install slurmctld slurmd slurm-client munge"),
        );
    }
    console.print(text)?;
    Ok(ExitCode::Passed)
}

/// Whether a cluster can be started here. Its daemons need not be on the `PATH` of an ordinary user.
fn has_slurm() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let folders: Vec<PathBuf> = folders.collect();
    let is_there = |daemon: &str| folders.iter().any(|folder| folder.join(daemon).is_file());
    ["munged", "slurmctld", "slurmd"].iter().all(|daemon| is_there(daemon))
}

/// Verifies the share that falls to the commit, so that each run of a commit verifies the same.
fn verify(root: &Path) -> Step {
    Step {
        name: "verify",
        args: &["xtask", "verify", "--share"],
        last: Some(Share::dealt(commit(root).unwrap_or_default(), SHARES).to_string()),
    }
}

/// The first digits of the commit's name as a number, where Git knows the commit.
fn commit(root: &Path) -> Option<u64> {
    let name = Command::new("git")
        .args(["rev-parse", "--verify", "HEAD"])
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let name = str::from_utf8(&name.stdout).ok()?;
    u64::from_str_radix(name.get(..12)?, 16).ok()
}

impl Step {
    fn args(&self) -> impl Iterator<Item = &str> {
        self.args.iter().copied().chain(self.last.as_deref())
    }

    fn command(&self) -> String {
        format!("cargo {}", self.args().collect::<Vec<_>>().join(" "))
    }

    fn succeeds(&self, root: &Path) -> Result<bool, Error> {
        let status = cargo().args(self.args()).current_dir(root).status();
        let status = status.map_err(|error| Error::failed(format!("failed to start `cargo`: {error}")))?;
        Ok(status.success())
    }
}

fn cargo() -> Command {
    Command::new(Tools::from_environment().cargo)
}

fn has_nextest(root: &Path) -> bool {
    let mut version = cargo();
    version
        .args(["nextest", "--version"])
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    version.status().is_ok_and(|status| status.success())
}

fn summary(durations: &[(&str, Duration)]) -> Text {
    let mut text = Text::new();
    text.push(Line::new().with(Tone::Good, "all steps passed"));
    for (name, duration) in durations {
        let line = Line::indented(2).with(Tone::Plain, *name).pad_to(14);
        text.push(line.with(Tone::Dim, format!("{:>7.1} s", duration.as_secs_f64())));
    }
    text
}
