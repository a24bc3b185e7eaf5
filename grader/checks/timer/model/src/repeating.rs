//! `repeat` asks for a pause, waits, and calls, so many times.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::thread;
use std::time::{Duration, Instant};

use harness::waiting::{HUNDRED_DAYS, MILLISECOND, in_words, is_on_time, takes_few_steps, time_of};
use harness::{Finding, Model, Violation};
use timer::repeat;

use crate::record::took_so_long;

/// More calls than a byte can count.
const MANY_CALLS: usize = 300;

/// Numbers of calls, of which the third panics. It does not come where the larger ones are cut down to 8, 16 or 32
/// bits.
const PANICKING_CALLS: [usize; 5] = [5, (1 << 8) + 2, (1 << 16) + 2, (1 << 32) + 2, usize::MAX];

pub(crate) fn repeat_calls_so_often(model: &mut Model) {
    model.every(
        "no calls",
        || noted(0, |_| MILLISECOND, |_| ()),
        |execution| nothing(&execution.value),
    );
    for (label, times) in [("1 call", 1), ("2 calls", 2), ("10 calls", 10)] {
        model.every(
            label,
            move || noted(times, |_| MILLISECOND, |_| ()),
            move |execution| in_order(&execution.value.steps, times),
        );
    }
    model.every(
        "3 calls and then 2",
        || [3, 2].map(|times| noted(times, |_| MILLISECOND, |_| ())),
        |execution| {
            in_order(&execution.value[0].steps, 3)?;
            in_order(&execution.value[1].steps, 2)
        },
    );
    model.every(
        "2 calls in each of which there are 2 others",
        || {
            let mut inner = Vec::new();
            let outer = noted(
                2,
                |_| MILLISECOND,
                |_| inner.push(noted(2, |_| MILLISECOND, |_| ()).steps),
            );
            (outer.steps, inner)
        },
        |execution| {
            let (outer, inner) = &execution.value;
            in_order(outer, 2)?;
            inner.iter().try_for_each(|steps| in_order(steps, 2))
        },
    );
    for times in PANICKING_CALLS {
        model.every(
            format!("{times} calls, of which the third panics"),
            move || panic_in_the_third(times),
            |execution| {
                let (has_panicked, steps) = &execution.value;
                if !*has_panicked {
                    let expected = "expected repeat to panic, because a call did";
                    return Err(Violation::new(Finding::WrongResult, expected).got("it returned"));
                }
                in_order(steps, 3)
            },
        );
    }
    model.spurious_wakeups(1);
    model.every(
        "3 calls, a spurious wake-up",
        || noted(3, |_| MILLISECOND, |_| ()),
        |execution| in_order(&execution.value.steps, 3),
    );
    model.spurious_wakeups(0);
    model.executions(1);
    model.random(0);
    model.steps(4_000_000);
    model.every("300 calls", count_numbers, |execution| {
        let Counted {
            pauses,
            calls,
            in_order,
        } = execution.value;
        if [pauses, calls, in_order] == [MANY_CALLS; 3] {
            return Ok(());
        }
        let expected = format!("expected {MANY_CALLS} pauses and calls, numbered from 0");
        let got = format!("there were {calls} calls, of which {in_order} had the next number, as had {pauses} pauses");
        Err(Violation::new(Finding::WrongResult, expected).got(got))
    });
}

pub(crate) fn repeat_pauses_before_each_call(model: &mut Model) {
    model.every(
        "3 calls, with pauses of 3, 1 and 2 ms",
        || noted(3, |number| [3, 1, 2][number] * MILLISECOND, |_| ()),
        |execution| came_after(&execution.value, &[0, 3, 3, 4, 4, 6], 6),
    );
    model.every(
        "3 calls, with pauses of 2 ms, each of which takes 3 ms",
        || noted(3, |_| 2 * MILLISECOND, |_| thread::sleep(3 * MILLISECOND)),
        |execution| came_after(&execution.value, &[0, 2, 5, 7, 10, 12], 15),
    );
    model.every(
        "3 calls, without pauses",
        || noted(3, |_| Duration::ZERO, |_| ()),
        |execution| came_after(&execution.value, &[0; 6], 0),
    );
    model.every(
        "2 calls, with pauses of 300 µs and 2500 µs",
        || {
            time_of(|| {
                repeat(2, |number| Duration::from_micros([300, 2500][number]), |_| ());
            })
        },
        |execution| took_so_long("repeat", execution.value, Duration::from_micros(2800)),
    );
    model.every(
        "3 calls, each of which doubles the next pause",
        || {
            let pause = RefCell::new(MILLISECOND);
            time_of(|| {
                repeat(3, |_| *pause.borrow(), |_| *pause.borrow_mut() *= 2);
            })
        },
        |execution| took_so_long("repeat", execution.value, 7 * MILLISECOND),
    );
    model.random(50);
    model.every(
        "2 calls, with pauses of 100 days",
        || time_of(|| repeat(2, |_| HUNDRED_DAYS, |_| ())),
        |execution| {
            takes_few_steps(execution, HUNDRED_DAYS)?;
            took_so_long("repeat", execution.value, 2 * HUNDRED_DAYS)
        },
    );
    model.random(500);
    model.never_ends(
        "1 call, with a pause of Duration::MAX",
        || repeat(1, |_| Duration::MAX, |_| ()),
        |_| {
            let expected = "expected repeat to wait for ever before the call";
            Violation::new(Finding::WrongResult, expected).got("it returned")
        },
    );
    model.spurious_wakeups(1);
    model.every(
        "3 calls, with pauses of 3, 1 and 2 ms, a spurious wake-up",
        beside_another_thread,
        |execution| came_after(&execution.value, &[0, 3, 3, 4, 4, 6], 6),
    );
}

