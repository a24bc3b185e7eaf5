//! No thread leaves a round before all have come to it, and every round comes to its end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use event::Rounds;
use harness::waiting::{
    HUNDRED_DAYS, MILLISECOND, TWENTY_YEARS, in_words, is_late, is_on_time, join, takes_few_steps, time_of,
};
use harness::{Execution, Finding, Model, Violation};

use crate::wakeups::CROWD;

/// Numbers of threads of which 1 is left where they are cut down to 8, 16 or 32 bits, and the largest one.
const LARGE_NUMBERS: [usize; 4] = [(1 << 8) + 1, (1 << 16) + 1, (1 << 32) + 1, usize::MAX];

/// How many rounds there are where they are many: more than 16 bits can count.
const MANY_ROUNDS: usize = 70_000;

pub(crate) fn nobody_is_ahead_of_a_round(model: &mut Model) {
    for threads in [2, 3].into_iter().chain(LARGE_NUMBERS) {
        model.never_ends(
            format!("a barrier for {threads} threads, to which 1 comes"),
            move || Rounds::new(threads).wait(),
            |_| {
                let expected = "expected wait to sleep, since the other threads have not come";
                Violation::new(Finding::WrongResult, expected).got("it returned")
            },
        );
    }
    model.never_ends(
        "2 barriers for 2 threads, to each of which 1 comes",
        || {
            let [one, other] = [Rounds::new(2), Rounds::new(2)];
            thread::scope(|scope| {
                scope.spawn(|| one.wait());
                other.wait();
            });
        },
        |_| {
            let expected = "expected wait to sleep, since the other threads have not come";
            Violation::new(Finding::WrongResult, expected).got("it returned at both")
        },
    );
    model.never_ends(
        "a barrier for 2 threads that come twice, of which 1 comes again",
        || {
            let rounds = Rounds::new(2);
            thread::scope(|scope| {
                scope.spawn(|| (0..2).for_each(|_| _ = rounds.wait()));
                (0..3).for_each(|_| _ = rounds.wait());
            });
        },
        |_| {
            let expected = "expected the third wait of a thread to sleep, since the other one has come twice";
            Violation::new(Finding::WrongResult, expected).got("it returned")
        },
    );
    model.executions(4000);
    stay_together(model, "2 threads, 3 rounds", 2, 3);
    model.preemptions(1);
    model.random(200);
    stay_together(model, "3 threads, 2 rounds", 3, 2);
    stay_together(model, "4 threads, 2 rounds", 4, 2);
    model.preemptions(2);
    model.every(
        "2 threads that write a number each, come, and read both",
        read_what_both_wrote,
        |execution| {
            if execution.value == [2, 2] {
                return Ok(());
            }
            let expected = "expected both threads to see what both wrote before the round";
            let seen = execution.value.iter().min().unwrap_or(&0);
            Err(Violation::new(Finding::Race, expected).got(format!("one saw what {seen} of them wrote")))
        },
    );
    model.every(
        "3 threads that come after 0, 1 and 2 ms, and again after as long",
        come_one_after_another,
        |execution| {
            let mut waits = execution.value.iter().zip([2, 1, 0]);
            waits.try_for_each(|(waits, due)| waits.iter().try_for_each(|&wait| went_on(wait, due * MILLISECOND)))
        },
    );
    model.spurious_wakeups(1);
    stay_together(model, "2 threads, 2 rounds, a spurious wake-up", 2, 2);
    model.spurious_wakeups(0);
    model.executions(1);
    model.random(0);
    model.steps(2_000_000);
    stay_together(model, "300 threads, 2 rounds", CROWD, 2);
}

pub(crate) fn every_round_comes_to_its_end(model: &mut Model) {
    for (label, threads) in [
        ("a barrier for 1 thread, 3 rounds", 1),
        ("a barrier for 0 threads, which means 1, 3 rounds", 0),
    ] {
        model.every(
            label,
            move || {
                let rounds = Rounds::new(threads);
                [(); 3].map(|()| time_of(|| _ = rounds.wait()))
            },
            |execution| {
                let mut waits = execution.value.iter();
                waits.try_for_each(|&wait| went_on(wait, Duration::ZERO))
            },
        );
    }
    model.every("2 threads, 3 rounds", || come(2, 3), |_| Ok(()));
    model.every(
        "2 barriers, 2 threads that come to the first once and to the second twice",
        come_to_two,
        |_| Ok(()),
    );
    model.every(
        "a barrier for 2 threads, 2 threads, and then 2 others",
        come_after_others,
        |_| Ok(()),
    );
    model.random(50);
    for (label, late) in [
        ("2 threads, 2 rounds, 1 thread is 100 days late", HUNDRED_DAYS),
        ("2 threads, 2 rounds, 1 thread is 20 years late", TWENTY_YEARS),
    ] {
        model.every(
            label,
            move || wait_for_long(late),
            move |execution| {
                takes_few_steps(execution, late)?;
                went_on(execution.value, late)
            },
        );
    }
    model.random(200);
    model.preemptions(1);
    model.every("3 threads, 3 rounds", || come(3, 3), |_| Ok(()));
    model.every("4 threads, 2 rounds", || come(4, 2), |_| Ok(()));
    model.spurious_wakeups(1);
    model.every("3 threads, 2 rounds, a spurious wake-up", || come(3, 2), |_| Ok(()));
    model.spurious_wakeups(0);
    model.executions(1);
    model.random(0);
    model.steps(4_000_000);
    model.every("300 threads, 3 rounds", || come(CROWD, 3), |_| Ok(()));
    model.every("1 thread, 70000 rounds", || come(1, MANY_ROUNDS), |_| Ok(()));
    model.every("2 threads, 1000 rounds", || come(2, 1000), |_| Ok(()));
}

