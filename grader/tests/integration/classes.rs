//! A class is graded once for each content, and a grading that was ended goes on where it was.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use grader::class::{ClassError, Kept, Key, Member, grade_class};
use grader::discover::{Source, Submission};
use protocol::verdict::{Overall, Report};

use crate::course::{Course, silent};

/// Reports in memory, as JSON, and how often one was kept.
#[derive(Default)]
struct InMemory {
    reports: Mutex<BTreeMap<String, String>>,
    n_kept: Mutex<usize>,
    is_full: bool,
}

impl InMemory {
    fn n_kept(&self) -> usize {
        *self.n_kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn report(&self, key: &Key) -> Report {
        let reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        serde_json::from_str(&reports[&key.to_string()]).expect("a report")
    }
}

impl Kept for InMemory {
    fn has(&self, key: &Key) -> bool {
        let reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        reports.contains_key(&key.to_string())
    }

    fn keep(&self, key: &Key, report: &Report) -> io::Result<()> {
        if self.is_full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        *self.n_kept.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        let text = serde_json::to_string(report)?;
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        reports.insert(key.to_string(), text);
        Ok(())
    }

    fn keep_ungraded(&self, key: &Key, report: &Report) -> io::Result<()> {
        panic!("{key} is ungraded: {report:#?}")
    }
}

fn grade(course: &Course, submissions: &[Submission], kept: &InMemory) -> Result<Vec<Key>, ClassError> {
    let members: Vec<Member<'_>> = submissions
        .iter()
        .map(|submission| Member {
            exercise: &course.exercise,
            submission: submission.clone(),
        })
        .collect();
    grade_class(&course.workspace, &members, kept, &course.options, &silent)
}

#[test]
fn equal_submissions_are_graded_once_and_a_second_run_grades_nothing() {
    let course = Course::open();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let copy = folder.path().join("other_name.rs");
    let variants = std::fs::read_dir(course.path("solutions/counting/variants")).expect("there are variants");
    let variant = variants
        .map(|entry| entry.expect("an entry").path())
        .next()
        .expect("one");
    std::fs::copy(&variant, &copy).expect("a copy");
    let submissions = [
        course.submission(&variant.to_string_lossy()),
        Submission {
            shown: copy.clone(),
            source: Source::File(copy.clone()),
        },
        Submission::student(&course.workspace, &course.exercise).expect("the stub is there"),
    ];
    let kept = InMemory::default();
    let keys = grade(&course, &submissions, &kept).expect("all are kept");
    assert_eq!((keys[0] == keys[1], keys[1] == keys[2]), (true, false));
    assert_eq!(kept.n_kept(), 2);
    let overall: Vec<Overall> = keys.iter().map(|key| kept.report(key).overall()).collect();
    assert_eq!(overall, [Overall::Passed, Overall::Passed, Overall::Failed]);
    let single = course.grade_submission(&submissions[2].clone().without_place());
    assert_eq!(
        kept.report(&keys[2]),
        single,
        "it is the report that a single grading makes"
    );

    assert_eq!(grade(&course, &submissions, &kept).expect("all are kept"), keys);
    assert_eq!(kept.n_kept(), 2);

    std::fs::write(&copy, "pub fn other() {}").expect("it is changed");
    let changed = grade(&course, &submissions, &kept).expect("all are kept");
    assert_ne!(changed[1], keys[1]);
    assert_eq!(kept.n_kept(), 3);
}

#[test]
fn what_cannot_be_read_is_looked_at_each_time() {
    let course = Course::open();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let gone = folder.path().join("gone.rs");
    let submissions = [Submission {
        shown: gone.clone(),
        source: Source::File(gone.clone()),
    }];
    let kept = InMemory::default();
    std::os::unix::fs::symlink(course.path("solutions/counting/src/lib.rs"), &gone).expect("a link");
    for round in 1..=2 {
        let keys = grade(&course, &submissions, &kept).expect("it is kept");
        assert_eq!(kept.report(&keys[0]).overall(), Overall::Failed);
        assert_eq!(kept.n_kept(), round);
    }
}

#[test]
fn a_full_disk_ends_the_grading_and_says_so() {
    let course = Course::open();
    let kept = InMemory {
        is_full: true,
        ..InMemory::default()
    };
    let submissions = [
        course.submission("solutions/counting"),
        Submission::student(&course.workspace, &course.exercise).expect("the stub is there"),
    ];
    let ended = grade(&course, &submissions, &kept);
    assert!(matches!(ended, Err(ClassError::Keep { .. })), "{ended:?}");
}
