//! A submission gets the same JSON report, whatever else the machine does.

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// How often each submission is graded.
const TIMES: usize = 3;

#[test]
fn json_is_the_same_while_every_core_is_busy() {
    let is_over = AtomicBool::new(false);
    let n_cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..n_cores {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let race = "solutions/iteration_counting/mistakes/store_of_load_plus_one.rs";
        let reports: Vec<String> = (0..TIMES).map(|_| json(race)).collect();
        is_over.store(true, Ordering::Relaxed);
        assert!(reports[0].contains("\"finding\":\"race\""), "{}", reports[0]);
        assert!(reports.iter().all(|report| *report == reports[0]), "{reports:#?}");
    });
}

#[test]
fn json_is_the_same_wherever_the_submission_lies_and_on_one_processor() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // It fails under the model with a trace and on real threads with a message that has a line.
    let mistake = "solutions/iteration_counting/mistakes/run_in_a_byte.rs";
    let text = std::fs::read(super::root().join(mistake)).expect("a mistake");
    let place = |path: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, &text).expect("a file");
        path.to_str().expect("a path that is text").to_owned()
    };
    let first = json(&place("mine.rs"));
    assert!(
        first.contains("\"finding\":\"panic\"") && first.contains("src/lib.rs"),
        "{first}"
    );
    assert_eq!(json(&place("far/away/lib.rs")), first);
    let in_folder = place("class/ada/src/lib.rs");
    assert_eq!(json(in_folder.trim_end_matches("/src/lib.rs")), first);
    let in_course = json(mistake);
    assert_eq!(in_course.replacen(mistake, "src/lib.rs", 1), first);
    // Where there is no `taskset`, there is nothing to compare.
    if Command::new("taskset").arg("--version").output().is_ok() {
        assert_eq!(
            json_by(Command::new("taskset").args(["-c", "0", XTASK]), mistake),
            in_course
        );
    }
}

const XTASK: &str = env!("CARGO_BIN_EXE_xtask");

fn json(submission: &str) -> String {
    json_by(&mut Command::new(XTASK), submission)
}

fn json_by(command: &mut Command, submission: &str) -> String {
    let root = super::root();
    let output = command
        .args([
            "grade",
            "iteration_counting",
            "--format",
            "json",
            "--submission",
            submission,
        ])
        .current_dir(root)
        .env_remove("CI")
        .output()
        .expect("the command starts");
    String::from_utf8(output.stdout).expect("JSON is text")
}
