//! Subcommands, their flags and their help.

use std::ffi::OsString;
use std::num::NonZero;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use grader::grade::SandboxRequirement;
use grader::share::Share;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Grades the exercises of a course on concurrency in Rust.

Without a command it says where you stand and what comes next.",
    after_help = "\
Exit codes:
  0    every check passed
  1    graded, and a check failed
  2    wrong usage
  3    not graded: the grader could not do its work
  130  interrupted",
    disable_help_subcommand = true
)]
pub(crate) struct Flags {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// When to use colours; `auto` is on a terminal, unless NO_COLOR is set.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Grade what you wrote each time you save it.
    Watch(WatchFlags),
    /// Grade what you wrote, or another submission.
    Grade(GradeFlags),
    /// Show a hint for what failed, one step more each time.
    Hint(HintFlags),
    /// Grade, and make a page to step through what fails.
    Show(ShowFlags),
    /// Run a failing interleaving again, step by step.
    Replay(ReplayFlags),
    /// Be the scheduler: choose which thread of your program goes next.
    Play(PlayFlags),
    /// List the exercises, their points and where you stand.
    List,
    /// Go to the next exercise that does not pass yet.
    Next,
    /// Bring the stub back; what you wrote is kept beside it.
    Reset(ResetFlags),
    /// Show the reference solution, once yours passes.
    Solution(SolutionFlags),
    /// Grade what a class has handed in; write marks and feedback.
    Class(ClassFlags),
    /// Make what students get: the course without the solutions.
    Handout(HandoutFlags),
    /// Build what gradings need, so that later ones build and fetch nothing.
    Prepare(PrepareFlags),
    /// Print what makes a shell complete these commands.
    Completions(CompletionsFlags),
    /// Make the files of a new exercise, for its author to fill in.
    New(NewFlags),
    /// Test the grader on solutions, stubs and known mistakes.
    Verify(VerifyFlags),
    /// Test the checks on small changes of solutions and variants.
    Mutate(MutateFlags),
    /// Measure how fast the grader is.
    Bench(BenchFlags),
    /// Take the pictures of the README.
    Pictures(PicturesFlags),
    /// Run all tests and checks of this repository.
    Ci,
    /// Check this repository's rules for names, manifests and documents.
    Tidy,
}

/// Flags of `watch`.
#[derive(Debug, Args)]
pub(crate) struct WatchFlags {
    /// The exercise, by name or path; the current one if left out.
    #[arg(value_name = "EXERCISE")]
    pub(crate) exercise: Option<String>,
    /// How well to contain what you wrote, as in `grade`.
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) containment: Option<Containment>,
}

/// Flags of `hint`.
#[derive(Debug, Args)]
pub(crate) struct HintFlags {
    /// The exercise, by name or path; the current one if left out.
    #[arg(value_name = "EXERCISE")]
    pub(crate) exercise: Option<String>,
}

/// Flags of `reset`.
#[derive(Debug, Args)]
pub(crate) struct ResetFlags {
    /// The exercise, by name or path.
    #[arg(value_name = "EXERCISE")]
    pub(crate) exercise: String,
}

/// Flags of `solution`.
#[derive(Debug, Args)]
pub(crate) struct SolutionFlags {
    /// The exercise, by name or path.
    #[arg(value_name = "EXERCISE")]
    pub(crate) exercise: String,
    /// Show it even if yours does not pass yet.
    #[arg(long)]
    pub(crate) anyway: bool,
}

/// Flags of `completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Add to your shell's configuration, from the folder of the course:
  bash   source <(cargo xtask completions bash)
  fish   cargo xtask completions fish | source
  zsh    source <(cargo xtask completions zsh)")]
pub(crate) struct CompletionsFlags {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: Shell,
}

/// A shell that completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Fish,
    Zsh,
}

/// Flags of `grade`.
#[derive(Debug, Args)]
#[command(after_help = "\
Containment:
  auto     as well as this machine can
  require  as auto, but do not grade where a submission could open your files
  basic    only process groups and limits, as on any Unix
The default is `require` where CI is set, and `auto` elsewhere.

Formats:
  human        for a reader
  json         one line for each submission
  rustc        for an editor: the compiler's JSON
  github       for GitHub Actions: a log, marks at the lines, a job summary
  junit        one document with a test suite for each submission
  sarif        one document with a result for each mistake, for code scanning
  gradescope, exercism, classroom50
               one document for that system: results.json or result.json. The
               exit code is then 0 if everything was graded. `classroom50` reads
               from the environment what its runner says of the submission.

