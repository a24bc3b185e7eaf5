//! `Select`: which operation it takes, and when.

use super::check;
use super::library::channel::{
    ReadyTimeoutError, Receiver, RecvError, Select, SelectTimeoutError, SendError, Sender, TryReadyError,
    TrySelectError, bounded, unbounded,
};
use super::library::thread;
use super::library::time::{Duration, Instant};

const MOMENT: Duration = Duration::from_millis(5);

/// The message of the panic of `f`.
#[track_caller]
fn panic_of(f: impl FnOnce()) -> String {
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)).expect_err("it does not panic");
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).expect("text")
}

#[test]
fn the_operation_that_is_ready_is_selected() {
    check(|| {
        let ((s1, r1), (s2, r2)) = (unbounded(), bounded(1));
        s2.send(1).unwrap();
        let mut select = Select::new();
        let receiving = select.recv(&r1);
        let full = select.send(&s2);
        assert_eq!((receiving, full), (0, 1));
        assert!(matches!(select.try_select(), Err(TrySelectError)));
        s1.send('a').unwrap();
        let selected = select.select();
        assert_eq!(selected.index(), receiving);
        assert_eq!(selected.recv(&r1), Ok('a'));
        assert_eq!(r2.recv(), Ok(1));
        let selected = select.select_timeout(MOMENT).unwrap();
        assert_eq!(selected.index(), full);
        assert_eq!(selected.send(&s2, 2), Ok(()));
        assert_eq!(r2.recv(), Ok(2));
    });
}

#[test]
fn a_closed_channel_is_ready() {
    check(|| {
        let ((s1, r1), (s2, r2)) = (unbounded::<u32>(), bounded::<u32>(0));
        drop((s1, r2));
        let mut select = Select::new();
        let (receiving, sending) = (select.recv(&r1), select.send(&s2));
        let selected = select.select();
        if selected.index() == receiving {
            assert_eq!(selected.recv(&r1), Err(RecvError));
        } else {
            assert_eq!(selected.index(), sending);
            assert_eq!(selected.send(&s2, 1), Err(SendError(1)));
        }
        assert!(select.try_ready().is_ok());
    });
}

#[test]
fn a_selection_waits_for_its_timeout() {
    check(|| {
        let (_s, r) = unbounded::<u32>();
        let start = Instant::now();
        let mut select = Select::new();
        select.recv(&r);
        assert!(matches!(select.select_timeout(MOMENT), Err(SelectTimeoutError)));
        assert!(start.elapsed() >= MOMENT);
        assert!(matches!(
            select.select_deadline(start + 2 * MOMENT),
            Err(SelectTimeoutError)
        ));
        assert!(start.elapsed() >= 2 * MOMENT);
        assert_eq!(select.try_ready(), Err(TryReadyError));
        assert_eq!(select.ready_timeout(MOMENT), Err(ReadyTimeoutError));
        assert_eq!(select.ready_deadline(start + 4 * MOMENT), Err(ReadyTimeoutError));
        assert!(start.elapsed() >= 4 * MOMENT);
    });
}

#[test]
fn a_selection_without_cases_waits_for_its_timeout() {
    check(|| {
        let start = Instant::now();
        assert!(Select::new().try_select().is_err());
        assert!(Select::new().select_timeout(MOMENT).is_err());
        assert!(Select::new().ready_timeout(MOMENT).is_err());
        assert!(start.elapsed() >= 2 * MOMENT);
        assert_eq!(
            panic_of(|| std::mem::forget(Select::new().ready().to_string())),
            "no operations have been added to `Select`"
        );
        let panic = panic_of(|| std::mem::forget(Select::new().select()));
        assert_eq!(panic, "no operations have been added to `Select`");
    });
}

#[test]
fn a_waiting_selection_takes_what_comes() {
    check(|| {
        let ((s1, r1), (s2, r2)) = (unbounded(), bounded(0));
        let first = thread::spawn(move || s1.send(1).unwrap());
        let second = thread::spawn(move || s2.send(2).unwrap());
        let mut received = Vec::new();
        let mut select = Select::new();
        let (one, other) = (select.recv(&r1), select.recv(&r2));
        for left in [1, 0] {
            let selected = select.select();
            let index = selected.index();
            received.push(selected.recv(if index == one { &r1 } else { &r2 }).unwrap());
            select.remove(index);
            assert!(index == one || index == other);
            if left == 0 {
                assert!(select.try_select().is_err());
            }
        }
        received.sort_unstable();
        assert_eq!(received, [1, 2]);
        first.join().unwrap();
        second.join().unwrap();
    });
}

