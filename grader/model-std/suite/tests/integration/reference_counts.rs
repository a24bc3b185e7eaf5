//! Reference counts of `Arc`, in programs that are compiled so that the model sees them.
//!
//! Generated programs are few by default. For a long run, from the root of the workspace, with its output:
//!
//! ```text
//! COUNTS_FIRST=1000 COUNTS_PROGRAMS=200 COUNTS_RUNS=20000 \
//!     cargo test -p model-std-suite --test integration reference_counts -- --nocapture
//! ```

use std::collections::BTreeSet;

use crate::configured;
use crate::drop_in::compiler::{Library, Workshop};

#[test]
fn programs_that_use_reference_counts_have_all_their_outcomes() {
    let workshop = Workshop::new("reference_counts");
    workshop.compile_counting(Library::Modelled);
    assert_eq!(workshop.run_counting(Library::Modelled, "run_modelled", &[]), "");
}

#[test]
fn real_threads_do_nothing_with_reference_counts_that_the_model_does_not() {
    let (first, n) = (configured("COUNTS_FIRST", 1), configured("COUNTS_PROGRAMS", 40));
    let runs = configured("COUNTS_RUNS", 300);
    let workshop = Workshop::new("reference_counts_in_the_model");
    workshop.compile_counting(Library::Modelled);
    let possible = workshop.run_counting(Library::Modelled, "generated_modelled", &[first, n]);
    let workshop = Workshop::new("reference_counts_on_real_threads");
    workshop.compile_counting(Library::Real);
    // The programs with names have no other outcomes than they say.
    assert_eq!(workshop.run_counting(Library::Real, "run_real", &[]), "");
    let seen = workshop.run_counting(Library::Real, "generated_real", &[first, n, runs]);

    let possible: BTreeSet<&str> = possible.lines().collect();
    // A program with too many interleavings was not explored.
    let number = |line: &str| line.split_once(' ').map(|(number, _)| number.to_owned());
    let explored: BTreeSet<_> = possible.iter().filter_map(|line| number(line)).collect();
    let seen: BTreeSet<&str> = seen
        .lines()
        .filter(|line| number(line).is_some_and(|it| explored.contains(&it)))
        .collect();
    let surprises: Vec<_> = seen.difference(&possible).collect();
    println!(
        "{} of {n} programs with {} outcomes, of which real threads had {}",
        explored.len(),
        possible.len(),
        seen.len()
    );
    assert!(surprises.is_empty(), "{surprises:#?}");
    assert!(explored.len() as u64 > n / 2 && !seen.is_empty(), "{explored:?}");
}