Examples:
  cargo xtask grade                                    the current exercise
  cargo xtask grade stdout_writer                      what you wrote
  cargo xtask grade stdout_writer --hint               with a first hint
  cargo xtask grade stdout_writer --solution           the reference solution
  cargo xtask grade stdout_writer --submission my.rs   another file or folder
  cargo xtask grade --all --format json                one line of JSON each
  cargo xtask grade --all --format junit > junit.xml   for a CI service")]
pub(crate) struct GradeFlags {
    /// The exercises to grade, by name or path; the current one if left out.
    #[arg(value_name = "EXERCISE")]
    pub(crate) exercises: Vec<String>,
    /// Grade every exercise.
    #[arg(long, conflicts_with_all = ["exercises", "submissions"])]
    pub(crate) all: bool,
    /// Grade every exercise that is no longer as it was handed out.
    #[arg(long, conflicts_with_all = ["exercises", "all", "solution", "submissions"])]
    pub(crate) changed: bool,
    /// Grade the reference solution instead of what you wrote.
    #[arg(long, conflicts_with = "submissions")]
    pub(crate) solution: bool,
    /// Grade this `.rs` file, or folder with `src/lib.rs`; may be repeated.
    #[arg(long = "submission", value_name = "PATH")]
    pub(crate) submissions: Vec<PathBuf>,
    /// Run only this check.
    #[arg(long, value_name = "NAME")]
    pub(crate) check: Option<String>,
    /// After a failure, skip the checks of later kinds; the score is then a minimum.
    #[arg(long)]
    pub(crate) fast: bool,
    /// Show a hint for each check that fails; `--hint=2` shows two, `--hint=3` three.
    #[arg(
        long,
        value_name = "N",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "1",
        action = ArgAction::Append
    )]
    hint: Vec<usize>,
    /// Show each check with all of its evidence, not each cause on one screen.
    #[arg(long)]
    pub(crate) full: bool,
    /// Say more of what holds for every report: what passed, what was explored, the containment.
    #[arg(long)]
    pub(crate) verbose: bool,
    /// How to print the report, see below.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Also write the report as a page for a browser.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// How well to contain the submission, see below.
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

/// Flags of `show`.
#[derive(Debug, Args)]
#[command(after_help = "\
The page is one file that needs no network. It shows the failing interleaving
step by step, beside the source: who waits for whom, what each lock and atomic
holds, and the nearest interleaving that passes.

Examples:
  cargo xtask show semaphores                                what you wrote
  cargo xtask show semaphores timeouts_end_at_their_deadline one check
  cargo xtask show --open                                    the current exercise, in your browser")]
pub(crate) struct ShowFlags {
    /// The exercise; the current one if left out.
    pub(crate) exercise: Option<String>,
    /// Run only this check.
    pub(crate) check: Option<String>,
    /// Show the reference solution instead of what you wrote.
    #[arg(long, conflicts_with = "submission")]
    pub(crate) solution: bool,
    /// Show this `.rs` file, or folder with `src/lib.rs`.
    #[arg(long, value_name = "PATH")]
    pub(crate) submission: Option<PathBuf>,
    /// Write the page to this file.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Open the page in a browser.
    #[arg(long)]
    pub(crate) open: bool,
    /// How well to contain the submission, as in `grade`.
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) containment: Option<Containment>,
}

/// Flags of `replay`.
#[derive(Debug, Args)]
#[command(after_help = "\
`grade` prints the whole command below a failure, after `replay:`.")]
pub(crate) struct ReplayFlags {
    /// The exercise.
    pub(crate) exercise: String,
    /// The token that came with the failure.
    pub(crate) token: String,
    /// Run the reference solution instead of what you wrote.
    #[arg(long, conflicts_with = "submission")]
    pub(crate) solution: bool,
    /// Run this `.rs` file, or folder with `src/lib.rs`.
    #[arg(long, value_name = "PATH")]
    pub(crate) submission: Option<PathBuf>,
    /// Show every step, not only those that matter.
    #[arg(long)]
    pub(crate) full: bool,
    /// How to print the interleaving: for a reader, or as one line of JSON.
    #[arg(
        long,
        default_value = "human",
        value_parser = PossibleValuesParser::new(["human", "json"])
            .map(|name| Format::from_str(&name, false).expect("these are formats"))
    )]
    pub(crate) format: Format,
    /// How well to contain the submission, as in `grade`.
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) containment: Option<Containment>,
}

