//! Reference counts of `Arc`, in programs that are compiled so that the model sees them.

use crate::drop_in::compiler::{Library, Workshop};

#[test]
fn programs_that_use_reference_counts_have_all_their_outcomes() {
    let workshop = Workshop::new("reference_counts");
    assert_eq!(workshop.run_counting(Library::Modelled), "");
}

#[test]
fn programs_that_use_reference_counts_have_no_other_outcome_on_real_threads() {
    let workshop = Workshop::new("reference_counts_on_real_threads");
    assert_eq!(workshop.run_counting(Library::Real), "");
}
