//! Mutants of the small course: what becomes of them, and which of them may survive.

use std::num::NonZero;

use grader::mutate::{Among, Fate, JudgedMutant, Sample, Selection, mutate};

use crate::course::{Course, silent};

/// What becomes of the selected mutants of the variant, whose list of survivors is right.
fn judged(course: &Course, name: &str) -> Vec<JudgedMutant> {
    let selection = Selection {
        name: Some(format!("atomic:{name}")),
        ..Selection::default()
    };
    let mutation = mutate(
        &course.workspace,
        &course.exercise,
        &selection,
        &course.options,
        &silent,
    );
    let mutation = mutation.expect("the sources are Rust");
    assert_eq!(mutation.stale, [""; 0]);
    mutation.judged
}

#[test]
fn a_wrong_mutant_is_noticed_and_what_does_not_compile_is_none() {
    let course = Course::open();
    let [wrong] = &judged(&course, "13:load_then_store")[..] else {
        panic!("there is one such place");
    };
    let Fate::Killed { check, finding } = &wrong.fate else {
        panic!("{wrong:#?}");
    };
    assert_eq!((check.as_str(), finding.as_str()), ("every_step_counts", "race"));
    let [without_total] = &judged(&course, "12:statement_deleted")[..] else {
        panic!("there is one such place");
    };
    assert_eq!(without_total.fate, Fate::NotBuilt, "{without_total:#?}");
}

#[test]
fn what_only_the_whole_build_refuses_is_no_mutant() {
    let course = Course::open();
    let [by_zero] = &judged(&course, "9:other_constant:3")[..] else {
        panic!("there is one such place");
    };
    assert_eq!(by_zero.fate, Fate::NotBuilt, "{by_zero:#?}");
}

#[test]
fn a_survivor_is_explained_by_the_list_and_only_there() {
    let course = Course::open();
    let survivors = judged(&course, "9:other_constant");
    let survive = survivors.iter().filter(|mutant| mutant.fate == Fate::Survives);
    let explained: Vec<bool> = survive.map(|mutant| mutant.reason.is_some()).collect();
    assert_eq!(explained, [true, false], "{survivors:#?}");
}

#[test]
fn a_selection_is_a_part_of_all_mutants_and_the_same_every_time() {
    let course = Course::open();
    let select = |selection: Selection| {
        let mutation = mutate(
            &course.workspace,
            &course.exercise,
            &selection,
            &course.options,
            &silent,
        );
        let judged = mutation.expect("the sources are Rust").judged;
        judged.into_iter().map(|judged| judged.mutant.name).collect::<Vec<_>>()
    };
    let listed = Selection {
        among: Among::Listed,
        ..Selection::default()
    };
    assert_eq!(select(listed), ["atomic:9:other_constant"]);
    let sample = || {
        let sample = Some(Sample {
            size: NonZero::new(2).expect("it is not zero"),
            seed: 7,
        });
        select(Selection {
            sample,
            ..Selection::default()
        })
    };
    assert_eq!(sample().len(), 2);
    assert_eq!(sample(), sample());
}
