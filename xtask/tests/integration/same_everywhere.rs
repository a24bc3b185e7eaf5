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

fn json(submission: &str) -> String {
    let root = super::root();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
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