/// Flags of `pictures`.
#[derive(Debug, Args)]
pub(crate) struct PicturesFlags {
    /// Write them to this folder.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
}

/// Flags of `play`.
#[derive(Debug, Args)]
#[command(after_help = "\
At each step, choose which thread goes next, take choices back, or ask whether
it can still go wrong from here. `?` explains the keys. Lines are read from
standard input, so `printf '2\\nr\\n' | cargo xtask play semaphores` plays as well.

Examples:
  cargo xtask play semaphores                 the first check that fails
  cargo xtask play semaphores no_lost_wakeup  this check
  cargo xtask play semaphores --solution      the reference solution")]
pub(crate) struct PlayFlags {
    /// The exercise.
    pub(crate) exercise: String,
    /// The check; the first that fails if left out.
    pub(crate) check: Option<String>,
    /// The scenario of the check, or a part of its name; the first that fails if left out.
    #[arg(long, value_name = "NAME")]
    pub(crate) scenario: Option<String>,
    /// Play the reference solution instead of what you wrote.
    #[arg(long, conflicts_with = "submission")]
    pub(crate) solution: bool,
    /// Play this `.rs` file, or folder with `src/lib.rs`.
    #[arg(long, value_name = "PATH")]
    pub(crate) submission: Option<PathBuf>,
    /// How well to contain the submission, as in `grade`.
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) containment: Option<Containment>,
}

/// Flags of `verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Solutions and variants must pass, stubs must fail, and each known mistake must
get exactly the findings that its header names.

`--thorough` grades them again and again, in another order each time, while all
cores are busy. It counts right submissions that fail, wrong ones that pass, and
verdicts that change. Exit code 1 says that one of these numbers is not 0.")]
pub(crate) struct VerifyFlags {
    /// The exercises to verify; all of them if none is named.
    #[arg(value_name = "EXERCISE")]
    pub(crate) exercises: Vec<String>,
    /// Grade all solutions and stubs, but only this share of variants and mistakes, such as 2/6.
    #[arg(long, value_name = "K/N", conflicts_with = "thorough")]
    pub(crate) share: Option<Share>,
    /// Repeat it on a loaded machine, see below.
    #[arg(long)]
    pub(crate) thorough: bool,
    /// How often each submission is graded.
    #[arg(long, default_value_t = NonZero::new(5).expect("it is not zero"), value_name = "N", requires = "thorough")]
    pub(crate) rounds: NonZero<u32>,
    /// The number that the orders follow from.
    #[arg(long, default_value_t = 1, value_name = "N", requires = "thorough")]
    pub(crate) seed: u64,
}

/// Flags of `class`.
#[derive(Debug, Args)]
#[command(after_help = "\
The folder of submissions holds a file or folder for each student, and its name
is the student's id: `jo.rs`, `jo/lib.rs`, `jo/src/lib.rs`; for several exercises
`jo/<exercise>/src/lib.rs` or a checkout of the course, `jo/exercises/…`. A zip
of a folder, `jo.zip` or the only file in `jo`, stands for that folder.

The output folder gets index.html, marks.csv, results.jsonl, junit.xml, and for
each student feedback/<id>/<exercise>.txt and .html. `--outputs` adds to that
feedback/<id>/gradescope.json, exercism.json and interleave.sarif.
In marks.csv, `score` is empty where nobody knows it, and 0 where nothing was
handed in; `note` says which. A cell that a spreadsheet would take for a formula
begins with an apostrophe.

Exit codes: 0 everything is graded, 3 something could not be graded, 75 the same
for a part: run it again.

Examples:
  cargo xtask class semaphores --submissions handed-in --out marks
  cargo xtask class --all --submissions handed-in --roster class.csv --out marks
  cargo xtask class semaphores --submissions canvas --id-from '^([^_]+)_' --out m
  cargo xtask class semaphores --submissions handed-in --out marks --resume
  cargo xtask class semaphores --submissions handed-in --out marks --part 3/8
  cargo xtask class semaphores --submissions handed-in --out marks --script slurm")]
