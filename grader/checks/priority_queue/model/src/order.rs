//! Which item comes next: the lowest priority and then the first to arrive, or the last to arrive.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;
use std::thread;

use harness::waiting::{MILLISECOND, join};
use harness::{Finding, Model, Violation};
use priority_queue::{LifoQueue, PriorityQueue};

use crate::line::{Answer, Call, Line};

/// More items than a byte can count. They are inside at the same time, so a queue may look at each of them.
const INSIDE: usize = 300;

/// More items than 16 bits can count. Few of them are inside at the same time.
const IN_ALL: usize = 70_000;

pub(crate) fn lowest_priority_comes_first(model: &mut Model) {
    model.every(
        "1 thread, 5 numbers as priorities, 3 ways to get",
        || {
            let queue = <PriorityQueue<usize, usize> as Line>::new();
            [3, 1, 4, 0, 2].into_iter().for_each(|item| Line::put(&queue, item));
            let calls = [Call::Wait, Call::Try, Call::Timeout(MILLISECOND), Call::Try, Call::Wait];
            calls.map(|call| Line::get(&queue, call)).to_vec()
        },
        |execution| came(&execution.value, 0..5),
    );
    model.every(
        "1 thread, items put between those that are got",
        || {
            let queue = <PriorityQueue<usize, usize> as Line>::new();
            let mut got = Vec::new();
            for items in [&[5, 1][..], &[3], &[2, 9], &[], &[]] {
                items.iter().for_each(|&item| Line::put(&queue, item));
                got.push(Line::get(&queue, Call::Try));
            }
            got
        },
        |execution| came(&execution.value, [1, 3, 2, 5, 9]),
    );
    model.every("priorities of other types", other_types, |execution| {
        match execution.value {
            None => Ok(()),
            Some(what) => {
                let violation = Violation::new(Finding::WrongResult, "expected the lowest priority first, of any type");
                Err(violation.got(format!("{what} came in another order")))
            }
        }
    });
    model.executions(2000);
    model.random(200);
    decided_when_taken::<PriorityQueue<usize, usize>>(model, "the lowest");
    model.every(
        "2 producers, with items 0 and 2, and 1 and 3, all of them put before any is got",
        || {
            let queue = <PriorityQueue<usize, usize> as Line>::new();
            thread::scope(|scope| {
                let other = scope.spawn(|| [2, 0].into_iter().for_each(|item| Line::put(&queue, item)));
                [3, 1].into_iter().for_each(|item| Line::put(&queue, item));
                join(other);
            });
            (0..4).map(|_| Line::get(&queue, Call::Try)).collect::<Vec<_>>()
        },
        |execution| came(&execution.value, 0..4),
    );
    model.executions(1);
    model.random(0);
    model.steps(50 * IN_ALL as u64);
    model.every(
        format!("{INSIDE} items with different priorities"),
        || {
            let queue = <PriorityQueue<usize, usize> as Line>::new();
            // 7919 is prime to it, so each number comes once.
            (0..INSIDE).for_each(|item| Line::put(&queue, item * 7919 % INSIDE));
            (0..INSIDE).map(|_| Line::get(&queue, Call::Try)).collect::<Vec<_>>()
        },
        |execution| came(&execution.value, 0..INSIDE),
    );
}

/// What comes next is decided when an item is taken, and not when one is put.
fn decided_when_taken<L: Line>(model: &mut Model, next: &str) {
    for call in [Call::Wait, Call::Timeout(1000 * MILLISECOND)] {
        model.some(
            format!("a thread waits in {call}, and items 5 and 1 are put at the same moment"),
            move || put_two_for_a_waiter::<L>(call),
            format!("the thread that was woken gets item 1, {next} that is inside by then"),
            |execution| execution.value == Answer::Got(1),
        );
    }
}

