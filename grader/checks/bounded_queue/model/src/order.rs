//! First in, first out.

use std::thread;

use bounded_queue::{Queue, produce_and_consume};
use harness::waiting::{MILLISECOND, join};
use harness::{Execution, Finding, Model, Violation};

/// More items than a byte can count. They are inside at the same time, so a queue may move each of them.
const INSIDE: usize = 300;

/// More items than 16 bits can count. Few of them are inside at the same time.
const IN_ALL: usize = 70_000;

pub(crate) fn items_come_in_the_order_of_putting(model: &mut Model) {
    for maxsize in [0, 3] {
        model.every(
            format!("1 thread, 2 items in and out twice, in every way, maxsize {maxsize}"),
            move || in_and_out(maxsize),
            |execution| in_order(&execution.value, 6),
        );
    }
    model.executions(2000);
    model.random(100);
    for (maxsize, n_items) in [(1, 3), (2, 3), (0, 3)] {
        model.every(
            format!("1 producer, 1 consumer, {n_items} items, maxsize {maxsize}"),
            move || pass_on(maxsize, n_items),
            move |execution| in_order(&execution.value, n_items),
        );
        model.every(
            format!("produce_and_consume with 1 producer, 1 consumer, {n_items} items, maxsize {maxsize}"),
            move || produce_in_order(maxsize, n_items),
            move |execution| in_order(&execution.value, n_items),
        );
    }
    model.every(
        "2 producers with 2 items each, 1 consumer, maxsize 1",
        two_producers,
        each_in_order,
    );
    model.executions(1);
    model.random(0);
    model.steps(50 * IN_ALL as u64);
    model.every(
        format!("{INSIDE} items put, and then got"),
        || {
            let queue = Queue::new(0);
            (0..INSIDE).for_each(|item| drop(queue.put(item)));
            (0..INSIDE).map_while(|_| queue.try_get().ok()).collect::<Vec<_>>()
        },
        |execution| in_order(&execution.value, INSIDE),
    );
    model.every(
        format!("{IN_ALL} items, one inside at a time"),
        || {
            let queue = Queue::new(1);
            (0..IN_ALL)
                .map_while(|item| queue.put(item).ok().and_then(|()| queue.get().ok()))
                .collect::<Vec<_>>()
        },
        |execution| in_order(&execution.value, IN_ALL),
    );
}

fn in_and_out(maxsize: usize) -> Vec<usize> {
    let queue = Queue::new(maxsize);
    let mut got = Vec::new();
    drop(queue.put(0));
    drop(queue.try_put(1));
    got.extend(queue.get());
    drop(queue.put_timeout(2, MILLISECOND));
    got.extend(queue.try_get());
    drop(queue.put(3));
    got.extend(queue.get_timeout(MILLISECOND));
    drop(queue.try_put(4));
    drop(queue.put(5));
    got.extend(queue.try_get());
    got.extend(queue.get());
    got.extend(queue.try_get());
    got
}

fn pass_on(maxsize: usize, n_items: usize) -> Vec<usize> {
    let queue = Queue::new(maxsize);
    thread::scope(|scope| {
        scope.spawn(|| (0..n_items).for_each(|item| drop(queue.put(item))));
        (0..n_items).map_while(|_| queue.get().ok()).collect()
    })
}

fn produce_in_order(maxsize: usize, n_items: usize) -> Vec<usize> {
    let producer = move |queue: &Queue<usize>| (0..n_items).for_each(|item| drop(queue.put(item)));
    produce_and_consume(vec![producer], 1, maxsize, |item| item)
}

/// The items of the first producer are 0 and 1, those of the second 10 and 11.
fn two_producers() -> Vec<usize> {
    let queue = Queue::new(1);
    thread::scope(|scope| {
        let threads = [0, 10].map(|first| {
            let queue = &queue;
            scope.spawn(move || [first, first + 1].into_iter().for_each(|item| drop(queue.put(item))))
        });
        let got = (0..4).map_while(|_| queue.get().ok()).collect();
        threads.into_iter().for_each(join);
        got
    })
}

fn in_order(got: &[usize], n_items: usize) -> Result<(), Violation> {
    let wrong = got.iter().enumerate().find(|&(place, item)| place != *item);
    if wrong.is_none() && got.len() == n_items {
        return Ok(());
    }
    let expected = format!("expected {n_items} items in the order in which they were put");
    Err(Violation::new(Finding::WrongResult, expected).got(match wrong {
        Some((place, item)) => format!("in the place of item {place} came item {item}"),
        None => format!("{} came", got.len()),
    }))
}

fn each_in_order(execution: &Execution<Vec<usize>>) -> Result<(), Violation> {
    let got = &execution.value;
    let of = |first| {
        got.iter()
            .filter(move |item| **item / 10 == first)
            .map(|item| item % 10)
    };
    if of(0).eq([0, 1]) && of(1).eq([0, 1]) {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        "expected the items 0 and 1 of one producer, and 10 and 11 of the other, each pair in its order",
    );
    Err(violation.got(format!("{got:?} came")))
}