pub(crate) struct ClassFlags {
    /// The exercises.
    #[arg(value_name = "EXERCISE", conflicts_with = "all")]
    pub(crate) exercises: Vec<String>,
    /// All exercises.
    #[arg(long)]
    pub(crate) all: bool,
    /// The folder with what was handed in.
    #[arg(long, value_name = "DIR")]
    pub(crate) submissions: PathBuf,
    /// The folder for reports, marks and feedback.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Who is in the class: a CSV file with the columns `id` and `name`.
    #[arg(long, value_name = "CSV")]
    pub(crate) roster: Option<PathBuf>,
    /// A regular expression whose first group is the id in the name of a file or folder.
    #[arg(long, value_name = "REGEX")]
    pub(crate) id_from: Option<String>,
    /// Also write these files for each student: gradescope, exercism, sarif.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        hide_possible_values = true,
        value_name = "FORMAT,…"
    )]
    pub(crate) outputs: Vec<Output>,
    /// Go on in an output folder that holds reports; what is graded is not graded again.
    #[arg(long)]
    pub(crate) resume: bool,
    /// Grade only this part of the submissions, such as 3/8, and write only reports.
    #[arg(long, value_name = "K/N")]
    pub(crate) part: Option<Share>,
    /// Print a script that runs the parts on a cluster, and grade nothing.
    #[arg(long, value_enum, value_name = "SYSTEM", conflicts_with_all = ["part", "resume"])]
    pub(crate) script: Option<Cluster>,
    /// How many parts the script has; by default one for every 100 submissions.
    #[arg(long, value_name = "N", requires = "script")]
    pub(crate) parts: Option<NonZero<usize>>,
    /// How well to contain the submissions, as in `grade`.
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) containment: Option<Containment>,
}

/// Flags of `handout`.
#[derive(Debug, Args)]
#[command(after_help = "\
The handout has the exercises, the grader and a README for students, and neither
solutions, mistakes, variants nor tests. `.github/workflows/grade.yml` in it
grades on GitHub what a student has pushed. Files that Git does not know are
left out.

Before the folder is there, the handout is built, every stub is graded in it and
fails, and every solution of yours passes in it. Handouts of one course are the
same byte for byte.

Example:
  cargo xtask handout ../course-2027")]
pub(crate) struct HandoutFlags {
    /// The folder to make; it is new or empty.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Do not build the handout and grade in it.
    #[arg(long)]
    pub(crate) no_check: bool,
}

/// Flags of `prepare`.
#[derive(Debug, Args)]
pub(crate) struct PrepareFlags {
    /// The exercises; all of them if none is named.
    #[arg(value_name = "EXERCISE")]
    pub(crate) exercises: Vec<String>,
}

/// Flags of `new`.
#[derive(Debug, Args)]
#[command(after_help = "\
Writes the statement, the stub, the program, the hints, a solution with a variant
and mistakes, and checks: one over every interleaving, one with a measure of what
some interleaving reaches, one of a panic and one of threads that are left.
`cargo xtask verify EXERCISE` then lists what is still to be written.

An item is a function, a type, or the methods of one, as a statement shows them.
A struct without fields is one whose fields are up to the student. Well-known
names of std, such as `Duration`, need no path.

Examples:
  cargo xtask new turnstiles --part threads --item 'pub fn count(doors: usize) -> u64'
  cargo xtask new gate --library crossbeam-channel --item 'pub struct Gate' \\
      --item 'impl Gate { pub fn new() -> Self; pub fn pass(&self); }'
  cargo xtask new sums --kind model --kind service --kind program")]
pub(crate) struct NewFlags {
    /// The name of the exercise, such as `bounded_queue`.
    #[arg(value_name = "EXERCISE")]
    pub(crate) name: String,
    /// The part of the course; that of the last exercise if left out.
    #[arg(long, value_enum, ignore_case = true, value_name = "PART")]
    pub(crate) part: Option<NewPart>,
    /// A library of the workspace that a submission may use; may be repeated.
    #[arg(long = "library", value_name = "NAME")]
    pub(crate) libraries: Vec<String>,
    /// A public item that a submission has to define; may be repeated.
    #[arg(long = "item", value_name = "SIGNATURE")]
    pub(crate) items: Vec<String>,
    /// A kind of checks, of `model` and `program` if left out; may be repeated.
    #[arg(long = "kind", value_enum, value_name = "KIND")]
    pub(crate) kinds: Vec<NewKind>,
}

/// A part of the course. Names with spaces are allowed as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum NewPart {
    Threads,
    Locks,
    Signals,
    #[value(alias = "Pools and futures")]
    PoolsAndFutures,
    #[value(alias = "Processes and the network")]
    ProcessesAndTheNetwork,
}