pub(crate) fn ties_come_in_order_of_arrival(model: &mut Model) {
    model.every(
        "1 thread, 4 items of one priority",
        || put_and_get(&[(1, 3), (1, 1), (1, 2), (1, 0)]),
        |execution| came(&execution.value, [3, 1, 2, 0]),
    );
    model.every(
        "1 thread, 3 items of one priority among others",
        || put_and_get(&[(2, 9), (1, 5), (3, 0), (2, 8), (1, 4), (2, 7)]),
        |execution| came(&execution.value, [5, 4, 9, 8, 7, 0]),
    );
    model.every(
        "1 thread, items of one priority put between those that are got",
        || {
            let queue = PriorityQueue::new();
            let mut got = Vec::new();
            let mut items = (0..20).rev();
            for _ in 0..8 {
                for item in items.by_ref().take(2) {
                    let _ = queue.put(7, item);
                }
                got.push(Answer::Got(queue.try_get().unwrap_or(usize::MAX)));
            }
            got
        },
        |execution| came(&execution.value, (12..20).rev()),
    );
    model.every(
        "priorities that are equal, though they differ in what is not compared",
        || {
            let queue = PriorityQueue::new();
            for item in [2, 0, 1] {
                let _ = queue.put(OnlyFirst(1, 9 - item), item);
            }
            got_from(&queue, 3)
        },
        |execution| came(&execution.value, [2, 0, 1]),
    );
    model.executions(2000);
    model.random(200);
    model.every(
        "2 producers with 2 items each, all of one priority",
        || {
            let queue = PriorityQueue::new();
            thread::scope(|scope| {
                let put = |items: [usize; 2]| {
                    for item in items {
                        let _ = queue.put(0, item);
                    }
                };
                let other = scope.spawn(move || put([1, 0]));
                put([3, 2]);
                join(other);
            });
            got_from(&queue, 4)
        },
        |execution| each_in_order(&execution.value),
    );
    model.executions(1);
    model.random(0);
    model.steps(50 * IN_ALL as u64);
    model.every(
        format!("{INSIDE} items of one priority"),
        || {
            let queue = PriorityQueue::new();
            for item in (0..INSIDE).rev() {
                let _ = queue.put("same", item);
            }
            got_from(&queue, INSIDE)
        },
        |execution| came(&execution.value, (0..INSIDE).rev()),
    );
    model.every(
        format!("{IN_ALL} items of one priority, 2 inside at a time"),
        || {
            let queue = PriorityQueue::new();
            let _ = queue.put((), 0);
            (1..IN_ALL)
                .map(|item| {
                    let _ = queue.put((), item);
                    Answer::Got(queue.try_get().unwrap_or(usize::MAX))
                })
                .collect::<Vec<_>>()
        },
        |execution| came(&execution.value, 0..IN_ALL - 1),
    );
    for (label, most_inside) in [
        ("few items of 3 priorities inside", 5),
        ("many items of 3 priorities inside", INSIDE),
    ] {
        model.every(
            format!("{label}, put and got in a mixed order"),
            move || put_and_get_mixed(most_inside),
            |execution| came(&execution.value.0, execution.value.1.iter().copied()),
        );
    }
}

pub(crate) fn last_in_comes_first_out(model: &mut Model) {
    model.every(
        "1 thread, 3 items, 3 ways to get",
        || {
            let queue = <LifoQueue<usize> as Line>::new();
            [0, 2, 1].into_iter().for_each(|item| Line::put(&queue, item));
            [Call::Wait, Call::Try, Call::Timeout(MILLISECOND)]
                .map(|call| Line::get(&queue, call))
                .to_vec()
        },
        |execution| came(&execution.value, [1, 2, 0]),
    );
    model.every(
        "1 thread, items put between those that are got",
        || {
            let queue = <LifoQueue<usize> as Line>::new();
            let mut got = Vec::new();
            for items in [&[5, 1][..], &[3], &[2, 9], &[], &[]] {
                items.iter().for_each(|&item| Line::put(&queue, item));
                got.push(Line::get(&queue, Call::Try));
            }
            got
        },
        |execution| came(&execution.value, [1, 3, 9, 2, 5]),
    );
    model.executions(2000);
    model.random(200);
    decided_when_taken::<LifoQueue<usize>>(model, "the last");
    model.every(
        "2 producers with 2 items each, all of them put before any is got",
        || {
            let queue = <LifoQueue<usize> as Line>::new();
            thread::scope(|scope| {
                let other = scope.spawn(|| [0, 1].into_iter().for_each(|item| Line::put(&queue, item)));
                [2, 3].into_iter().for_each(|item| Line::put(&queue, item));
                join(other);
            });
            (0..4).map(|_| Line::get(&queue, Call::Try)).collect::<Vec<_>>()
        },
        |execution| each_in_order(&execution.value),
    );
    model.executions(1);
    model.random(0);
    model.steps(50 * IN_ALL as u64);
    model.every(
        format!("{INSIDE} items"),
        || {
            let queue = <LifoQueue<usize> as Line>::new();
            (0..INSIDE).for_each(|item| Line::put(&queue, item));
            (0..INSIDE).map(|_| Line::get(&queue, Call::Try)).collect::<Vec<_>>()
        },
        |execution| came(&execution.value, (0..INSIDE).rev()),
    );
}

