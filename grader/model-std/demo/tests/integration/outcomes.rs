//! Every program has exactly the outcomes of the table, and the wrong ones with the fewest preemptions of the table.

use std::collections::BTreeSet;

use std::model::Pruning;

use model_std_demo::{Demo, all};

/// The outcomes with at most so many preemptions, after a complete exploration.
#[track_caller]
fn outcomes(demo: &Demo, preemptions: u32, pruning: Pruning) -> Vec<(String, u32)> {
    let found = demo.explore(preemptions, pruning);
    assert!(found.coverage.complete, "{}: {:?}", demo.name, found.coverage);
    found.preemptions.into_iter().collect()
}

#[test]
fn every_program_has_exactly_the_outcomes_of_the_table() {
    for demo in all() {
        let found: Vec<String> = outcomes(&demo, demo.preemptions, Pruning::Visited)
            .into_iter()
            .map(|found| found.0)
            .collect();
        assert_eq!(found, demo.outcomes, "{}", demo.name);
    }
}

#[test]
fn a_wrong_outcome_takes_exactly_the_preemptions_of_the_table() {
    let mut n_wrong = 0;
    for demo in all() {
        for &(wrong, fewest) in demo.wrong {
            let at = |preemptions, pruning| {
                let found = outcomes(&demo, preemptions, pruning);
                found
                    .into_iter()
                    .find(|(outcome, _)| outcome == wrong)
                    .map(|found| found.1)
                    // The first stale read may exceed the bound.
                    .filter(|needed| *needed <= preemptions)
            };
            assert_eq!(at(fewest, Pruning::Visited), Some(fewest), "{}: {wrong}", demo.name);
            if let Some(fewer) = fewest.checked_sub(1) {
                assert_eq!(at(fewer, Pruning::Visited), None, "{}: {wrong}", demo.name);
                // Without pruning too, where that does not take too long.
                if fewer < 2 {
                    assert_eq!(at(fewer, Pruning::Off), None, "{}: {wrong}", demo.name);
                }
            }
            n_wrong += 1;
        }
    }
    assert!(n_wrong > 15, "{n_wrong} wrong outcomes");
}

#[test]
fn no_wrong_outcome_that_needs_an_injected_fault_comes_up_without() {
    let mut n_programs = 0;
    for demo in all() {
        if demo.injected_faults == 0 || demo.wrong.is_empty() {
            continue;
        }
        let without = Demo {
            injected_faults: 0,
            ..demo
        };
        let found = outcomes(&without, demo.preemptions, Pruning::Visited);
        let wrong: Vec<_> = found.iter().filter(|(outcome, _)| demo.is_wrong(outcome)).collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", demo.name);
        n_programs += 1;
    }
    assert_eq!(n_programs, 3);
}

#[test]
fn programs_have_unique_names_and_their_tables_are_consistent() {
    let names: BTreeSet<&str> = all().iter().map(|demo| demo.name).collect();
    assert_eq!(names.len(), all().len());
    for demo in all() {
        let is_known = |(wrong, _): &(&str, u32)| demo.outcomes.contains(wrong);
        assert!(demo.wrong.iter().all(is_known), "{}", demo.name);
        assert!(demo.outcomes.is_sorted(), "{}", demo.name);
        assert!(demo.wrong.len() < demo.outcomes.len(), "{}", demo.name);
    }
}