/// A kind of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum NewKind {
    /// Every interleaving of a small workload.
    Model,
    /// Real threads, children or a server, several checks side by side.
    Service,
    /// Real threads with the machine to themselves.
    Speed,
    /// The exercise's program, as a process.
    Program,
}

/// Flags of `mutate`.
#[derive(Debug, Args)]
#[command(after_help = "\
A mutant is the solution, or a variant, with one small change. A mutant that
passes every check shows a hole in the checks, or its change makes no difference.
Those of the second kind stand with their reason in
`solutions/<exercise>/survivors.toml`.
Exit code 1 says that there are others, or that the list is out of date.

What becomes of a mutant is kept until the checks or the grader change, so a run
that was stopped goes on where it was.

Examples:
  cargo xtask mutate semaphores               all mutants of one exercise
  cargo xtask mutate semaphores --sample 100  a hundred of them
  cargo xtask mutate semaphores --survived    after a change of the checks
  cargo xtask mutate semaphores --only solution:41:while_to_if --list")]
pub(crate) struct MutateFlags {
    /// The exercises; all of them if none is named.
    #[arg(value_name = "EXERCISE")]
    pub(crate) exercises: Vec<String>,
    /// Grade only mutants that survived when they were last graded.
    #[arg(long)]
    pub(crate) survived: bool,
    /// Grade only mutants whose name contains this.
    #[arg(long, value_name = "TEXT")]
    pub(crate) only: Option<String>,
    /// Grade only this many mutants of each exercise.
    #[arg(long, value_name = "N")]
    pub(crate) sample: Option<NonZero<usize>>,
    /// The number that the sample is chosen by.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// List every mutant with what became of it.
    #[arg(long)]
    pub(crate) list: bool,
    /// Print an entry of the list for each survivor without a reason.
    #[arg(long)]
    pub(crate) entries: bool,
}

/// Flags of `bench`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  cargo xtask bench stdout_writer   a grading, compared with `cargo test`
  cargo xtask bench model-std       the explorer, compared with shuttle and loom
  cargo xtask bench containment     what each level of containment costs
  cargo xtask bench class           40 students a round, compared with `cargo test`")]
pub(crate) struct BenchFlags {
    /// An exercise, `model-std`, `containment` or `class`; the first exercise if left out.
    #[arg(value_name = "WHAT")]
    pub(crate) exercise: Option<String>,
    /// How often each duration is measured.
    #[arg(long, default_value_t = 5, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) rounds: u32,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Human,
    Json,
    Rustc,
    Github,
    /// All reports together.
    Document(DocumentFormat),
}

/// A document for another system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DocumentFormat {
    JUnit,
    Sarif,
    Gradescope,
    Exercism,
    Classroom50,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Format::Human,
            Format::Json,
            Format::Rustc,
            Format::Github,
            Format::Document(DocumentFormat::JUnit),
            Format::Document(DocumentFormat::Sarif),
            Format::Document(DocumentFormat::Gradescope),
            Format::Document(DocumentFormat::Exercism),
            Format::Document(DocumentFormat::Classroom50),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Format::Human => "human",
            Format::Json => "json",
            Format::Rustc => "rustc",
            Format::Github => "github",
            Format::Document(DocumentFormat::JUnit) => "junit",
            Format::Document(DocumentFormat::Sarif) => "sarif",
            Format::Document(DocumentFormat::Gradescope) => "gradescope",
            Format::Document(DocumentFormat::Exercism) => "exercism",
            Format::Document(DocumentFormat::Classroom50) => "classroom50",
        }))
    }
}

/// What `class` can write for each student beside text and page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Output {
    Gradescope,
    Exercism,
    Sarif,
}

/// What runs the parts of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Cluster {
    Slurm,
    Parallel,
    Kubernetes,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

/// How well to contain a submission. The help of `grade` says what each means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Containment {
    Auto,
    Require,
    Basic,
}

impl Containment {
    /// What the flag requires of the sandbox. Without a flag that is `require` where CI is set, since such a machine
    /// grades what others wrote.
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
            Some(Command::Grade(flags)) => flags,
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
    fn a_hint_does_not_take_the_exercise_for_its_number() {
        let flags = grade(&["--hint", "stdout_writer"]);
        assert_eq!((flags.hints(), flags.exercises), (1, vec!["stdout_writer".to_owned()]));
    }

    #[test]
    fn the_definitions_of_the_flags_are_consistent() {
        use clap::CommandFactory;
        Flags::command().debug_assert();
    }
}
