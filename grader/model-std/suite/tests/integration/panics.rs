//! Panics as in `std`: a panic belongs to its thread, its join returns it, and it poisons only what its thread was
//! writing.

use model_std::model::trace::{End, Panic};
use model_std::panic::{catch_unwind, resume_unwind, set_hook, take_hook};
use model_std::sync::{Arc, Mutex};
use model_std::thread;
use model_std_suite::{Explorer, OnDrop, ends, first_failure, line, plain, preemptions, returns};

#[test]
fn a_panic_of_the_body_ends_the_execution_with_message_and_line() {
    let panic_line = line!() + 1;
    let trace = first_failure(|| panic!("oh {}", "no"));
    let End::Panicked(Panic { message, place }) = trace.end else {
        panic!("{:?}", trace.end)
    };
    assert_eq!((message.as_str(), line(place.as_ref())), ("oh no", panic_line));
}

#[test]
fn a_trace_tells_the_panic_that_ended_a_thread() {
    let body = || {
        let _ = thread::spawn(|| panic!("died")).join();
        let _ = thread::spawn(|| catch_unwind(|| panic!("caught")).is_err()).join();
        let _ = thread::spawn(|| {
            let _ = catch_unwind(|| panic!("first"));
            resume_unwind(Box::new("second"));
        })
        .join();
    };
    preemptions(0).each(body, |execution| {
        let panicked: Vec<_> = execution
            .trace
            .threads
            .iter()
            .map(|thread| thread.panic.as_ref().map(|panic| panic.message.as_str()))
            .collect();
        assert_eq!(panicked, [None, Some("died"), None, Some("second")]);
    });
}

#[test]
fn a_thread_that_waits_for_a_lock_sees_it_poisoned_exactly_if_the_panic_came_first() {
    let body = || {
        let mutex = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&mutex);
        let thread = thread::spawn(move || {
            let _held = theirs.lock().unwrap();
            panic!("boom");
        });
        let poisoned = mutex.lock().is_err();
        (poisoned, thread.join().is_err(), mutex.is_poisoned())
    };
    returns(body, [(false, true, true), (true, true, true)]);
}

#[test]
fn a_thread_that_unwinds_affects_no_other_thread() {
    let body = || {
        let (one, other) = (Arc::new(Mutex::new(0)), Arc::new(Mutex::new(0)));
        let theirs = Arc::clone(&one);
        // Each operation in this destructor is a scheduling point at which the body may run.
        let unwinding = thread::spawn(move || {
            let _on_drop = OnDrop(|| {
                for _ in 0..2 {
                    *theirs.lock().unwrap_or_else(|error| error.into_inner()) += 1;
                }
            });
            panic!("boom");
        });
        let held = other.lock().unwrap();
        let also_held = one.lock().unwrap();
        let panicking = thread::panicking();
        drop((held, also_held));
        let died = unwinding.join().is_err();
        (
            panicking,
            died,
            one.is_poisoned(),
            other.is_poisoned(),
            *one.lock().unwrap(),
        )
    };
    preemptions(3).returns(body, [(false, true, false, false, 2)]);
}

#[test]
fn a_panic_hook_hears_the_panics_of_its_execution_only() {
    let body = || {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ear = Arc::clone(&heard);
        set_hook(Box::new(move |info| {
            let text = info.payload_as_str().unwrap_or_default().to_owned();
            ear.lock()
                .unwrap()
                .push((text, thread::current().name().map(str::to_owned)));
        }));
        let named = thread::Builder::new()
            .name("worker".to_owned())
            .spawn(|| panic!("oh"))
            .unwrap();
        let _ = named.join();
        let _ = catch_unwind(|| panic!("no"));
        let heard = heard.lock().unwrap().clone();
        let texts: Vec<String> = heard.iter().map(|(text, name)| format!("{name:?}: {text}")).collect();
        texts.join(", ")
    };
    let own = std::thread::current().name().map(str::to_owned);
    returns(body, [format!(r#"Some("worker"): oh, {own:?}: no"#)]);
    ends(|| take_hook()(&unheard()), &["panicked: unheard"]);
}

fn unheard() -> std::panic::PanicHookInfo<'static> {
    panic!("unheard")
}

#[test]
fn a_panic_hook_waits_for_a_lock_that_another_thread_holds() {
    let body = || {
        let log = Arc::new(Mutex::new(0));
        let ear = Arc::clone(&log);
        set_hook(Box::new(move |_| *ear.lock().unwrap() += 1));
        let thread = thread::spawn(|| panic!("oh"));
        let mut held = log.lock().unwrap();
        let before = *held;
        thread::yield_now();
        let unchanged = *held == before;
        *held += 10;
        drop(held);
        let _ = thread.join();
        (unchanged, *log.lock().unwrap())
    };
    preemptions(3).returns(body, [(true, 11)]);
}

#[test]
fn a_panic_that_leaves_a_thread_local_destructor_aborts_the_process() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("in a destructor");
        }
    }
    model_std::thread_local! {
        static BAD: Bad = const { Bad };
    }
    ends(
        || thread::spawn(|| BAD.with(|_| ())).join().is_ok(),
        &["1 aborted after [\"in a destructor\"]"],
    );
    ends(|| BAD.with(|_| ()), &["0 aborted after [\"in a destructor\"]"]);
}

#[test]
fn an_execution_cut_short_while_a_thread_unwinds_leaves_nothing_behind() {
    let body = || {
        let mutex = Mutex::new(0);
        let _held = mutex.lock().unwrap();
        let _on_drop = OnDrop(|| drop(mutex.lock()));
        panic!("boom");
    };
    ends(body, &["deadlock [0]"]);
    // Later executions on the same operating-system thread do not count as unwinding.
    let explorer = Explorer {
        settings: plain(),
        ..preemptions(1)
    };
    explorer.returns(
        || {
            let mutex = Mutex::new(0);
            drop(mutex.lock().unwrap());
            (
                thread::panicking(),
                mutex.is_poisoned(),
                catch_unwind(|| panic!("again")).is_err(),
            )
        },
        [(false, false, true)],
    );
}