/// What `repeat` did, and when.
struct Noted {
    steps: Vec<Step>,
    took: Duration,
}

/// That it asked for a pause, or called.
#[derive(Clone, Copy)]
struct Step {
    name: &'static str,
    number: usize,
    at: Duration,
}

/// Notes each pause that is asked for and each call.
fn noted(times: usize, mut pause: impl FnMut(usize) -> Duration, mut call: impl FnMut(usize)) -> Noted {
    let start = Instant::now();
    let steps = RefCell::new(Vec::new());
    let note = |name, number| {
        let at = start.elapsed();
        steps.borrow_mut().push(Step { name, number, at });
    };
    repeat(
        times,
        |number| {
            note("pause", number);
            pause(number)
        },
        |number| {
            note("call", number);
            call(number);
        },
    );
    let took = start.elapsed();
    Noted {
        steps: steps.into_inner(),
        took,
    }
}

/// A thread is woken for no reason only while another one goes on. So another one gets up each millisecond.
fn beside_another_thread() -> Noted {
    thread::scope(|scope| {
        scope.spawn(|| (0..6).for_each(|_| thread::sleep(MILLISECOND)));
        noted(3, |number| [3, 1, 2][number] * MILLISECOND, |_| ())
    })
}

fn nothing(noted: &Noted) -> Result<(), Violation> {
    in_order(&noted.steps, 0)?;
    took_so_long("repeat", noted.took, Duration::ZERO)
}

fn in_order(steps: &[Step], times: usize) -> Result<(), Violation> {
    let wanted: Vec<String> = (0..times)
        .flat_map(|number| [format!("pause({number})"), format!("call({number})")])
        .collect();
    let got: Vec<String> = steps
        .iter()
        .map(|step| format!("{}({})", step.name, step.number))
        .collect();
    if got == wanted {
        return Ok(());
    }
    let in_words = |steps: &[String]| match steps {
        [] => "nothing".to_owned(),
        _ => steps.join(", "),
    };
    let violation = Violation::new(Finding::WrongResult, format!("expected {}", in_words(&wanted)));
    Err(violation.got(in_words(&got)))
}

/// Requires of each step that it came after so many milliseconds, and of `repeat` that it returned then.
fn came_after(noted: &Noted, dues: &[u32], end: u32) -> Result<(), Violation> {
    in_order(&noted.steps, dues.len() / 2)?;
    for (step, due) in noted.steps.iter().zip(dues) {
        let due = *due * MILLISECOND;
        if !is_on_time(step.at, due) {
            let expected = format!("expected {}({}) after {}", step.name, step.number, in_words(due));
            let got = format!("it came after {}", in_words(step.at));
            return Err(Violation::new(Finding::WrongResult, expected).got(got));
        }
    }
    took_so_long("repeat", noted.took, end * MILLISECOND)
}

/// How many calls there were, and how many pauses and calls had the next number.
struct Counted {
    pauses: usize,
    calls: usize,
    in_order: usize,
}

fn count_numbers() -> Counted {
    let [mut pauses, mut calls, mut in_order] = [0; 3];
    repeat(
        MANY_CALLS,
        |number| {
            pauses += usize::from(number == pauses);
            MILLISECOND
        },
        |number| {
            calls += 1;
            in_order += usize::from(number == in_order);
        },
    );
    Counted {
        pauses,
        calls,
        in_order,
    }
}

/// Whether `repeat` panicked, and what it did until then.
fn panic_in_the_third(times: usize) -> (bool, Vec<Step>) {
    let steps = RefCell::new(Vec::new());
    let note = |name, number| {
        let at = Duration::ZERO;
        steps.borrow_mut().push(Step { name, number, at });
    };
    let calls = || {
        repeat(
            times,
            |number| {
                note("pause", number);
                MILLISECOND
            },
            |number| {
                note("call", number);
                assert!(number < 2, "a call panics, as the check wants it");
            },
        );
    };
    let has_panicked = panic::catch_unwind(AssertUnwindSafe(calls)).is_err();
    (has_panicked, steps.into_inner())
}