#[test]
fn a_biased_selection_takes_the_first_that_is_ready() {
    check(|| {
        let channels: Vec<(Sender<u32>, Receiver<u32>)> = (0..3).map(|_| unbounded()).collect();
        channels[1..].iter().for_each(|(s, _)| s.send(1).unwrap());
        let mut select = Select::new_biased();
        channels.iter().for_each(|(_, r)| assert!(select.recv(r) < 3));
        for expected in [1, 2] {
            assert_eq!(select.try_ready(), Ok(expected));
            let selected = select.select();
            assert_eq!(selected.index(), expected);
            selected.recv(&channels[expected].1).unwrap();
        }
        assert!(select.try_select().is_err());
    });
}

#[test]
fn a_removed_case_is_not_selected() {
    check(|| {
        let ((s1, r1), (s2, r2)) = (unbounded(), unbounded());
        s1.send(1).unwrap();
        let mut select = Select::default();
        let (one, other) = (select.recv(&r1), select.recv(&r2));
        select.remove(one);
        assert!(select.try_select().is_err());
        s2.send(2).unwrap();
        let mut copy = select.clone();
        assert_eq!((select.ready(), copy.ready()), (other, other));
        assert_eq!(copy.select().recv(&r2), Ok(2));
        assert_eq!(copy.recv(&r1), 2);
        assert_eq!(copy.select().recv(&r1), Ok(1));
        assert_eq!(panic_of(|| select.remove(7)), "index out of bounds; 7 >= 2");
        assert_eq!(panic_of(|| select.remove(one)), "no operation with this index");
    });
}

#[test]
fn ready_takes_no_message() {
    check(|| {
        let (s, r) = bounded(1);
        let mut select = Select::new();
        let (sending, receiving) = (select.send(&s), select.recv(&r));
        assert_eq!((select.ready(), select.try_ready()), (sending, Ok(sending)));
        s.send(1).unwrap();
        assert_eq!(select.ready_timeout(MOMENT), Ok(receiving));
        assert_eq!((select.ready(), r.len()), (receiving, 1));
    });
}

#[test]
fn ready_waits_until_an_operation_is_ready() {
    check(|| {
        let (s, r) = bounded(0);
        let thread = thread::spawn(move || s.send(1));
        let mut select = Select::new();
        select.recv(&r);
        assert_eq!(select.ready(), 0);
        assert_eq!(r.recv(), Ok(1));
        thread.join().unwrap().unwrap();
        assert_eq!((select.ready(), r.recv()), (0, Err(RecvError)));
    });
}

#[test]
fn dropping_a_selected_operation_panics() {
    check(|| {
        let (s, r) = unbounded();
        s.send(1).unwrap();
        let mut select = Select::new();
        select.recv(&r);
        let panic = panic_of(|| drop(select.select()));
        assert_eq!(panic, "dropped `SelectedOperation` without completing the operation");
    });
}

#[test]
fn a_selected_message_goes_to_nobody_else() {
    check(|| {
        let (s, r) = bounded(2);
        s.send(1).unwrap();
        s.send(2).unwrap();
        let mut select = Select::new();
        select.recv(&r);
        let selected = select.select();
        assert_eq!(r.try_recv(), Ok(2));
        assert_eq!(selected.recv(&r), Ok(1));
    });
}

#[test]
fn a_selected_place_is_kept_for_its_message() {
    check(|| {
        let (s, r) = unbounded();
        let mut select = Select::new();
        select.send(&s);
        let selected = select.select();
        let s2 = s.clone();
        let thread = thread::spawn(move || {
            s2.send(2).unwrap();
            drop(s2);
            [r.recv(), r.recv()]
        });
        selected.send(&s, 1).unwrap();
        assert_eq!(thread.join().unwrap(), [Ok(1), Ok(2)]);
    });
}
