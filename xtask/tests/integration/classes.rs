//! `cargo xtask class` as an instructor has it: a folder of hand-ins, good ones and odd ones, becomes marks.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use assert_cmd::assert::Assert;
use predicates::str::contains;
use tempfile::TempDir;

use super::small_course::{COUNTS, LOSES_COUNTS, SmallCourse};

/// How long a test waits before it fails; the machine may be busy.
const WATCHDOG: Duration = Duration::from_secs(300);

/// A submission whose compilation never ends.
pub(super) const COMPILES_FOR_EVER: &str = r"//! Endless.
#![allow(long_running_const_eval)]
const fn endless() -> u64 { loop {} }
/// None.
pub fn count(_: u64) -> u64 { const N: u64 = endless(); N }
";

/// A class that hands in what `counting` asks for.
pub(super) struct Class {
    course: SmallCourse,
    folder: TempDir,
}

impl Class {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let class = Self {
            course: SmallCourse::new(),
            folder: TempDir::new().expect("a temporary folder"),
        };
        for (name, text) in files {
            class.hands_in(name, text);
        }
        class
    }

    pub(super) fn hands_in(&self, name: &str, text: &str) {
        let path = self.folder.path().join("in").join(name);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// A zip with one file.
    fn hands_in_zip(&self, name: &str, inside: &str, text: &str) {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(inside, options).expect("a file");
        writer.write_all(text.as_bytes()).expect("memory takes every text");
        let archive = writer.finish().expect("an archive").into_inner();
        fs::write(self.path("in").join(name), archive).expect("a file");
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The command, with a folder below that of the class for `--out`.
    pub(super) fn grade(&self, out: &str, further: &[&str]) -> assert_cmd::Command {
        let (submissions, out) = (self.path("in"), self.path(out));
        let (submissions, out) = (submissions.to_string_lossy(), out.to_string_lossy());
        let mut args = vec!["class", "counting", "--submissions", &submissions, "--out", &out];
        args.extend(further);
        self.course.xtask(&args)
    }

    /// Everything but the reports and the locks, by path.
    pub(super) fn outputs(&self, out: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        fn add(folder: &Path, root: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in folder.read_dir().expect("a folder") {
                let path = entry.expect("an entry").path();
                let name = path.strip_prefix(root).expect("it is below").to_owned();
                if path.is_dir() {
                    if !name.starts_with("reports") {
                        add(&path, root, files);
                    }
                } else if !name.to_string_lossy().starts_with("lock") {
                    files.insert(name, fs::read(&path).expect("a file"));
                }
            }
        }
        let (root, mut files) = (self.path(out), BTreeMap::new());
        add(&root, &root, &mut files);
        files
    }

    /// The lines of `marks.csv`, without the points of each check.
    fn marks(&self, out: &str) -> Vec<String> {
        let mut reader = csv::Reader::from_path(self.path(out).join("marks.csv")).expect("it is there");
        let records = reader.records().map(|record| record.expect("it is CSV"));
        let line = |record: csv::StringRecord| [0, 1, 2, 3, 4, 6, 7].map(|column| record[column].to_owned()).join("|");
        records.map(line).collect()
    }
}

/// Standard error has `words`, in however many lines.
#[track_caller]
pub(super) fn says(ended: Assert, words: &str) {
    let stderr = String::from_utf8(ended.get_output().stderr.clone()).expect("a text");
    let told = stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(words), "no {words:?} in {stderr}");
}

