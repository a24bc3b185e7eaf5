//! An interleaving that is run again.

use super::*;

#[test]
fn a_replay_shows_the_interleaving_again() {
    let failure = failures::lost_update();
    let trace = failure.trace.clone().expect("a lost update has a trace");
    assert_snapshot!(human::replay(&samples::replayed(Some(failure), trace), &Options::default()).plain());
}

#[test]
fn a_replay_that_is_right_now_says_so() {
    let trace = failures::lost_update().trace.expect("a lost update has a trace");
    assert_snapshot!(human::replay(&samples::replayed(None, trace), &Options::default()).plain());
}

#[test]
fn a_replay_as_json_is_one_stable_line() {
    let failure = failures::lost_update();
    let trace = failure.trace.clone().expect("a lost update has a trace");
    assert_snapshot!(json::replay(&samples::replayed(Some(failure), trace)));
}
