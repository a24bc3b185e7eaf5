//! What a program learns about its surroundings: the same in every execution and on every machine.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::time::Duration;

use model_std::model::trace::{Op, Value};
use model_std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use model_std::time::SystemTime;
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

/// Asks in each execution, and twice in another thread. Every answer differs from the others, but is the same in every
/// execution.
#[cfg(target_os = "linux")]
#[track_caller]
fn is_random_but_repeats(ask: fn() -> [u8; 16]) {
    assert_ne!(ask(), ask(), "outside an execution");
    let explored = move || {
        let shared = AtomicU64::new(0);
        let mut answers = thread::scope(|scope| {
            let asking = scope.spawn(|| {
                shared.fetch_add(1, SeqCst);
                [ask(), ask()]
            });
            shared.fetch_add(1, SeqCst);
            let mine = ask();
            let theirs = asking.join().unwrap();
            vec![mine, theirs[0], theirs[1]]
        });
        answers.push(ask());
        assert_eq!(answers.iter().collect::<BTreeSet<_>>().len(), 4);
        answers
    };
    let mut answers = BTreeSet::new();
    let coverage = preemptions(2).each(explored, |execution| {
        answers.insert(execution.value.unwrap().unwrap());
    });
    assert!(coverage.executions > 2 && answers.len() == 1, "{answers:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn the_random_bytes_of_the_system_are_the_same_in_every_execution() {
    is_random_but_repeats(|| {
        let mut bytes = [0; 16];
        File::open("/dev/urandom").unwrap().read_exact(&mut bytes).unwrap();
        bytes
    });
}

#[test]
#[cfg(target_os = "linux")]
fn the_time_of_a_file_compares_with_the_virtual_clock() {
    let modified = std::fs::metadata("/proc/self/exe").unwrap().modified().unwrap();
    let body = move || {
        let is_old = modified < SystemTime::now() && modified.elapsed().is_ok();
        let start = SystemTime::now();
        thread::sleep(Duration::from_secs(3));
        (is_old, start.elapsed().unwrap().as_secs())
    };
    returns(body, [(true, 3)]);
    assert!(modified <= SystemTime::now(), "outside an execution");
}
