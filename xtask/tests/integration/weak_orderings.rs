//! The note on a submission that is right only if memory is sequentially consistent.

use std::path::Path;
use std::process::Command;

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

fn graded(folder: &Path, format: &str) -> String {
    let root = super::root();
    let file = folder.join("ada.rs");
    std::fs::write(&file, SUBMISSION).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["grade", "iteration_counting", "--check", "runs_add_up_to_the_total"])
        .args(["--format", format, "--submission"])
        .arg(file)
        .current_dir(root)
        .env_remove("CI")
        .output()
        .expect("the command starts");
    let printed = String::from_utf8(output.stdout).expect("a report is text");
    assert_eq!(output.status.code(), Some(0), "{printed}");
    printed
}

#[test]
fn a_relaxed_publication_passes_with_a_note_that_names_its_lines() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let folder = temporary.path().join("class");
    std::fs::create_dir(&folder).expect("a folder");
    let (number, flag, asked) = (
        line_of("n_runs.store"),
        line_of("is_over.store"),
        line_of("is_over.load"),
    );
    let printed = graded(&folder, "human").replace('\n', " ");
    let note = format!(
        " note: orderings weaker than `SeqCst` at ada.rs:{number} (store, Relaxed), ada.rs:{flag} (store, Relaxed), \
         ada.rs:{asked} (load, Relaxed): explored as if they were `SeqCst`"
    );
    assert_eq!(printed.matches(&note).count(), 1, "no {note:?} in {printed}");

    let report: serde_json::Value = serde_json::from_str(&graded(&folder, "json")).expect("one document");
    let listed = |line: usize, operation: &str| {
        serde_json::json!({
            "file": "class/ada.rs", "line": line, "operation": operation, "ordering": "Relaxed",
        })
    };
    assert_eq!(
        report["weak_orderings"],
        serde_json::json!([listed(number, "store"), listed(flag, "store"), listed(asked, "load")])
    );
}
