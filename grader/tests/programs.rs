//! What the reference solutions' programs print, as the snapshots that submissions are compared with.
//!
//! This is where a snapshot is made and reviewed: `cargo insta test --review -p grader --test programs`.

use std::path::Path;
use std::process::Command;

use grader::discover::Workspace;
use grader::exercise::{CheckWork, Exercise, ProgramCheck};
use grader::snapshot;

#[test]
fn every_solutions_program_prints_its_snapshots() {
    let workspace = Workspace::find_from(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the course");
    let mut n_snapshots = 0;
    for exercise in workspace.exercises().expect("the exercises") {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = build(&workspace, &exercise, folder.path());
        for check in &exercise.checks {
            if let CheckWork::Program(run) = &check.work
                && let Some(name) = &run.snapshot
            {
                compare(
                    &workspace.checks_folder(&exercise).join("snapshots"),
                    name,
                    &program,
                    run,
                );
                n_snapshots += 1;
            }
        }
    }
    assert!(n_snapshots > 0, "no exercise has a snapshot");
}

fn compare(snapshots: &Path, name: &str, program: &Path, run: &ProgramCheck) {
    let output = Command::new(program)
        .args(&run.args)
        .output()
        .expect("the program starts");
    let printed = snapshot::normalize(&String::from_utf8_lossy(&output.stdout), run);
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(snapshots);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(run.args.join(" "));
    settings.bind(|| insta::assert_snapshot!(name, printed));
}

/// Builds the exercise's program over the solution.
fn build(workspace: &Workspace, exercise: &Exercise, folder: &Path) -> std::path::PathBuf {
    let name = &exercise.name;
    let library = workspace.solution_folder(exercise).join("src/lib.rs");
    let rlib = folder.join(format!("lib{name}.rlib"));
    compile(
        Command::new("rustc")
            .arg(library)
            .args(["--crate-type=lib", "--crate-name", name])
            .arg("-o")
            .arg(&rlib),
    );
    let (program, linked) = (folder.join("program"), format!("{name}={}", rlib.display()));
    compile(
        Command::new("rustc")
            .arg(exercise.folder.join("src/main.rs"))
            .arg("--extern")
            .arg(linked)
            .arg("-o")
            .arg(&program),
    );
    program
}

#[track_caller]
fn compile(rustc: &mut Command) {
    let output = rustc.arg("--edition=2024").output().expect("the compiler starts");
    assert!(
        output.status.success(),
        "{rustc:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