/// Requires of each thread, after each round, that every other one has come to that round, and not to the next but one.
fn stay_together(model: &mut Model, label: &str, threads: usize, rounds: usize) {
    model.every(
        label,
        move || places_after_rounds(threads, rounds),
        nobody_was_elsewhere,
    );
}

/// After the given round of its own, a thread found another one at a place where it cannot be.
struct Stray {
    round: usize,
    other: usize,
}

/// Threads note before each round to which one they come, and look at each other's notes after it.
fn places_after_rounds(threads: usize, rounds: usize) -> Option<Stray> {
    let barrier = Rounds::new(threads);
    let places: Vec<AtomicUsize> = (0..threads).map(|_| AtomicUsize::new(0)).collect();
    let run = |thread: usize| {
        let mut stray = None;
        for round in 1..=rounds {
            places[thread].store(round, Ordering::SeqCst);
            barrier.wait();
            // With many threads, looking at each other would take most of the time.
            for place in places.iter().take(4) {
                let other = place.load(Ordering::SeqCst);
                if stray.is_none() && !(round..=round + 1).contains(&other) {
                    stray = Some(Stray { round, other });
                }
            }
        }
        stray
    };
    thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = (0..threads).map(|thread| scope.spawn(move || run(thread))).collect();
        threads.into_iter().filter_map(join).next()
    })
}

fn nobody_was_elsewhere(execution: &Execution<Option<Stray>>) -> Result<(), Violation> {
    let Some(Stray { round, other }) = execution.value else {
        return Ok(());
    };
    let finding = match execution.preemptions {
        0 => Finding::WrongResult,
        _ => Finding::Race,
    };
    let expected = format!(
        "expected every thread to have come to round {round} when one leaves it, and to be no further than round {}",
        round + 1
    );
    let got = match other {
        0 => "another thread had come to no round".to_owned(),
        _ => format!("another thread had come to round {other}"),
    };
    Err(Violation::new(finding, expected).got(got))
}

/// So many threads come to so many rounds.
fn come(threads: usize, rounds: usize) {
    let barrier = Rounds::new(threads);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..rounds).for_each(|_| _ = barrier.wait()));
        }
    });
}

fn come_to_two() {
    let [one, other] = [Rounds::new(2), Rounds::new(2)];
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                one.wait();
                other.wait();
                other.wait();
            });
        }
    });
}

fn come_after_others() {
    let barrier = Rounds::new(2);
    for _ in 0..2 {
        thread::scope(|scope| {
            scope.spawn(|| barrier.wait());
            scope.spawn(|| barrier.wait());
        });
    }
}

/// The numbers are written and read with `Relaxed`, as if they were no atomics. So a thread sees what the other one
/// wrote only if that happens before the end of the round.
fn read_what_both_wrote() -> [usize; 2] {
    let barrier = Rounds::new(2);
    let numbers = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let run = |number: usize| {
        numbers[number].store(1, Ordering::Relaxed);
        barrier.wait();
        numbers.iter().map(|number| number.load(Ordering::Relaxed)).sum()
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| run(1));
        [run(0), join(other)]
    })
}

/// How long each thread waited, in each of the two rounds.
fn come_one_after_another() -> [[Duration; 2]; 3] {
    let barrier = Rounds::new(3);
    thread::scope(|scope| {
        let barrier = &barrier;
        let threads = [0, 1, 2].map(|late| {
            scope.spawn(move || {
                [(); 2].map(|()| {
                    if late > 0 {
                        thread::sleep(late * MILLISECOND);
                    }
                    time_of(|| _ = barrier.wait())
                })
            })
        });
        threads.map(join)
    })
}

/// How long the thread waits that comes first to the second round.
fn wait_for_long(late: Duration) -> Duration {
    let barrier = Rounds::new(2);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| {
            barrier.wait();
            time_of(|| _ = barrier.wait())
        });
        barrier.wait();
        thread::sleep(late);
        barrier.wait();
        join(waiter)
    })
}

#[track_caller]
fn went_on(waited: Duration, due: Duration) -> Result<(), Violation> {
    if is_on_time(waited, due) {
        return Ok(());
    }
    let finding = match is_late(waited, due) {
        true => Finding::LostWakeup,
        false => Finding::WrongResult,
    };
    let expected = format!(
        "expected wait to return when the last thread came, after {}",
        in_words(due)
    );
    Err(Violation::new(finding, expected).got(format!("it returned after {}", in_words(waited))))
}
