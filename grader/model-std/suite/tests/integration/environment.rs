//! What a program learns about its surroundings: the same in every execution and on every machine.

use model_std::model::trace::{Op, Value};
use model_std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use model_std::{process, thread};
use model_std_suite::{preemptions, returns};

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

#[test]
fn an_address_in_an_integer_is_told_as_an_address() {
    // Memory that is never freed, and so is elsewhere in the next execution; the lowest bit is a tag.
    let body = || {
        let shared = AtomicUsize::new(7);
        thread::scope(|scope| {
            scope.spawn(|| {
                let address = Box::leak(Box::new([0_u16; 1500])).as_ptr().addr();
                shared.store(address | 1, SeqCst);
            });
            shared.load(SeqCst) == 7
        })
    };
    returns(body, [true, false]);
    let (trace, _) = preemptions(1).first(body, |execution| matches!(execution.value, Some(Ok(false))));
    let stored = trace.events.iter().find_map(|event| match &event.op {
        Op::Store { value, .. } => Some(*value),
        _ => None,
    });
    assert_eq!(stored, Some(Value::Pointer { is_null: false }));
}

#[test]
fn a_large_number_is_no_address() {
    let large = [1 << 33, 1 << 62, u64::MAX, 0x5DEE_CE66_D000_0001];
    let body = move || large.iter().for_each(|number| AtomicU64::new(0).store(*number, SeqCst));
    let (trace, _) = preemptions(0).first(body, |_| true);
    let stored = trace.events.iter().filter_map(|event| match event.op {
        Op::Store { value, .. } => Some(value),
        _ => None,
    });
    assert_eq!(stored.collect::<Vec<_>>(), large.map(Value::Unsigned));
}
