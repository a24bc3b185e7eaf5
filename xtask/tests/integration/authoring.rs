//! An author makes an exercise: what `new` writes compiles and is tidy, `verify` says what is still to be written, and
//! accepts it once it is. The walk-through in `CONTRIBUTING.md` is what happens.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;
use tempfile::TempDir;

use super::handout::copy;
use super::root;
use super::small_course::SmallCourse;

/// The exercise of the walk-through, as it is when it is finished.
const FINISHED: &str = "xtask/testdata/turnstiles";

/// A copy of this repository.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy(root(), folder.path()).expect("the repository is copied");
    folder
}

fn xtask(folder: &Path, args: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command
        .args(args)
        .current_dir(folder)
        .env_remove("CI")
        .env_remove("NO_COLOR");
    command
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

/// A transcript in the walk-through: the arguments of the command, and what it prints.
struct Transcript {
    args: Vec<String>,
    printed: String,
}

impl Transcript {
    /// Expects that `output` is what the transcript says. A line `…` stands for all that follows.
    #[track_caller]
    fn is(&self, output: &Output) {
        let printed = String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned();
        match self.printed.split_once("\n…\n") {
            Some((beginning, "")) => assert!(printed.starts_with(beginning), "{:?} printed\n{printed}", self.args),
            _ => assert_eq!(printed, self.printed, "{:?}", self.args),
        }
    }
}

/// The blocks of the walk-through that are of `language`.
fn blocks(language: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md")).expect("there is a guide");
    let (_, after) = text.split_once("### A walk-through\n").expect("it has a walk-through");
    let walk = after.split("\n### ").next().expect("a text has a first part");
    let fence = format!("```{language}\n");
    walk.split(&fence)
        .skip(1)
        .map(|block| block.split("```\n").next().unwrap_or_default().to_owned())
        .collect()
}

fn transcripts() -> Vec<Transcript> {
    let parsed = |block: String| {
        let (command, printed) = block.split_once('\n').expect("a transcript begins with its command");
        let command = command
            .strip_prefix("$ cargo xtask ")
            .expect("it is a command of the course");
        // The only quoted word is the signature.
        let mut args = Vec::new();
        for (index, part) in command.split('"').enumerate() {
            match index % 2 {
                0 => args.extend(part.split_whitespace().map(str::to_owned)),
                _ => args.push(part.to_owned()),
            }
        }
        Transcript {
            args,
            printed: printed.to_owned(),
        }
    };
    blocks("console").into_iter().map(parsed).collect()
}

#[test]
fn the_walk_through_makes_an_exercise_that_verify_refuses_and_accepts_once_it_is_written() {
    let [new, refused, accepted] = &transcripts()[..] else {
        panic!("the walk-through has three transcripts");
    };

    let repository = repository();
    new.is(xtask(repository.path(), &new.args)
        .assert()
        .code(0)
        .stderr("")
        .get_output());
    refused.is(xtask(repository.path(), &refused.args)
        .assert()
        .code(3)
        .stdout("")
        .get_output());
    let readme = fs::read_to_string(repository.path().join("README.md")).expect("there is a README");
    assert!(readme.contains("|  | `turnstiles` | TBD: "), "{readme}");

    let course = SmallCourse::new();
    xtask(course.root(), &new.args).assert().code(0);
    for folder in ["mistakes", "variants"] {
        let made = course.root().join("solutions/turnstiles").join(folder);
        fs::remove_dir_all(made).expect("there are some");
    }
    copy(&root().join(FINISHED), course.root()).expect("it is copied");
    let stub = course.root().join("grader/checks/turnstiles/stub.rs");
    fs::copy(course.library("turnstiles"), stub).expect("the stub is copied");
    accepted.is(xtask(course.root(), &accepted.args).assert().code(0).get_output());
}

#[test]
fn the_sources_in_the_walk_through_are_those_of_the_finished_exercise() {
    let sources = files(&root().join(FINISHED));
    let shown = blocks("rust");
    assert!(
        shown.len() >= 4,
        "the walk-through shows a stub, a solution, a check and a mistake"
    );
    for block in shown {
        let is_there = sources.values().any(|text| text.contains(&block));
        assert!(is_there, "no file in `{FINISHED}` has\n{block}");
    }
}

/// All text files below `folder`, by their paths.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                files.insert(path.strip_prefix(folder).expect("it is below").to_owned(), text);
            }
        }
    }
    files
}

