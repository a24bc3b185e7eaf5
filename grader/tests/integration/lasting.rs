//! Many gradings in one process, a third of them hostile, leave nothing: no process, file, descriptor or memory.
//!
//! The long form, with its figures:
//! `INTERLEAVE_GRADINGS=500 cargo test -p grader --test integration lasting -- --nocapture`.

#![expect(clippy::print_stdout, reason = "the figures of the long form are for a reader")]

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use grader::discover::{Submission, Workspace};
use grader::grade::{Options, grade};
use predicates::str::contains;
use protocol::verdict::Overall;

use crate::course::silent;

/// Set for the process that has the gradings to itself.
const ALONE: &str = "INTERLEAVE_ALONE";

/// How many gradings there are by default.
const DEFAULT_GRADINGS: usize = 12;

/// How many KiB the allocator may keep for later, once each kind of submission has been graded.
const SLACK_KIB: u64 = 8 << 10;

/// The submissions are graded in turn: a third hostile, a third wrong, and a third right.
const HOSTILE: [&str; 6] = [
    "child_outlives_the_check",
    "floods",
    "aborts",
    "finds_the_request",
    "refuses_to_unwind",
    "child_kills_the_grader",
];
const WRONG: [&str; 4] = [
    "prints_a_verdict",
    "exits_with_zero",
    "extends_a_lifetime",
    "always_equal",
];

/// What a process must not have more of after a grading.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Held {
    descriptors: usize,
    threads: usize,
    children: usize,
    files: usize,
}

impl Held {
    fn now(temporary: &Path) -> Held {
        let count = |path: &str| fs::read_dir(path).expect("it is there").count();
        let tasks = fs::read_dir("/proc/self/task").expect("it is there").flatten();
        let children = tasks.map(|task| {
            let list = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            list.split_ascii_whitespace().count()
        });
        Held {
            children: children.sum(),
            descriptors: count("/proc/self/fd"),
            threads: count("/proc/self/task"),
            files: fs::read_dir(temporary).expect("it is there").count(),
        }
    }
}

/// How many KiB of memory this process uses.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("it is there");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    number.expect("the kernel tells").trim().parse().expect("a number")
}

/// The gradings get a process of their own, because the counts are those of the whole process and other tests run in
/// this one.
#[test]
fn many_gradings_leave_nothing_behind() {
    if std::env::var_os(ALONE).is_some() {
        grade_many();
        return;
    }
    let executable = std::env::current_exe().expect("a test has an executable");
    let mut test = Command::new(executable);
    test.args(["--exact", "lasting::many_gradings_leave_nothing_behind", "--nocapture"]);
    let assert = test.env(ALONE, "1").assert();
    println!("{}", String::from_utf8_lossy(&assert.get_output().stdout));
    assert.success().stdout(contains("test result: ok. 1 passed"));
}

fn grade_many() {
    let wished = std::env::var("INTERLEAVE_GRADINGS").ok();
    let n_gradings = wished.map_or(DEFAULT_GRADINGS, |n| n.parse().expect("a number"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/forging");
    let workspace = Workspace::find_from(&root).expect("the course is there");
    let exercise = workspace.exercise("reckoning").expect("the exercise is there");
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let options = Options {
        temporary: temporary.path().to_owned(),
        ..Options::default()
    };
    let (mut before, mut filled) = (None, 0);
    for n in 0..n_gradings {
        let (submission, expected) = match n % 3 {
            0 => (
                format!("submissions/{}.rs", HOSTILE[n / 3 % HOSTILE.len()]),
                Overall::Failed,
            ),
            1 => (
                format!("submissions/{}.rs", WRONG[n / 3 % WRONG.len()]),
                Overall::Failed,
            ),
            _ => ("solutions/reckoning".to_owned(), Overall::Passed),
        };
        let submission = Submission::at(&root.join(submission), &exercise).expect("it is there");
        let report = grade(&workspace, &exercise, &submission, &options, &silent).expect("the options are right");
        assert_eq!(report.overall(), expected, "{report:#?}");
        let held = Held::now(temporary.path());
        // The first grading probes the sandbox and keeps the result.
        let before = before.get_or_insert_with(|| held.clone());
        assert_eq!(held, *before, "after grading {n}, {}", report.submission.display());
        if n == n_gradings / 2 {
            filled = memory();
        }
        if n % 50 == 0 {
            println!("{n} gradings: {held:?}, {} KiB", memory());
        }
    }
    let now = memory();
    println!("{n_gradings} gradings: {:?}, {now} KiB", Held::now(temporary.path()));
    assert!(
        now <= filled + SLACK_KIB,
        "{filled} KiB became {now} KiB in the second half"
    );
}
