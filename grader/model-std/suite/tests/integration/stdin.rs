//! Standard input under the model is empty in every execution, and threads wait for its lock.

use model_std::io::{self, BufRead, IsTerminal, Read};
use model_std::model::trace::End;
use model_std::sync::Mutex;
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::thread;
use model_std_suite::{first_failure, returns};

#[test]
fn every_way_of_reading_finds_the_end() {
    let body = || {
        let (mut text, mut bytes, mut stdin) = (String::new(), Vec::new(), io::stdin());
        let mut read = stdin.read_line(&mut text).expect("reading works");
        read += stdin.lock().read_line(&mut text).expect("reading works");
        read += stdin.lock().read_until(b'\n', &mut bytes).expect("reading works");
        read += stdin.read(&mut [0; 4]).expect("reading works");
        read += (&stdin).read_to_string(&mut text).expect("reading works");
        read += stdin.read_to_end(&mut bytes).expect("reading works");
        let is_short = stdin.read_exact(&mut [0]).is_err();
        (read, is_short, stdin.is_terminal(), stdin.lines().count())
    };
    returns(body, [(0, true, false, 0)]);
}

#[test]
fn the_lock_of_standard_input_excludes_other_threads() {
    let body = || {
        let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let visit = || {
            let _lock = io::stdin().lock();
            most.fetch_max(inside.fetch_add(1, SeqCst) + 1, SeqCst);
            inside.fetch_sub(1, SeqCst);
        };
        thread::scope(|scope| {
            scope.spawn(visit);
            scope.spawn(visit);
        });
        most.into_inner()
    };
    returns(body, [1]);
}

#[test]
fn a_thread_that_reads_while_it_holds_the_lock_waits_for_itself() {
    let trace = first_failure(|| {
        let _lock = io::stdin().lock();
        let _ = io::stdin().read_line(&mut String::new());
    });
    let End::Deadlock { cycle, .. } = trace.end else {
        panic!("{:?}", trace.end)
    };
    assert_eq!(cycle, [0]);
}

#[test]
fn stdin_and_another_lock_in_opposite_orders_are_a_deadlock() {
    let trace = first_failure(|| {
        let mutex = Mutex::new(());
        thread::scope(|scope| {
            scope.spawn(|| {
                let _stdin = io::stdin().lock();
                let _mutex = mutex.lock();
            });
            scope.spawn(|| {
                let _mutex = mutex.lock();
                let _stdin = io::stdin().lock();
            });
        });
    });
    assert!(matches!(trace.end, End::Deadlock { .. }), "{:?}", trace.end);
}

#[test]
fn a_panic_leaves_standard_input_usable() {
    let body = || {
        let lost = thread::spawn(|| {
            let _lock = io::stdin().lock();
            panic!("on purpose");
        });
        let panicked = lost.join().is_err();
        (panicked, io::stdin().read_line(&mut String::new()).is_ok())
    };
    returns(body, [(true, true)]);
}
