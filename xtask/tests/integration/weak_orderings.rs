//! Submissions that are right only if memory is sequentially consistent, or with the orderings that they have.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The caller reads a flag and then the number of runs. The flag orders nothing, so on weak memory the caller may see
/// the flag without the number.
const SUBMISSION: &str = r#"
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub thread: char,
    pub iterations: u64,
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} iterations in thread {}", self.iterations, self.thread)
    }
}

pub fn count_iterations(total: u64) -> Vec<Run> {
    let runs: Mutex<(u64, Vec<Run>)> = Mutex::default();
    let (n_runs, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let iterate = |thread| {
        let mut guard = runs.lock().unwrap();
        let (made, runs) = &mut *guard;
        if *made < total {
            *made += 1;
            match runs.last_mut() {
                Some(run) if run.thread == thread => run.iterations += 1,
                _ => runs.push(Run { thread, iterations: 1 }),
            }
            if *made == total {
                n_runs.store(runs.len(), Ordering::Relaxed);
                is_over.store(true, Ordering::Relaxed);
            }
        }
        *made < total
    };
    let n_runs = thread::scope(|scope| {
        let iterate = &iterate;
        let threads = ['a', 'b'].map(|thread| scope.spawn(move || while iterate(thread) {}));
        if !is_over.load(Ordering::Relaxed) {
            threads.into_iter().for_each(|thread| thread.join().unwrap());
        }
        n_runs.load(Ordering::SeqCst)
    });
    let (_, mut runs) = runs.into_inner().unwrap();
    runs.truncate(n_runs);
    runs
}
"#;

/// The line of the submission that holds `code`.
fn line_of(code: &str) -> usize {
    let found = SUBMISSION.lines().position(|line| line.contains(code));
    found.expect("the submission has such a line") + 1
}

fn grade(arguments: &[&str], submissions: &[&Path]) -> Output {
    let submissions = submissions.iter().flat_map(|path| [Path::new("--submission"), path]);
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("grade")
        .args(arguments)
        .args(submissions)
        .current_dir(super::root())
        .env_remove("CI")
        .output()
        .expect("the command starts")
}

/// The report on `text` as the submission of `ada.rs`, and the exit code.
fn graded(text: &str, format: &str) -> (Option<i32>, String) {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = temporary.path().join("class");
    std::fs::create_dir(&folder).expect("a folder");
    let file = folder.join("ada.rs");
    std::fs::write(&file, text).expect("a file");
    let check = ["iteration_counting", "--check", "runs_add_up_to_the_total"];
    let output = grade(&[&check[..], &["--full", "--format", format]].concat(), &[&file]);
    let printed = String::from_utf8(output.stdout).expect("a report is text");
    (output.status.code(), printed)
}

#[test]
fn a_relaxed_publication_fails_and_the_report_tells_which_store_was_missed_and_why() {
    let (code, printed) = graded(SUBMISSION, "human");
    assert_eq!(code, Some(1), "{printed}");
    let (number, flag) = (line_of("n_runs.store"), line_of("is_over.store"));
    let (asked, read) = (line_of("is_over.load"), line_of("n_runs.load"));
    let told = printed.split_whitespace().collect::<Vec<_>>().join(" ");
    for sentence in [
        "1 preemption, 1 stale read".to_owned(),
        format!(
            "main read 0 from `n_runs (AtomicUsize)` at ada.rs:{read}, although thread 1 had written 1 at ada.rs:{number} \
             before."
        ),
        format!("but the store at ada.rs:{flag} is `Relaxed` and the load at ada.rs:{asked} is `Relaxed`."),
    ] {
        assert!(told.contains(&sentence), "no {sentence:?} in {printed}");
    }
}

#[test]
fn a_publication_with_release_and_acquire_passes_and_its_orderings_are_decided() {
    let published = SUBMISSION
        .replace(
            "is_over.store(true, Ordering::Relaxed)",
            "is_over.store(true, Ordering::Release)",
        )
        .replace("is_over.load(Ordering::Relaxed)", "is_over.load(Ordering::Acquire)");
    let (code, printed) = graded(&published, "human");
    assert_eq!((code, printed.contains("note:")), (Some(0), false), "{printed}");
    let report: Value = serde_json::from_str(&graded(&published, "json").1).expect("one document");
    let listed = |code: &str, operation: &str, ordering: &str| {
        serde_json::json!({
            "file": "src/lib.rs", "line": line_of(code), "operation": operation, "ordering": ordering, "decided": true,
        })
    };
    assert_eq!(
        report["weak_orderings"],
        serde_json::json!([
            listed("n_runs.store", "store", "Relaxed"),
            listed("is_over.store", "store", "Release"),
            listed("is_over.load", "load", "Acquire"),
        ])
    );
}

/// Three variants of `semaphores` whose orderings are as weak as they can be: for each ordering that is not `Relaxed`,
/// the code that asks for it, and the same code with the next weaker one.
const NEEDED: [(&str, &str, &str); 13] = [
    (
        "handed_over",
        "while !waiter.granted.load(Acquire)",
        "while !waiter.granted.load(Relaxed)",
    ),
    (
        "handed_over",
        "if waiter.granted.load(Acquire)",
        "if waiter.granted.load(Relaxed)",
    ),
    (
        "handed_over",
        "granted.store(true, Release)",
        "granted.store(true, Relaxed)",
    ),
    (
        "atomic_and_parking",
        "(Ordering::Acquire) {\n                thread::park();",
        "(Ordering::Relaxed) {\n                thread::park();",
    ),
    (
        "atomic_and_parking",
        "(Ordering::Acquire) {\n            let left",
        "(Ordering::Relaxed) {\n            let left",
    ),
    (
        "atomic_and_parking",
        "fetch_update(Ordering::Acquire",
        "fetch_update(Ordering::Relaxed",
    ),
    (
        "atomic_and_parking",
        "granted.store(true, Ordering::Release)",
        "granted.store(true, Ordering::Relaxed)",
    ),
    (
        "atomic_and_parking",
        "free.fetch_add(1, Ordering::Release)",
        "free.fetch_add(1, Ordering::Relaxed)",
    ),
    (
        "fast_path",
        "fetch_update(Acquire, SeqCst",
        "fetch_update(Relaxed, SeqCst",
    ),
    (
        "fast_path",
        "fetch_update(Acquire, SeqCst",
        "fetch_update(Acquire, Acquire",
    ),
    (
        "fast_path",
        "sleepers.fetch_add(1, SeqCst)",
        "sleepers.fetch_add(1, std::sync::atomic::Ordering::AcqRel)",
    ),
    (
        "fast_path",
        "free.fetch_add(1, SeqCst)",
        "free.fetch_add(1, std::sync::atomic::Ordering::AcqRel)",
    ),
    ("fast_path", "sleepers.load(SeqCst)", "sleepers.load(Acquire)"),
];

#[test]
fn a_semaphore_with_any_ordering_weaker_than_it_needs_fails() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let weaker = NEEDED.iter().enumerate().map(|(number, (variant, code, weaker))| {
        let path = super::root().join(format!("solutions/semaphores/variants/{variant}.rs"));
        let text = std::fs::read_to_string(path).expect("it is there");
        assert_eq!(text.matches(code).count(), 1, "{code:?} in {variant}");
        let file = folder.path().join(format!("{number}.rs"));
        std::fs::write(&file, text.replace(code, weaker)).expect("a file");
        file
    });
    let files: Vec<_> = weaker.collect();
    let files: Vec<&Path> = files.iter().map(|file| &**file).collect();
    let check = [
        "semaphores",
        "--check",
        "never_more_holders_than_permits",
        "--format",
        "json",
    ];
    let output = grade(&check, &files);
    let reports = String::from_utf8(output.stdout).expect("a report is text");
    assert_eq!(reports.lines().count(), NEEDED.len(), "{reports}");
    for (report, (variant, code, weaker)) in reports.lines().zip(NEEDED) {
        let report: Value = serde_json::from_str(report).expect("one document a line");
        let finding = report["checks"][0]["finding"].as_str();
        assert!(
            matches!(finding, Some("race" | "deadlock")),
            "{variant} with {weaker:?} for {code:?}: {report}"
        );
    }
}
