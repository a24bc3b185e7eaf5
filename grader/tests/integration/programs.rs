//! The output of the reference solutions' programs, as the snapshots that submissions are compared with.
//!
//! Snapshots are made and reviewed with `cargo insta test --review -p grader --test integration -- programs`.

use std::path::{Path, PathBuf};
use std::process::Command;

use grader::discover::{Submission, Workspace};
use grader::exercise::{CheckWork, Exercise, ProgramCheck};
use grader::grade::{ModelledPrograms, Options, grade};
use grader::libraries::{self, Support, SupportPackage, Tools};
use grader::run::{Observation, observe_program};
use grader::snapshot;
use protocol::CheckKind;
use protocol::verdict::Overall;
use sandbox::cancel::Cancel;
use sandbox::process::Policy;
use sandbox::{Level, Profile};

#[test]
fn every_solutions_program_prints_its_snapshots() {
    let workspace = Workspace::find_from(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the course");
    let mut n_snapshots = 0;
    for exercise in workspace.exercises().expect("the exercises") {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let support = support(&workspace, &exercise);
        let program = build(&workspace, &exercise, support.as_ref(), folder.path());
        let test_server = support.as_ref().and_then(|support| support.test_server.as_deref());
        for check in &exercise.checks {
            if let CheckWork::Program(run) = &check.work
                && let Some(name) = &run.snapshot
            {
                let printed = print(&program, run, test_server);
                compare(&workspace.snapshots_folder(&exercise), name, &printed, run);
                n_snapshots += 1;
            }
        }
    }
    assert!(n_snapshots > 0, "no exercise has a snapshot");
}

#[test]
fn every_solutions_program_prints_them_under_the_model_as_well() {
    let workspace = Workspace::find_from(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the course");
    let mut n_modelled = 0;
    let exercises = workspace.exercises().expect("the exercises");
    let is_modelled = |exercise: &Exercise| exercise.needs.is_empty() && !exercise.talks_to_test_server();
    for exercise in exercises.into_iter().filter(is_modelled) {
        let solution = Submission::solution(&workspace, &exercise).expect("the solution");
        let programs = exercise
            .checks
            .iter()
            .filter(|check| check.kind() == CheckKind::Program);
        for check in programs {
            let options = Options {
                check: Some(check.name.clone()),
                modelled_programs: ModelledPrograms::Always,
                ..Options::default()
            };
            let report = grade(&workspace, &exercise, &solution, &options, &|_| {}).expect("the options are right");
            assert_eq!(report.overall(), Overall::Passed, "{}: {report:#?}", exercise.name);
            n_modelled += 1;
        }
    }
    assert!(n_modelled > 1, "no exercise has a program");
}

/// What the program prints. It is the solution's, so it needs no sandbox.
fn print(program: &Path, run: &ProgramCheck, test_server: Option<&Path>) -> String {
    let policy = Policy::of(Profile::Run, Level::Basic);
    let limits = Options::default().program_limits;
    match observe_program(program, run, test_server, policy, &limits, &Cancel::new()) {
        Observation::Program(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        other => panic!("{} did not run: {other:?}", program.display()),
    }
}

fn compare(snapshots: &Path, name: &str, printed: &str, run: &ProgramCheck) {
    let printed = snapshot::normalize(printed, run);
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(snapshots);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description(run.args.join(" "));
    settings.bind(|| insta::assert_snapshot!(name, printed));
}

/// The support library of the exercise, if it has one.
fn support(workspace: &Workspace, exercise: &Exercise) -> Option<Support> {
    let package = SupportPackage {
        name: exercise.support()?,
        libraries: exercise.libraries.clone(),
    };
    let tools = Tools::from_environment();
    let libraries = libraries::locate(&workspace.root, Some(&package), &tools, &Cancel::new(), &|| {});
    libraries.expect("Cargo builds the support library").support
}

/// Builds the exercise's program against the solution.
fn build(workspace: &Workspace, exercise: &Exercise, support: Option<&Support>, folder: &Path) -> PathBuf {
    let name = &exercise.name;
    let library = workspace.solution_folder(exercise).join("src/lib.rs");
    let rlib = folder.join(format!("lib{name}.rlib"));
    let mut rustc = rustc(support);
    rustc.arg(library).args(["--crate-type=lib", "--crate-name", name]);
    compile(rustc.arg("-o").arg(&rlib));
    let program = folder.join("program");
    let mut rustc = self::rustc(support);
    rustc.arg(exercise.folder.join("src/main.rs"));
    rustc.arg("--extern").arg(format!("{name}={}", rlib.display()));
    compile(rustc.arg("-o").arg(&program));
    program
}

/// The compiler, with the libraries that a submission may use.
fn rustc(support: Option<&Support>) -> Command {
    let mut rustc = Command::new("rustc");
    rustc.arg("--edition=2024");
    for offered in support.iter().flat_map(|support| &support.offered) {
        rustc
            .arg("--extern")
            .arg(format!("{}={}", offered.name, offered.real.display()));
        let folder = offered.real.parent().expect("a library is in a folder");
        rustc.arg("-L").arg(format!("dependency={}", folder.display()));
    }
    rustc
}

#[track_caller]
fn compile(rustc: &mut Command) {
    let output = rustc.output().expect("the compiler starts");
    assert!(
        output.status.success(),
        "{rustc:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
