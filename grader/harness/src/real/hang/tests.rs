//! What is said of threads and processes that wait, without any.

use super::*;

/// A process that is not this one: numbers are 22 bits at most.
const OTHER: i32 = i32::MAX;

fn task(process: i32, offset: i32, name: &str, state: char) -> Task {
    Task {
        process,
        id: process - offset,
        name: name.to_owned(),
        state,
        switches: 0,
        call: None,
        has_limit: true,
    }
}

#[test]
fn threads_and_children_without_a_name_of_their_own_are_not_called_by_that_of_the_check() {
    let own = std::process::id().cast_signed();
    let tasks = [
        task(own, 0, "checks", 'S'),
        task(own, 1, "checks", 'S'),
        task(own, 2, "checks", 'S'),
        task(own, 3, "reader", 'S'),
        task(OTHER, 0, "cat", 'Z'),
        task(OTHER, 0, "checks", 'S'),
    ];
    let expected = [
        "a child process of the check sleeps",
        "a thread sleeps (2 of them)",
        "child process `cat` has ended and was not waited for",
        "the main thread sleeps",
        "thread `reader` sleeps",
    ];
    assert_eq!(describe_all(&tasks), expected);
}

#[test]
fn who_waits_for_each_other_is_given_up_sooner_than_who_may_wait_for_a_clock() {
    let mut tasks = [task(1, 0, "checks", 'S'), task(1, 1, "reader", 'S')];
    assert!(!is_hung(&tasks, 0, LOOKS - 1) && is_hung(&tasks, 0, LOOKS));
    tasks[0].call = Some(Call::Read);
    assert!(!is_hung(&tasks, 0, LOOKS - 1), "one of them may wait for a clock");
    tasks[1].call = Some(Call::Futex);
    assert!(!is_hung(&tasks, 0, LOOKS - 1), "with a limit");
    tasks[1].has_limit = false;
    assert!(!is_hung(&tasks, 0, FEW_LOOKS - 1) && is_hung(&tasks, 0, FEW_LOOKS));
    assert!(!is_hung(&tasks, 1, LOOKS - 1), "somebody else looks on");
}