#[test]
fn each_student_gets_a_mark_and_odd_entries_stop_nobody() {
    let class = Class::new(&[
        ("ada.rs", COUNTS),
        ("bo/src/lib.rs", LOSES_COUNTS),
        ("cy/exercises/counting/src/lib.rs", COUNTS),
        ("di/notes.txt", "I was ill."),
        ("=1+1.rs", COUNTS),
        ("ed.rs", "pub fn count("),
        ("fay.rs", COUNTS),
        ("fay/lib.rs", LOSES_COUNTS),
        ("hal.zip", "a zip that broke on the way"),
        ("readme.md", "The class of autumn."),
    ]);
    class.hands_in_zip("gil.zip", "gil-counting/src/lib.rs", LOSES_COUNTS);
    fs::write(class.path("roster.csv"), "id,name\nada,\"Lovelace, Ada\"\nzoe,Zoë\n").expect("a file");
    let roster = class.path("roster.csv");
    let roster = roster.to_string_lossy();
    let flags = ["--roster", &roster, "--outputs", "gradescope,sarif"];
    let graded = class.grade("out", &flags).assert();
    let graded = graded.code(3).stderr("");
    let printed = String::from_utf8(graded.get_output().stdout.clone()).expect("a text");
    for part in [
        "10 students · 3 passed · 3 failed · 3 not graded · 1 not handed in",
        "? di, counting: it holds neither `src/lib.rs` nor `lib.rs`",
        "? fay, counting: handed in more than once, as `fay`, `fay.rs`",
        "ignored `readme.md`",
    ] {
        assert!(printed.contains(part), "no {part:?} in {printed}");
    }
    let double = "not graded: handed in more than once, as `fay`, `fay.rs`; remove all but one; not in the roster";
    let broken = "the archive cannot be read: invalid Zip archive: Could not find EOCD; pack it again";
    assert_eq!(
        class.marks("out"),
        [
            "'=1+1||counting|10|10||not in the roster",
            "ada|Lovelace, Ada|counting|10|10||",
            "bo||counting|6|10|race|not in the roster",
            "cy||counting|10|10||not in the roster",
            "di||counting||10||not graded: it holds neither `src/lib.rs` nor `lib.rs`; not in the roster",
            "ed||counting|0|10|compile_error|not in the roster",
            &format!("fay||counting||10||{double}"),
            "gil||counting|6|10|race|not in the roster",
            &format!("hal||counting||10||not graded: {broken}; not in the roster"),
            "zoe|Zoë|counting|0|10||nothing handed in",
        ]
    );
    let outputs = class.outputs("out");
    let text = |name: &str| String::from_utf8(outputs[Path::new(name)].clone()).expect("a text");
    assert!(text("feedback/bo/counting.txt").contains("race"));
    assert!(text("feedback/bo/counting.html").starts_with("<!DOCTYPE html>"));
    assert!(outputs.contains_key(Path::new("feedback/%3D1+1/counting.txt")));
    assert!(!outputs.contains_key(Path::new("feedback/bo/exercism.json")));
    let document = |name: &str| serde_json::from_str::<serde_json::Value>(&text(name)).expect("JSON");
    assert_eq!(document("feedback/bo/gradescope.json")["score"], 6);
    let sarif = document("feedback/bo/interleave.sarif");
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "race");
    assert_eq!(document("feedback/zoe/gradescope.json")["score"], 0);
    assert_eq!(document("feedback/di/gradescope.json").get("score"), None);
    let results = text("results.jsonl");
    let results: Vec<serde_json::Value> = results
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(results.len(), 10);
    assert_eq!(results[2]["report"]["checks"][0]["verdict"], "failed");
    assert_eq!(
        (&results[9]["handed_in"], &results[9]["score"]),
        (&false.into(), &0.into())
    );
    let junit = text("junit.xml");
    assert!(junit.contains("<testsuite name=\"bo\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"0\">"));
}

