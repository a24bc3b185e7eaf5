//! There are never more items inside than `maxsize`, and as many as that can be.

use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};
use std::thread;

use bounded_queue::Queue;
use harness::waiting::{MILLISECOND, join};
use harness::{Execution, Finding, Model, Violation};

/// Sizes of which nothing, or only 1, is left where they are cut down to 8, 16 or 32 bits, or where they become
/// negative with a sign.
const LARGE_SIZES: [usize; 5] = [
    (1 << 8) + 1,
    (1 << 16) + 1,
    (1 << 32) + 1,
    isize::MAX as usize + 1,
    usize::MAX,
];

/// How many items are inside where there is no limit: more than any number that somebody takes for none, and a multiple
/// of three.
const WITHOUT_LIMIT: usize = 70_002;

pub(crate) fn never_more_than_maxsize_inside(model: &mut Model) {
    model.random(100);
    for maxsize in [1, 2, 3] {
        model.every(
            format!("maxsize {maxsize}, 1 producer that puts {} items", maxsize + 1),
            move || put_one_too_many(maxsize),
            move |execution| the_last_waits(maxsize, &execution.value),
        );
        model.every(
            format!("maxsize {maxsize}, {} calls of try_put at the same time", maxsize + 1),
            move || try_at_once(maxsize),
            move |execution| so_many_came_in(maxsize, maxsize + 1, execution.value),
        );
    }
    for maxsize in [1, 2] {
        model.every(
            format!("maxsize {maxsize}, 2 producers and 1 consumer with 3 items"),
            move || most_inside(maxsize),
            move |execution| at_most(maxsize, execution),
        );
    }
    model.spurious_wakeups(1);
    model.every(
        "maxsize 1, 2 producers wait, a spurious wake-up",
        || most_inside(1),
        |execution| at_most(1, execution),
    );
    model.spurious_wakeups(0);
    for maxsize in LARGE_SIZES {
        model.every(
            format!("maxsize {maxsize}, 3 items"),
            move || try_times(maxsize, 3),
            |execution| so_many_came_in(3, 3, execution.value),
        );
    }
    model.executions(1);
    model.random(0);
    model.steps(4_000_000);
    for maxsize in [300, 70_000] {
        model.every(
            format!("maxsize {maxsize}, {} items", maxsize + 1),
            move || try_times(maxsize, maxsize + 1),
            move |execution| so_many_came_in(maxsize, maxsize + 1, execution.value),
        );
    }
    model.every(
        format!("maxsize 0, which is no limit, {WITHOUT_LIMIT} items"),
        put_without_limit,
        |execution| so_many_came_in(WITHOUT_LIMIT, WITHOUT_LIMIT, execution.value),
    );
}

/// What a look at the queue showed.
#[derive(Clone, Copy)]
struct Look {
    /// How many calls of `put` had returned.
    done: usize,
    len: usize,
}

/// Looks while the producer waits for room, after one item was got, and at the end.
fn put_one_too_many(maxsize: usize) -> [Look; 3] {
    let queue = Queue::new(maxsize);
    let done = AtomicUsize::new(0);
    let look = || Look {
        done: done.load(Ordering::SeqCst),
        len: queue.len(),
    };
    thread::scope(|scope| {
        let producer = scope.spawn(|| {
            for item in 0..=maxsize {
                drop(queue.put(item));
                done.fetch_add(1, Ordering::SeqCst);
            }
        });
        thread::sleep(MILLISECOND);
        let full = look();
        drop(queue.get());
        thread::sleep(MILLISECOND);
        let full_again = look();
        join(producer);
        drop(queue.get());
        [full, full_again, look()]
    })
}

fn the_last_waits(maxsize: usize, looks: &[Look; 3]) -> Result<(), Violation> {
    let moments = [
        ("before one was got", maxsize, maxsize),
        ("after one was got", maxsize + 1, maxsize),
        ("after another one was got", maxsize + 1, maxsize - 1),
    ];
    for ((moment, done, len), look) in moments.into_iter().zip(looks) {
        if (look.done, look.len) == (done, len) {
            continue;
        }
        let finding = if look.done > done || look.len > maxsize {
            Finding::LimitExceeded
        } else {
            Finding::WrongResult
        };
        let expected = format!("expected {done} items put and {len} inside {moment}, with a maxsize of {maxsize}");
        return Err(
            Violation::new(finding, expected).got(format!("{} were put, and len() said {}", look.done, look.len))
        );
    }
    Ok(())
}

/// Returns how many came in, and what `len` says then.
fn try_times(maxsize: usize, times: usize) -> (usize, usize) {
    let queue = Queue::new(maxsize);
    let done = (0..times).filter(|&item| queue.try_put(item).is_ok()).count();
    (done, queue.len())
}

fn try_at_once(maxsize: usize) -> (usize, usize) {
    let queue = Queue::new(maxsize);
    let done = thread::scope(|scope| {
        let threads: Vec<_> = (0..maxsize)
            .map(|item| {
                scope.spawn({
                    let queue = &queue;
                    move || queue.try_put(item).is_ok()
                })
            })
            .collect();
        let mine = queue.try_put(maxsize).is_ok();
        threads.into_iter().map(join).chain([mine]).filter(|done| *done).count()
    });
    (done, queue.len())
}

/// As many items in each way to put one.
fn put_without_limit() -> (usize, usize) {
    let queue = Queue::new(0);
    let in_turn = |item: usize| match item % 3 {
        0 => queue.put(item),
        1 => queue.try_put(item),
        _ => queue.put_timeout(item, MILLISECOND),
    };
    let done = (0..WITHOUT_LIMIT).filter(|&item| in_turn(item).is_ok()).count();
    (done, queue.len())
}

fn so_many_came_in(expected: usize, of: usize, (done, len): (usize, usize)) -> Result<(), Violation> {
    if (done, len) == (expected, expected) {
        return Ok(());
    }
    let finding = if done > expected {
        Finding::LimitExceeded
    } else {
        Finding::WrongResult
    };
    let violation = Violation::new(finding, format!("expected {expected} items of {of} to come in"));
    Err(violation.got(format!("{done} came in, and len() said {len}")))
}

/// The most items that were certainly inside at once: those whose `put` had returned, without those whose `get` had
/// begun. What `len` said counts as well.
fn most_inside(maxsize: usize) -> usize {
    let queue = Queue::new(maxsize);
    let inside = AtomicIsize::new(0);
    let put = |item: usize| {
        drop(queue.put(item));
        let inside = inside.fetch_add(1, Ordering::SeqCst) + 1;
        queue.len().max(inside.max(0) as usize)
    };
    thread::scope(|scope| {
        let one = scope.spawn(|| put(0).max(put(1)));
        let other = scope.spawn(|| put(2));
        for _ in 0..3 {
            thread::sleep(MILLISECOND);
            inside.fetch_sub(1, Ordering::SeqCst);
            drop(queue.get());
        }
        join(one).max(join(other))
    })
}

fn at_most(maxsize: usize, execution: &Execution<usize>) -> Result<(), Violation> {
    if execution.value <= maxsize {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::LimitExceeded,
        format!("expected at most {maxsize} items inside, the maxsize of the queue"),
    );
    Err(violation.got(format!("{} were inside at the same time", execution.value)))
}
