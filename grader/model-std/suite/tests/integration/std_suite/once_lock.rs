//! `OnceLock`: setting, reading, and dropping the value.

use super::library::panic::{AssertUnwindSafe, catch_unwind};
use super::library::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use super::library::sync::mpsc::channel;
use super::library::sync::{Arc, OnceLock};
use super::library::thread;
use super::{Counted, comes_to};

#[test]
fn a_static_cell_set_by_one_thread_is_seen_by_all() {
    static CELL: OnceLock<i32> = OnceLock::new();
    let body = || {
        let before = CELL.get().copied();
        let thread = thread::spawn(|| *CELL.get_or_init(|| 92));
        let theirs = thread.join().unwrap();
        let mine = *CELL.get_or_init(|| unreachable!("it is set"));
        // With real threads a static keeps its value from one run to the next.
        (before.unwrap_or(92), theirs, mine, CELL.get() == Some(&92))
    };
    comes_to(body, [(92, 92, 92, true)]);
}

#[test]
fn a_cell_is_set_once_and_returns_a_second_value() {
    let body = || {
        let cell = OnceLock::new();
        (cell.set(1), cell.set(2), *cell.get_or_init(|| 3), cell.get().copied())
    };
    comes_to(body, [(Ok(()), Err(2), 1, Some(1))]);
}

#[test]
fn one_of_two_setters_wins() {
    let body = || {
        let cell = Arc::new(OnceLock::new());
        let theirs = Arc::clone(&cell);
        let thread = thread::spawn(move || theirs.set(1).is_ok());
        let mine = cell.set(2).is_ok();
        (mine, thread.join().unwrap(), cell.get().copied())
    };
    comes_to(body, [(true, false, Some(2)), (false, true, Some(1))]);
}

#[test]
fn get_sees_nothing_or_the_whole_value() {
    let body = || {
        let cell = Arc::new(OnceLock::new());
        let theirs = Arc::clone(&cell);
        let thread = thread::spawn(move || {
            theirs
                .get_or_init(|| {
                    thread::yield_now();
                    "whole".to_owned()
                })
                .len()
        });
        let seen = cell.get().cloned();
        thread.join().unwrap();
        seen
    };
    comes_to(body, [None, Some("whole".to_owned())]);
}

#[test]
fn a_panic_of_the_initialiser_leaves_the_cell_empty_and_usable() {
    let body = || {
        let cell = OnceLock::new();
        let panicked = catch_unwind(AssertUnwindSafe(|| *cell.get_or_init(|| panic!("in the initialiser")))).is_err();
        (panicked, cell.get().copied(), *cell.get_or_init(|| 2))
    };
    comes_to(body, [(true, None, 2)]);
}

#[test]
fn a_waiter_for_a_panicking_initialiser_initialises_next() {
    let body = || {
        let cell = Arc::new(OnceLock::new());
        let theirs = Arc::clone(&cell);
        let thread = thread::spawn(move || *theirs.get_or_init(|| panic!("in the initialiser")));
        let mine = *cell.get_or_init(|| 2);
        (mine, thread.join().ok())
    };
    comes_to(body, [(2, None), (2, Some(2))]);
}

#[test]
fn a_wait_ends_when_the_cell_is_set() {
    let body = || {
        let cell = OnceLock::new();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| *cell.wait());
            cell.set(4).unwrap();
            waiting.join().unwrap()
        })
    };
    comes_to(body, [4]);
}

#[test]
fn the_owner_of_a_cell_can_change_and_take_the_value() {
    let body = || {
        let mut cell = OnceLock::new();
        let empty = cell.get_mut().is_none();
        cell.set(90).unwrap();
        *cell.get_mut().unwrap() += 2;
        let taken = (cell.take(), cell.get().copied(), cell.set(5).is_ok());
        (
            empty,
            taken,
            cell.clone().into_inner(),
            OnceLock::<u8>::new().into_inner(),
        )
    };
    comes_to(body, [(true, (Some(92), None, true), Some(5), None)]);
}

#[test]
fn the_value_of_a_cell_is_dropped_once_by_its_owner() {
    let body = || {
        let drops = Arc::new(AtomicUsize::new(0));
        let (cell, theirs) = (OnceLock::new(), Arc::clone(&drops));
        let thread = thread::spawn(move || {
            cell.get_or_init(|| Counted(Arc::clone(&theirs)));
            let before = theirs.load(SeqCst);
            drop(cell);
            before
        });
        drop(OnceLock::<Counted>::new());
        (thread.join().unwrap(), drops.load(SeqCst))
    };
    comes_to(body, [(0, 1)]);
}

#[test]
fn a_cell_can_be_made_full_compared_and_formatted() {
    let body = || {
        let (empty, full) = (OnceLock::<&str>::new(), OnceLock::from("a"));
        let same = (
            empty == OnceLock::new(),
            full == OnceLock::from("a"),
            full == OnceLock::from("b"),
            empty == full,
        );
        (
            same,
            full.set("c"),
            format!("{empty:?} {full:?} {:?}", OnceLock::<u8>::default()),
        )
    };
    let shown = "OnceLock(<uninit>) OnceLock(\"a\") OnceLock(<uninit>)".to_owned();
    comes_to(body, [((true, true, false, false), Err("c"), shown)]);
}

#[test]
fn readers_see_a_complete_value() {
    static CELL: OnceLock<String> = OnceLock::new();
    let body = || {
        let (sender, receiver) = channel();
        let readers = [1, 2].map(|_| {
            let sender = sender.clone();
            thread::spawn(move || sender.send(CELL.get().map_or(7, String::len)).unwrap())
        });
        CELL.get_or_init(|| "1234567".to_owned());
        drop(sender);
        readers.into_iter().for_each(|thread| thread.join().unwrap());
        receiver.iter().collect::<Vec<_>>()
    };
    comes_to(body, [vec![7, 7]]);
}