/// The grader is killed while a submission compiles that never ends, so what was graded before is there.
#[cfg(target_os = "linux")]
#[test]
fn a_class_that_was_killed_goes_on_and_ends_with_the_same_bytes() {
    let class = Class::new(&[
        ("ada.rs", COUNTS),
        ("bo.rs", LOSES_COUNTS),
        ("zed.rs", COMPILES_FOR_EVER),
    ]);
    let mut killed = Command::new(env!("CARGO_BIN_EXE_xtask"));
    killed
        .args(["class", "counting", "--submissions"])
        .arg(class.path("in"))
        .arg("--out")
        .arg(class.path("killed"))
        .current_dir(class.course.root())
        .env_remove("CI")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut killed = killed.spawn().expect("it starts");
    let reports = class.path("killed/reports");
    let n_reports = || {
        let Ok(entries) = reports.read_dir() else { return 0 };
        let names = entries
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.filter(|name| name.ends_with(".json")).count()
    };
    let start = Instant::now();
    while n_reports() < 2 {
        assert!(start.elapsed() < WATCHDOG, "no report is there");
        thread::yield_now();
    }
    killed.kill().expect("it runs");
    killed.wait().expect("it has ended");
    class.hands_in("zed.rs", COUNTS);

    let refused = class.grade("killed", &[]).assert().code(2);
    says(refused, "it holds one already help: add `--resume`");
    class.grade("killed", &["--resume"]).assert().code(0);
    let first = fs::metadata(reports.join(first_report(&reports))).expect("it is there");
    class.grade("whole", &[]).assert().code(0);
    assert_eq!(class.outputs("killed"), class.outputs("whole"));
    assert_eq!(
        class.marks("killed"),
        [
            "ada||counting|10|10||",
            "bo||counting|6|10|race|",
            "zed||counting|10|10||"
        ]
    );

    class.grade("killed", &["--resume"]).assert().code(0);
    let again = fs::metadata(reports.join(first_report(&reports))).expect("it is there");
    assert_eq!(
        first.modified().expect("a time"),
        again.modified().expect("a time"),
        "nothing is graded again"
    );
    assert_eq!(class.outputs("killed"), class.outputs("whole"));
}

fn first_report(reports: &Path) -> String {
    let entries = reports.read_dir().expect("a folder").flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names.remove(0)
}

#[test]
fn parts_give_together_what_one_run_gives() {
    let class = Class::new(&[("ada.rs", COUNTS), ("bo.rs", LOSES_COUNTS), ("cy.rs", "pub fn count(")]);
    class.grade("whole", &[]).assert().code(0);
    for part in ["2/2", "1/2"] {
        let graded = class.grade("parts", &["--part", part]).assert().code(0);
        graded.stdout(contains(format!("part {part}: ")));
    }
    let graded = class.grade("parts", &["--resume"]).assert().code(0);
    graded.stdout(contains("3 students · 1 passed · 2 failed"));
    assert_eq!(class.outputs("parts"), class.outputs("whole"));
}

#[test]
fn bad_input_is_refused_before_anything_is_graded_or_written() {
    let class = Class::new(&[("ada.rs", COUNTS)]);
    fs::create_dir_all(class.path("full")).expect("a folder");
    fs::write(class.path("full/thesis.txt"), "mine").expect("a file");
    fs::write(class.path("double.csv"), "id\nada\nada\n").expect("a file");
    let double = class.path("double.csv");
    let double = double.to_string_lossy();
    let cases: [(&str, &[&str], &str); 5] = [
        ("full", &[], "the folder is not empty"),
        ("new", &["--roster", &double], "`ada` is in line 2 and again in line 3"),
        (
            "new",
            &["--roster", "nowhere.csv"],
            "failed to read the roster `nowhere.csv`",
        ),
        ("new", &["--id-from", "("], "failed to read the pattern of `--id-from`"),
        ("new", &["--part", "9/8"], "the first of them from 1 to the second"),
    ];
    for (out, flags, told) in cases {
        says(class.grade(out, flags).assert().code(2).stdout(""), told);
    }
    assert!(!class.path("new").exists());
    assert_eq!(fs::read_dir(class.path("full")).expect("a folder").count(), 1);

    let (nowhere, out) = (class.path("nowhere"), class.path("new"));
    let (nowhere, out) = (nowhere.to_string_lossy(), out.to_string_lossy());
    let missing = class
        .course
        .xtask(&["class", "counting", "--submissions", &nowhere, "--out", &out])
        .assert();
    says(missing.code(2), "failed to list the submissions in");
    let unnamed = class
        .course
        .xtask(&["class", "--submissions", &nowhere, "--out", &out])
        .assert();
    says(unnamed.code(2), "name them, or write `--all`");

    class.grade("out", &[]).assert().code(0);
    let submissions = class.path("in");
    let (submissions, out) = (submissions.to_string_lossy(), class.path("out"));
    let out = out.to_string_lossy();
    let args = [
        "class",
        "reckoning",
        "--submissions",
        &submissions,
        "--out",
        &out,
        "--resume",
    ];
    let other = class.course.xtask(&args).assert().code(2);
    says(other, "it is for counting, and not for reckoning");
}