/// A priority of which only the first part counts.
struct OnlyFirst(u8, #[expect(dead_code, reason = "it must not be looked at")] usize);

impl Ord for OnlyFirst {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for OnlyFirst {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for OnlyFirst {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for OnlyFirst {}

fn put_and_get(items: &[(u8, usize)]) -> Vec<Answer> {
    let queue = PriorityQueue::new();
    for &(priority, item) in items {
        let _ = queue.put(priority, item);
    }
    got_from(&queue, items.len())
}

/// A number that was never put stands for a refusal.
fn got_from<P: Ord>(queue: &PriorityQueue<P, usize>, n_items: usize) -> Vec<Answer> {
    (0..n_items)
        .map(|_| Answer::Got(queue.try_get().unwrap_or(usize::MAX)))
        .collect()
}

/// Which of several types came in another order than its own.
fn other_types() -> Option<&'static str> {
    fn in_order<P: Ord>(priorities: [P; 3]) -> bool {
        let queue = PriorityQueue::new();
        for (item, priority) in priorities.into_iter().enumerate() {
            let _ = queue.put(priority, item);
        }
        // They are given in this order: the greatest, the lowest, and the one between.
        (0..3).map_while(|_| queue.try_get().ok()).eq([1, 2, 0])
    }
    let types = [
        ("i64", in_order([7, -9, -8_i64])),
        ("u128", in_order([u128::MAX, 1 << 64, 1 << 65])),
        ("Reverse<u8>", in_order([Reverse(1), Reverse(3), Reverse(2)])),
        ("&str", in_order(["b", "", "a"])),
        ("Vec<bool>", in_order([vec![true], vec![], vec![false, true]])),
    ];
    types.iter().find(|(_, in_order)| !in_order).map(|(name, _)| *name)
}

/// The thread sleeps already when both are put, and no time passes between them.
fn put_two_for_a_waiter<L: Line>(call: Call) -> Answer {
    let queue = L::new();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| queue.get(call));
        scope.spawn(|| {
            thread::sleep(MILLISECOND);
            queue.put(5);
            queue.put(1);
        });
        join(waiter)
    })
}

fn came(got: &[Answer], expected: impl IntoIterator<Item = usize>) -> Result<(), Violation> {
    let expected: Vec<usize> = expected.into_iter().collect();
    let differs = |place: &usize| got.get(*place) != Some(&Answer::Got(expected[*place]));
    let Some(place) = (0..expected.len()).find(differs) else {
        return Ok(());
    };
    let (wanted, n) = (expected[place], place + 1);
    let violation = Violation::new(
        Finding::WrongResult,
        format!("expected call {n} of get to give item {wanted}"),
    );
    Err(violation.got(match got.get(place) {
        Some(Answer::Got(usize::MAX)) | None => "it gave none".to_owned(),
        Some(answer) => answer.to_string(),
    }))
}

/// The items of one producer are 3 and 2, or 1 and 0, in the order in which they have to come.
fn each_in_order(got: &[Answer]) -> Result<(), Violation> {
    let of = |half: usize| {
        got.iter()
            .filter_map(|answer| answer.got())
            .filter(move |item| item / 2 == half)
    };
    if of(0).eq([1, 0]) && of(1).eq([3, 2]) {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        "expected items 1 and 0 of one producer, and 3 and 2 of the other, each pair in this order",
    );
    let got: Vec<Option<usize>> = got.iter().map(|answer| answer.got()).collect();
    Err(violation.got(format!("{got:?} came")))
}

/// Puts and gets as pseudo-random numbers say, and takes out what is left. Items are numbered as they are put.
/// Returns what came, and which items were due.
fn put_and_get_mixed(most_inside: usize) -> (Vec<Answer>, Vec<usize>) {
    let queue = PriorityQueue::new();
    let mut inside = BTreeSet::new();
    let (mut got, mut expected) = (Vec::new(), Vec::new());
    let mut get = |inside: &mut BTreeSet<(u8, usize)>| {
        if let Some((_, item)) = inside.pop_first() {
            expected.push(item);
            got.push(queue.try_get().map_or(Answer::Empty, Answer::Got));
        }
    };
    let mut random = 1_u32;
    let mut is_growing = true;
    for item in 0..10 * INSIDE {
        // The linear congruential generator of Numerical Recipes; its upper bits are the good ones.
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        is_growing = match inside.len() {
            0 => true,
            n if n == most_inside => false,
            _ => is_growing,
        };
        if (random >> 16) % 3 < if is_growing { 2 } else { 1 } {
            let priority = (random >> 24) as u8 % 3;
            inside.insert((priority, item));
            let _ = queue.put(priority, item);
        } else {
            get(&mut inside);
        }
    }
    while !inside.is_empty() {
        get(&mut inside);
    }
    (got, expected)
}
