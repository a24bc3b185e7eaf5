//! What would end the process ends the execution: a stack that overflows, a panic where none may pass, a signal.

use std::hint::black_box;

use model_std::model::Settings;
use model_std::model::trace::{End, Panic};
use model_std::sync::Mutex;
use model_std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use model_std::{panic, thread};
use model_std_suite::{OnDrop, ends, first_failure, line, preemptions, returns, settings};

/// Calls itself until so many bytes of the stack are used.
fn descend(bytes: usize) -> usize {
    let top = 0_u8;
    descend_from((&raw const top).addr(), bytes)
}

#[inline(never)]
fn descend_from(top: usize, bytes: usize) -> usize {
    let here = black_box([0_u8; 200]);
    if top - (&raw const here).addr() < bytes {
        descend_from(top, bytes) + black_box(&here).len()
    } else {
        0
    }
}

/// Calls itself without end, and allocates in between.
#[expect(unconditional_recursion, reason = "it uses up the stack")]
#[inline(never)]
fn descend_with_boxes(depth: u64) -> u64 {
    let boxed = black_box(Box::new(depth));
    descend_with_boxes(*boxed + 1) + *boxed
}

/// Calls itself without end, and uses the model in between.
#[expect(unconditional_recursion, reason = "it uses up the stack")]
fn descend_with_locks(lock: &Mutex<u64>) -> u64 {
    *lock.lock().unwrap() += 1;
    black_box(descend_with_locks(lock)) + 1
}

const FOR_EVER: usize = usize::MAX;

#[test]
fn a_body_has_a_stack_of_8_mib() {
    ends(|| descend(6 << 20), &["finished"]);
    ends(|| descend(9 << 20), &["0 overflowed its stack of 8192 KiB"]);
}

#[test]
fn a_thread_has_a_stack_of_2_mib_wherever_it_is_spawned() {
    ends(|| thread::spawn(|| descend(1 << 20)).join().unwrap(), &["finished"]);
    let overflows = ["1 overflowed its stack of 2048 KiB"];
    ends(|| thread::spawn(|| descend(FOR_EVER)).join().unwrap(), &overflows);
    ends(
        || {
            thread::scope(|scope| {
                scope.spawn(|| descend(3 << 20));
            });
        },
        &overflows,
    );
}

#[test]
fn a_thread_has_a_stack_of_the_size_that_it_asks_for() {
    let with = |size: usize, bytes: usize| {
        move || {
            let builder = thread::Builder::new().stack_size(size);
            builder.spawn(move || descend(bytes)).unwrap().join().unwrap()
        }
    };
    ends(with(64 << 20, 50 << 20), &["finished"]);
    ends(with(1 << 20, 3 << 20), &["1 overflowed its stack of 1024 KiB"]);
    ends(with(0, 0), &["finished"]);
    let in_scope = || {
        thread::scope(|scope| {
            let builder = thread::Builder::new().stack_size(16 << 20);
            builder.spawn_scoped(scope, || descend(12 << 20)).unwrap();
        });
    };
    ends(in_scope, &["finished"]);
}

#[test]
fn a_stack_that_no_machine_has_is_refused_as_by_std() {
    for size in [1 << 40, usize::MAX] {
        let body = move || {
            let refused = thread::Builder::new().stack_size(size).spawn(|| {});
            refused.map_err(|error| (error.kind(), error.to_string())).err()
        };
        let expected = std::io::Error::from(std::io::ErrorKind::WouldBlock).kind();
        let (trace, _) = preemptions(0).first(body, |_| true);
        assert_eq!(trace.end, End::Finished);
        preemptions(0).each(body, |execution| {
            let error = execution.value.expect("it returns").expect("it does not panic");
            assert_eq!(error.expect("it is refused").0, expected);
        });
    }
}

#[test]
fn an_overflow_inside_a_library_or_the_runtime_is_told_as_any_other() {
    let overflows = ["1 overflowed its stack of 2048 KiB"];
    ends(|| thread::spawn(|| descend_with_boxes(0)).join().unwrap(), &overflows);
    let many_steps = settings(Settings {
        steps: 1_000_000,
        ..Settings::default()
    });
    many_steps.ends(
        || thread::spawn(|| descend_with_locks(&Mutex::new(0))).join().unwrap(),
        &overflows,
    );
}