/// Many forms of items, all kinds of checks, and libraries with a shim and without.
const GATES: [&str; 25] = [
    "new",
    "gates",
    "--part",
    "Pools and futures",
    "--library",
    "crossbeam-channel",
    "--library",
    "num_bigint",
    "--kind",
    "model",
    "--kind",
    "service",
    "--kind",
    "speed",
    "--kind",
    "program",
    "--item",
    "pub struct Gate<'a, T: Send>",
    "--item",
    "impl<'a, T: Send> Gate<'a, T> { pub fn new() -> Self; pub fn pass(&self, a: &str, t: T) -> Option<Pass<'_>>; \
     pub fn end(self) -> JoinHandle<usize>; }",
    "--item",
    "pub struct Pass<'a>",
    "--item",
    "pub enum Refused<T> { Closed(T), After { time: Duration }, Full }",
    "--item=pub fn run<T: Send>(jobs: Vec<impl FnOnce(&Node) -> T + Send>, n: num_bigint::BigUint) -> Vec<T>",
];

#[test]
fn what_is_made_compiles_without_warnings_and_is_tidy() {
    // Cargo keeps what it builds by the path, so another folder each time would fill the disk.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("authoring");
    let _ = fs::remove_dir_all(&folder);
    copy(root(), &folder).expect("the repository is copied");
    let mut gates: Vec<String> = GATES.map(str::to_owned).to_vec();
    gates.push("--item=pub struct Node { pub number: u32, pub below: Vec<Node> }".to_owned());
    xtask(&folder, &gates).assert().code(0).stderr("");
    xtask(&folder, &words("new plain")).assert().code(0).stderr("");
    xtask(&folder, &words("tidy")).assert().code(0);

    let stub = fs::read_to_string(folder.join("exercises/gates/src/lib.rs")).expect("a stub");
    assert!(!stub.contains("TBD"), "a student gets this:\n{stub}");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut clippy = Command::new(&cargo);
    clippy
        .args(["clippy", "--offline", "--quiet", "--all-targets"])
        .args(["-p", "plain", "-p", "plain_solution", "-p", "plain_model_checks"])
        .args(["-p", "gates", "-p", "gates_solution", "-p", "gates_support"])
        .args(["-p", "gates_model_checks", "-p", "gates_real_checks"])
        .args(["--", "-D", "warnings"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join(".."));
    clippy.assert().success().stderr("");
    let mut format = Command::new(&cargo);
    format
        .args([
            "fmt",
            "--check",
            "-p",
            "plain",
            "-p",
            "plain_solution",
            "-p",
            "plain_model_checks",
        ])
        .args([
            "-p",
            "gates",
            "-p",
            "gates_solution",
            "-p",
            "gates_model_checks",
            "-p",
            "gates_real_checks",
        ])
        .current_dir(&folder);
    format.assert().success();
    fs::remove_dir_all(&folder).expect("it is there");
}

#[test]
fn a_submission_that_breaks_the_contract_is_told_which_item_it_breaks() {
    let course = SmallCourse::new();
    let items = [
        "pub struct Gate<T>",
        "impl<T: Send> Gate<T> { pub fn pass(&self, t: T) -> Option<Pass<'_>>; }",
        "pub struct Pass<'a>",
        "pub enum Refused { Closed(u8), Full }",
        "pub struct Node { pub number: u32, pub below: Vec<Node> }",
        "pub struct Pair(pub u8, pub u16)",
        "pub fn run(jobs: Vec<impl FnOnce() + Send>) -> usize",
    ];
    let mut args = words("new gate --kind model");
    args.extend(items.iter().flat_map(|item| ["--item".to_owned(), (*item).to_owned()]));
    xtask(course.root(), &args).assert().code(0);
    let stub = fs::read_to_string(course.library("gate")).expect("a stub");
    for (from, to, item) in [
        ("fn pass", "fn go", "Gate::pass"),
        ("t: T", "t: &T", "Gate::pass"),
        ("&self", "&mut self", "Gate::pass"),
        ("Closed(u8)", "Closed(u16)", "Refused"),
        ("Full", "Empty", "Refused"),
        ("number: u32", "number: u64", "Node"),
        ("pub u16", "pub u32", "Pair"),
        ("FnOnce() + Send", "Fn() + Send", "run"),
        ("-> usize", "-> u64", "run"),
    ] {
        assert!(stub.contains(from), "the stub has no `{from}`:\n{stub}");
        course.write("gate", &stub.replace(from, to));
        let told = format!("     `{item}`: `");
        course
            .xtask(&["grade", "gate"])
            .assert()
            .code(1)
            .stdout(contains("missing_item").and(contains(told.as_str())));
    }
}

/// Expects that `args` are refused with `message`, and that no file of the course has changed.
#[track_caller]
fn refuses(course: &SmallCourse, args: &[&str], message: &str) {
    let before = files(course.root());
    let args: Vec<String> = ["new"].iter().chain(args).map(|arg| (*arg).to_owned()).collect();
    let output = xtask(course.root(), &args)
        .assert()
        .code(2)
        .stdout("")
        .get_output()
        .clone();
    // A message is broken into lines where it is long.
    let printed = String::from_utf8_lossy(&output.stderr)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(printed.contains(message), "{args:?} printed\n{printed}");
    assert_eq!(files(course.root()), before);
}

#[test]
fn what_no_exercise_can_be_made_of_is_told_and_nothing_is_left() {
    let course = SmallCourse::new();
    let lock = "[[package]]\nname = \"syn\"\n[[package]]\nname = \"half_support\"\n";
    fs::write(course.root().join("Cargo.lock"), lock).expect("a file");
    for (name, message) in [
        ("", "it is empty"),
        ("Gate", "it has a capital letter"),
        ("my-gate", "it has a hyphen"),
        ("t\u{fc}r", "it has a character outside of ASCII"),
        ("../gate", "it has a character that no name in Rust has"),
        ("2gates", "it does not begin with a letter"),
        ("_gate", "it does not begin with a letter"),
        ("gate_", "it has an underscore that separates nothing"),
        ("async", "it means something else in Rust"),
        ("core", "it means something else in Rust"),
        ("test", "it means something else in Rust"),
        ("syn", "there is a package `syn` already"),
        ("half", "there is a package `half_support` already"),
        ("counting", "`exercises/counting` is there already"),
        (
            "a_name_that_is_longer_than_a_table_bears",
            "it has more than 32 characters",
        ),
    ] {
        refuses(&course, &[name], message);
    }
    refuses(
        &course,
        &["gate", "--item", "pub fn f(a u32)"],
        "failed to read the item `pub fn f(a u32)`: expected `:`, at column 12 (`u32)`)",
    );
    refuses(
        &course,
        &["gate", "--item", "pub fn f(a: Foo)"],
        "`Foo` is not known here, at column 13",
    );
    refuses(
        &course,
        &["gate", "--item", "pub fn f()", "--item", "pub fn f(a: u8)"],
        "failed to ask for the item `f` twice",
    );
    refuses(
        &course,
        &["gate", "--library", "rayon"],
        "it is not in `[workspace.dependencies]`",
    );
    refuses(&course, &["gate", "--part", "Fibres"], "invalid value 'Fibres'");
}

#[test]
fn a_second_run_says_that_the_exercise_is_there() {
    let course = SmallCourse::new();
    course.xtask(&["new", "gate"]).assert().code(0);
    refuses(&course, &["gate"], "`exercises/gate` is there already");
    // What is left of an exercise is not overwritten either.
    fs::remove_dir_all(course.root().join("exercises/gate")).expect("it is there");
    refuses(&course, &["gate"], "`solutions/gate` is there already");
}

#[test]
fn what_goes_wrong_is_told_and_nothing_is_left() {
    let course = SmallCourse::new();
    let before = files(course.root());
    course
        .xtask(&["new", "gate"])
        .env("RUSTFMT", "false")
        .assert()
        .code(3)
        .stderr(contains("help: nothing was changed"));
    assert_eq!(files(course.root()), before);
    assert!(!course.root().join("exercises/gate").exists());
}
