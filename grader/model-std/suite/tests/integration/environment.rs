//! What a program learns about its surroundings: the same in every execution and on every machine.

use model_std::{process, thread};
use model_std_suite::returns;

fn name() -> Option<String> {
    thread::current().name().map(str::to_owned)
}

#[test]
fn the_body_has_the_name_of_the_thread_that_explores() {
    let own = std::thread::current().name().map(str::to_owned);
    assert!(own.is_some(), "the test runs on a thread that is named after it");
    assert_eq!(name(), own, "outside an execution");
    returns(name, [own]);
    let explore = || assert_eq!(returns(name, [None]).executions, 1);
    std::thread::spawn(explore).join().unwrap();
}

#[test]
fn the_process_id_is_that_of_no_process() {
    assert_eq!(process::id(), std::process::id(), "outside an execution");
    returns(process::id, [4_194_305]);
}
