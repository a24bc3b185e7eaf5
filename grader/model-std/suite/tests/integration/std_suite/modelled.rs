//! The areas under the model.

#[path = "areas.rs"]
mod areas;

use std::fmt::Debug;

pub(crate) use model_std as library;
use model_std_suite::preemptions;

/// `body` comes to exactly the `allowed` results.
#[track_caller]
fn comes_to<T: Debug + 'static>(body: impl Fn() -> T + 'static, allowed: impl IntoIterator<Item = T>) {
    let allowed = allowed.into_iter().map(|value| format!("{value:?}")).collect();
    explores(Box::new(move || format!("{:?}", body())), allowed);
}

/// As [`comes_to`], of one type, so that the explorer is compiled once and not for each test.
#[track_caller]
fn explores(body: Box<dyn Fn() -> String>, allowed: Vec<String>) {
    let coverage = preemptions(2).returns(body, allowed);
    assert!(coverage.complete, "{coverage:?}");
}