#[test]
fn an_overflow_that_only_some_interleavings_have_is_found_and_replayed() {
    let body = || {
        let is_deep = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| is_deep.store(true, SeqCst));
            scope.spawn(|| if is_deep.load(SeqCst) { descend(FOR_EVER) } else { 0 });
        });
    };
    ends(body, &["finished", "2 overflowed its stack of 2048 KiB"]);
    let trace = first_failure(body);
    let End::StackOverflow {
        thread: 2, backtraces, ..
    } = trace.end
    else {
        panic!("{:?}", trace.end)
    };
    let calls = &backtraces[0];
    let n_most = calls
        .iter()
        .map(|call| calls.iter().filter(|other| *other == call).count());
    assert!(n_most.max() > Some(10), "no recursion in {calls:?}");
}

#[test]
fn two_panics_at_once_are_both_told_with_their_lines() {
    let first_line = line!() + 3;
    let trace = first_failure(|| {
        let _on_drop = OnDrop(|| panic!("the second"));
        panic!("the first");
    });
    let End::Aborted { thread, panics } = trace.end else {
        panic!("{:?}", trace.end)
    };
    let told: Vec<_> = panics
        .iter()
        .map(|Panic { message, place }| (message.as_str(), line(place.as_ref())))
        .collect();
    assert_eq!(
        (thread, told),
        (0, vec![("the first", first_line), ("the second", first_line - 1)])
    );
}

#[test]
fn a_panic_that_was_caught_is_none_of_two_at_once() {
    let body = || {
        assert!(panic::catch_unwind(|| panic!("caught")).is_err());
        let _on_drop = OnDrop(|| panic!("the second"));
        panic!("the first");
    };
    ends(body, &["0 aborted after [\"the first\", \"the second\"]"]);
}

#[test]
fn a_panic_in_a_function_that_cannot_unwind_is_told() {
    extern "C" fn cannot_unwind() {
        panic!("no way out");
    }
    ends(
        || thread::spawn(|| cannot_unwind()).join().unwrap(),
        &["1 aborted after [\"no way out\"]"],
    );
    // What was abandoned makes no difference to executions that follow, or to what is outside of them.
    returns(thread::panicking, [false]);
    assert!(!thread::panicking());
    let lock = Mutex::new(0);
    drop(lock.lock());
    assert!(!lock.is_poisoned());
}

#[test]
fn an_abort_of_the_real_std_ends_the_execution() {
    ends(|| std::process::abort(), &["0 crashed: Abort"]);
}

#[test]
fn thousands_of_threads_are_possible_and_too_many_are_refused_as_by_std() {
    let spawn = |n: u64| move || (0..n).map(|n| thread::spawn(move || n)).collect::<Vec<_>>();
    let body = move || spawn(3_000)().into_iter().map(|thread| thread.join().unwrap()).sum();
    let (trace, _) = preemptions(0).first(body, |execution| matches!(execution.value, Some(Ok(4_498_500_u64))));
    assert_eq!(trace.threads.len(), 3_001);
    let trace = first_failure(move || drop(spawn(100_000)()));
    let End::Panicked(Panic { message, place }) = trace.end else {
        panic!("{:?}", trace.end)
    };
    assert!(
        message.starts_with("failed to spawn thread: Os { code: 11, kind: WouldBlock"),
        "{message}"
    );
    assert_eq!(place.map(|place| place.file), Some(file!().to_owned()));
    assert_eq!(trace.threads.len(), 16_001);
}

#[test]
fn a_thread_outside_an_execution_is_an_error_that_names_the_line() {
    let spawn_line = line!() + 1;
    let refused = std::panic::catch_unwind(|| thread::spawn(|| {})).expect_err("nothing could run it");
    let message = refused.downcast::<String>().expect("a message");
    assert!(message.contains(&format!("crashes.rs:{spawn_line}:")), "{message}");
    let elsewhere = std::thread::spawn(|| thread::Builder::new().spawn(|| {}).is_ok());
    assert!(elsewhere.join().is_err());
}

#[test]
fn a_thread_has_a_handle_of_the_system() {
    use std::os::unix::thread::JoinHandleExt as _;
    let body = || {
        let thread = thread::spawn(|| {});
        let same = thread.as_pthread_t() != 0;
        (same, thread.join().is_ok())
    };
    returns(body, [(true, true)]);
}
