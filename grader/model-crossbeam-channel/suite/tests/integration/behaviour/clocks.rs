//! `after`, `at`, `tick` and `never`.

use super::check;
use super::library::channel::{RecvTimeoutError, Select, TryRecvError, after, at, never, select, tick, unbounded};
use super::library::time::{Duration, Instant};
use super::library::{IS_EXACT, thread};

const MOMENT: Duration = Duration::from_millis(5);

/// Exactly this time has passed, or at least this time where waits may take longer.
#[track_caller]
fn assert_passed(start: Instant, expected: Duration) {
    let elapsed = start.elapsed();
    assert!(
        if IS_EXACT {
            elapsed == expected
        } else {
            elapsed >= expected
        },
        "{elapsed:?}"
    );
}

#[test]
fn a_message_comes_after_its_time_and_only_once() {
    check(|| {
        let start = Instant::now();
        let r = after(MOMENT);
        let delivered = r.recv().unwrap();
        assert_passed(start, MOMENT);
        assert!(delivered >= start + MOMENT);
        assert_eq!(r.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(r.recv_timeout(MOMENT), Err(RecvTimeoutError::Timeout));
        assert_passed(start, 2 * MOMENT);
    });
}

#[test]
fn a_timer_is_empty_before_its_time() {
    check(|| {
        let r = after(Duration::from_secs(3600));
        assert_eq!(
            (r.len(), r.is_empty(), r.is_full(), r.capacity()),
            (0, true, false, Some(1))
        );
        assert_eq!(r.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(r.recv_timeout(MOMENT), Err(RecvTimeoutError::Timeout));
    });
}

#[test]
fn a_timer_in_the_past_delivers_at_once() {
    check(|| {
        let start = Instant::now();
        let r = at(start);
        assert_eq!((r.len(), r.is_empty(), r.is_full()), (1, false, true));
        assert_eq!(r.recv(), Ok(start));
        assert_eq!((r.len(), r.is_empty(), r.is_full()), (0, true, false));
        assert_eq!(after(Duration::ZERO).recv_timeout(MOMENT).map(drop), Ok(()));
        assert_eq!(at(start).recv_deadline(start), Ok(start));
    });
}

#[test]
fn clones_of_a_timer_share_its_message() {
    check(|| {
        let r = after(MOMENT);
        let copies = [r.clone(), r].map(|r| thread::spawn(move || r.recv_timeout(3 * MOMENT).is_ok()));
        let got = copies.map(|thread| thread.join().unwrap());
        assert_ne!(got[0], got[1]);
    });
}

#[test]
fn a_timer_without_an_end_is_never() {
    check(|| {
        let (r, t) = (after(Duration::MAX), tick(Duration::MAX));
        assert_eq!(r.recv_timeout(MOMENT), Err(RecvTimeoutError::Timeout));
        assert!(r.same_channel(&t) && r.same_channel(&never()));
        assert!(!after(MOMENT).same_channel(&after(MOMENT)));
        let copied = after(MOMENT);
        assert!(copied.same_channel(&copied.clone()) && !copied.same_channel(&tick(MOMENT)));
    });
}

#[test]
fn tick_delivers_repeatedly() {
    check(|| {
        let start = Instant::now();
        let r = tick(MOMENT);
        for n in 1..4 {
            let delivered = r.recv().unwrap();
            assert_passed(start, n * MOMENT);
            assert!(delivered >= start + n * MOMENT);
        }
        assert_eq!(r.capacity(), Some(1));
    });
}

#[test]
fn ticks_that_nobody_takes_are_left_out() {
    check(|| {
        let start = Instant::now();
        let r = tick(2 * MOMENT);
        thread::sleep(5 * MOMENT);
        assert_eq!((r.len(), r.is_full(), r.is_empty()), (1, true, false));
        let first = r.recv().unwrap();
        let second = r.recv().unwrap();
        if IS_EXACT {
            assert_eq!([first - start, second - start], [2 * MOMENT, 7 * MOMENT]);
        }
        assert_passed(start, 7 * MOMENT);
    });
}

#[test]
fn a_receive_from_tick_ends_at_its_deadline() {
    check(|| {
        let start = Instant::now();
        let r = tick(Duration::from_secs(3600));
        assert_eq!(r.recv_timeout(MOMENT), Err(RecvTimeoutError::Timeout));
        assert_eq!(r.recv_deadline(start), Err(RecvTimeoutError::Timeout));
        assert_eq!(r.try_recv(), Err(TryRecvError::Empty));
        assert_passed(start, MOMENT);
    });
}

#[test]
fn two_receivers_of_a_clock_take_one_tick_each() {
    check(|| {
        let start = Instant::now();
        let r = tick(MOMENT);
        let ticks = [r.clone(), r].map(|r| thread::spawn(move || r.recv().unwrap()));
        let mut ticks = ticks.map(|thread| thread.join().unwrap());
        ticks.sort_unstable();
        assert!(ticks[1] >= ticks[0] + MOMENT);
        assert_passed(start, 2 * MOMENT);
    });
}

#[test]
fn never_delivers_nothing() {
    check(|| {
        const NEVER: super::library::channel::Receiver<u32> = never();
        assert_eq!(NEVER.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(NEVER.recv_timeout(MOMENT), Err(RecvTimeoutError::Timeout));
        let r = NEVER;
        assert_eq!(
            (r.len(), r.is_empty(), r.is_full(), r.capacity()),
            (0, true, true, Some(0))
        );
        assert!(r.same_channel(&r.clone()));
        let mut select = Select::new();
        select.recv(&r);
        assert!(select.try_select().is_err() && select.try_ready().is_err());
        assert!(select.select_timeout(MOMENT).is_err());
    });
}

#[test]
fn a_selection_ends_with_a_clock() {
    check(|| {
        let (_s, r) = unbounded::<u32>();
        let start = Instant::now();
        let (soon, late) = (after(MOMENT), after(Duration::from_secs(3600)));
        select! {
            recv(r) -> _ => panic!("nobody sent"),
            recv(late) -> _ => panic!("too early"),
            recv(soon) -> at => assert!(at.unwrap() >= start + MOMENT),
        }
        assert_passed(start, MOMENT);
        let ticker = tick(MOMENT);
        let stop = after(3 * MOMENT + MOMENT / 2);
        let mut ticks = 0;
        loop {
            select! {
                recv(ticker) -> _ => ticks += 1,
                recv(stop) -> _ => break,
            }
        }
        // Where waits may take longer, the last ticks may come as late as the end.
        assert!(ticks == 3 || !IS_EXACT, "{ticks}");
    });
}
