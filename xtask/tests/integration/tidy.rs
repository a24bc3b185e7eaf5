//! The rules of the repository: they hold here, and a violation of each is noticed.

use std::path::Path;

use assert_cmd::Command;
use predicates::str::contains;

fn tidy(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("tidy").current_dir(folder);
    command
}

#[test]
fn this_repository_is_tidy() {
    tidy(Path::new(env!("CARGO_MANIFEST_DIR")))
        .assert()
        .code(0)
        .stderr("")
        .stdout(contains("in order"));
}

/// Adds the file `path` with `text` to a course that breaks no rule, and expects the problem.
#[track_caller]
fn notices(path: &str, text: &str, problem: &str) {
    prints(path, text, &format!("{path}{problem}"));
}

/// What is printed when that course has the file `path` with `text` as well.
#[track_caller]
fn prints(path: &str, text: &str, expected: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    for (path, text) in COURSE {
        write(path, text);
    }
    tidy(folder.path())
        .assert()
        .code(0)
        .stderr("")
        .stdout(contains("in order"));
    write(path, text);
    tidy(folder.path())
        .assert()
        .code(1)
        .stderr("")
        .stdout(contains(expected));
}

const COURSE: [(&str, &str); 12] = [
    (
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"exercises/*\", \"grader/checks/*/model\", \"solutions/*\"]\n\
         [workspace.package]\nedition = \"2024\"\n[workspace.dependencies]\nrayon = \"1.10\"\n",
    ),
    (
        "exercises/a/Cargo.toml",
        "[package]\nname = \"a\"\nedition = \"2024\"\n[dependencies]\nrayon = \"1.10\"\n",
    ),
    (
        "exercises/a/README.md",
        "See `exercises/a/src/lib.rs`, [the root](../../Cargo.toml) and `exercises/<name>`.\n",
    ),
    ("exercises/a/exercise.toml", MANIFEST),
    ("exercises/a/src/lib.rs", "//! A stub.\n"),
    ("exercises/a/src/main.rs", "//! A program.\n"),
    (
        "grader/checks/a/model/Cargo.toml",
        "[package]\nname = \"a_model_checks\"\n",
    ),
    ("grader/checks/a/model/src/main.rs", "//! Checks.\n"),
    ("grader/checks/a/stub.rs", "//! A stub.\n"),
    ("solutions/a/src/lib.rs", "//! A solution.\n"),
    ("grader/testdata/broken.rs", "no purpose, on purpose\n"),
    (
        "solutions/a/Cargo.toml",
        "[package]\nname = \"a_solution\"\n[lib]\nname = \"a\"\ndoc = false\n",
    ),
];

const MANIFEST: &str = "\
title = \"A\"
part = \"Locks\"
order = 1
summary = \"About a.\"
[[item]]
name = \"a\"
signature = \"pub fn a()\"
[[check]]
name = \"it_works\"
kind = \"model\"
points = 10
property = \"It works.\"
hints = [\"one\", \"two\", \"three\"]
";

#[test]
fn a_source_without_a_purpose_is_noticed() {
    notices("grader/src/lib.rs", "fn f() {}\n", ": does not open with `//!`");
}

#[test]
fn a_name_that_says_nothing_is_noticed() {
    notices("grader/src/report/mod.rs", "//! Reports.\n", ": `mod.rs` does not say");
}

#[test]
fn unfinished_work_is_noticed() {
    notices(
        "grader/src/lib.rs",
        &format!("//! A library.\n\n// {}: more\n", concat!("TO", "DO")),
        ":3: marks unfinished work",
    );
}

#[test]
fn a_long_line_is_noticed() {
    let comment = "word ".repeat(30);
    notices(
        "grader/src/lib.rs",
        &format!("//! A library.\n\n// {comment}\n"),
        ":3: is longer than 120 characters",
    );
}

#[test]
fn an_exercise_without_a_check_program_is_noticed() {
    prints(
        "exercises/b/README.md",
        "# B\n",
        "grader/checks/b: has no check program",
    );
}

#[test]
fn a_package_with_another_name_than_its_folder_is_noticed() {
    notices(
        "grader/checks/a/model/Cargo.toml",
        "[package]\nname = \"checks\"\n",
        ": the package must be called `a_model_checks`",
    );
}

#[test]
fn a_solution_that_does_not_replace_the_exercise_is_noticed() {
    notices(
        "solutions/a/Cargo.toml",
        "[package]\nname = \"a_solution\"\n",
        ": `[lib]` needs `name = \"a\"`",
    );
}

#[test]
fn an_exercise_that_inherits_is_noticed() {
    let manifest = "[package]\nname = \"a\"\nedition.workspace = true\n";
    notices("exercises/a/Cargo.toml", manifest, ": inherits from the workspace");
}

#[test]
fn another_version_than_the_workspaces_is_noticed() {
    let manifest = "[package]\nname = \"a\"\nedition = \"2024\"\n[dependencies]\nrayon = \"1.9\"\n";
    notices("exercises/a/Cargo.toml", manifest, ": the version of `rayon` differs");
}

#[test]
fn points_that_do_not_add_up_are_noticed() {
    notices(
        "exercises/a/exercise.toml",
        &MANIFEST.replace("points = 10", "points = 9"),
        ": the points of all checks add up to 9",
    );
}

#[test]
fn a_stub_that_a_reset_would_not_bring_back_is_noticed() {
    notices(
        "grader/checks/a/stub.rs",
        "//! An old stub.\n",
        ": is not the same as `exercises/a/src/lib.rs`",
    );
}

#[test]
fn a_path_that_is_gone_is_noticed() {
    notices(
        "README.md",
        "# A\n\nSee `grader/src/gone.rs`.\n",
        ":3: names `grader/src/gone.rs`",
    );
}
