//! Subcommands, their flags and their help.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use grader::grade::SandboxRequirement;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Grades the exercises of a course on concurrency in Rust.",
    after_help = "Exit codes: 0 every check passed · 1 graded, and something failed · 2 wrong usage · 3 not graded · 130 interrupted",
    disable_help_subcommand = true
)]
pub(crate) struct Flags {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to use colours; `auto`: on a terminal, unless NO_COLOR is set.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Grade what you wrote, or another submission.
    Grade(GradeFlags),
    /// Run one interleaving again, named by the token that came with a failure.
    Replay(ReplayFlags),
    /// List the exercises, their points and where you stand.
    List,
    /// Prove the grader: solutions pass, stubs fail, each known mistake gets exactly its findings.
    Verify(VerifyFlags),
    /// Measure the grader against its floor and against `cargo test`, or its explorer against others.
    Bench(BenchFlags),
    /// Run everything that has to hold before a change is merged.
    Ci,
    /// Check the rules of the repository: headers, names, manifests, paths named in documents.
    Tidy,
}

/// Flags of `grade`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask grade stdout_writer                          what you wrote
  cargo xtask grade stdout_writer --hint                   with the first hint for each check that fails
  cargo xtask grade stdout_writer --solution               the reference solution
  cargo xtask grade stdout_writer --submission ~/mine.rs   another file, or a folder with `src/lib.rs`
  cargo xtask grade --all --format json                    one line of JSON an exercise")]
pub(crate) struct GradeFlags {
    /// The exercises to grade.
    #[arg(required_unless_present = "all", value_name = "EXERCISE")]
    pub(crate) exercises: Vec<String>,
    /// Grade every exercise.
    #[arg(long, conflicts_with_all = ["exercises", "submissions"])]
    pub(crate) all: bool,
    /// Grade the reference solution instead of what you wrote.
    #[arg(long, conflicts_with = "submissions")]
    pub(crate) solution: bool,
    /// Grade a folder with `src/lib.rs`, or one `.rs` file; may be given several times.
    #[arg(long = "submission", value_name = "PATH")]
    pub(crate) submissions: Vec<PathBuf>,
    /// Run only this check.
    #[arg(long, value_name = "NAME")]
    pub(crate) check: Option<String>,
    /// Show the first hint for each check that fails; `--hint=2` the first two, and so on.
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "1", action = ArgAction::Append)]
    hint: Vec<usize>,
    /// Show all of the evidence instead of what matters.
    #[arg(long)]
    pub(crate) full: bool,
    /// How to print the report.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// How to contain the submission; the report says what held. Without it: `require` where CI is set, `auto` elsewhere.
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) containment: Option<Containment>,
}

impl GradeFlags {
    /// How many hints to show for each check that fails.
    pub(crate) fn hints(&self) -> usize {
        // `--hint --hint` asks for as much as `--hint=2`.
        self.hint.iter().sum()
    }
}

/// Flags of `replay`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask replay stdout_writer 1-9f3a                  the token stands below a failure, after `replay:`
  cargo xtask replay stdout_writer 1-9f3a --full           every step")]
pub(crate) struct ReplayFlags {
    /// The exercise.
    pub(crate) exercise: String,
    /// The token that came with the failure.
    pub(crate) token: String,
    /// Run the reference solution instead of what you wrote.
    #[arg(long, conflicts_with = "submission")]
    pub(crate) solution: bool,
    /// Run a folder with `src/lib.rs`, or one `.rs` file.
    #[arg(long, value_name = "PATH")]
    pub(crate) submission: Option<PathBuf>,
    /// Show all steps instead of those that matter.
    #[arg(long)]
    pub(crate) full: bool,
    /// How to print the interleaving.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// How to contain the submission, as in `grade`.
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) containment: Option<Containment>,
}

/// Flags of `verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask verify                                       every exercise
  cargo xtask verify stdout_writer                         one")]
pub(crate) struct VerifyFlags {
    /// The exercises to verify; all of them where none is named.
    #[arg(value_name = "EXERCISE")]
    pub(crate) exercises: Vec<String>,
}

/// Flags of `bench`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask bench stdout_writer                          how long it takes to grade its solution
  cargo xtask bench model-std                              the explorer beside shuttle and loom
  cargo xtask bench containment                            what containment costs, level by level")]
pub(crate) struct BenchFlags {
    /// The exercise whose solution is graded, or `model-std` or `containment`; the first of the course where none is named.
    #[arg(value_name = "EXERCISE")]
    pub(crate) exercise: Option<String>,
    /// How often each duration is measured; the fastest counts, for `model-std` the median.
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a reader.
    Human,
    /// One document a line.
    Json,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Also in a pipe.
    Always,
    /// Not at all.
    Never,
}

/// How to contain a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Containment {
    /// As well as this machine can.
    Auto,
    /// As well as this machine can, and not at all where a submission could open others' files.
    Require,
    /// With what every Unix has: process groups, limits and timeouts.
    Basic,
}

impl Containment {
    /// What is asked for; without a flag, what suits the place: a student's own machine, or one that grades others.
    pub(crate) fn requirement(flag: Option<Containment>) -> SandboxRequirement {
        let is_set = |value: OsString| !value.is_empty() && value != "false";
        let default = if std::env::var_os("CI").is_some_and(is_set) {
            Containment::Require
        } else {
            Containment::Auto
        };
        match flag.unwrap_or(default) {
            Containment::Auto => SandboxRequirement::AUTO,
            Containment::Require => SandboxRequirement::REQUIRE,
            Containment::Basic => SandboxRequirement::BASIC,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn grade(args: &[&str]) -> GradeFlags {
        let args = ["xtask", "grade"].iter().chain(args).map(OsString::from);
        match Flags::try_parse_from(args).expect("the flags are right").command {
            Command::Grade(flags) => flags,
            other => panic!("expected `grade`, got {other:?}"),
        }
    }

    #[test]
    fn a_hint_takes_its_number_in_any_form() {
        assert_eq!(grade(&["a"]).hints(), 0);
        assert_eq!(grade(&["a", "--hint"]).hints(), 1);
        assert_eq!(grade(&["a", "--hint=3"]).hints(), 3);
        assert_eq!(grade(&["a", "--hint", "--hint"]).hints(), 2);
    }

    #[test]
    fn a_hint_before_an_exercise_leaves_the_exercise_alone() {
        let flags = grade(&["--hint", "stdout_writer"]);
        assert_eq!((flags.hints(), flags.exercises), (1, vec!["stdout_writer".to_owned()]));
    }

    #[test]
    fn the_flags_do_not_contradict_themselves() {
        use clap::CommandFactory;
        Flags::command().debug_assert();
    }
}
