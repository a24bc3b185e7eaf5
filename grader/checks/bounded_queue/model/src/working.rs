//! `produce_and_consume` consumes all that was produced, with as many consumers at once as it was given.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use bounded_queue::{Queue, produce_and_consume};
use harness::inside::Gauge;
use harness::waiting::{MILLISECOND, join};
use harness::{Execution, Finding, Model, Violation};

/// How many producers, consumers and items there are where they are many: more than a byte can count.
const MANY: usize = 300;

pub(crate) fn consumers_work_at_the_same_time(model: &mut Model) {
    model.every("no producers, 0, 1 and 3 consumers", produce_nothing, |execution| {
        has_nothing(execution)
    });
    model.executions(1500);
    model.random(100);
    for work in [
        Work::new(1, 2, 0, 1),
        Work::new(2, 1, 1, 1),
        Work::new(1, 3, 2, 1),
        Work::new(2, 2, 2, 1),
        Work::new(2, 2, 2, 0),
    ] {
        model.every(
            work.in_words(),
            move || work.run(),
            move |execution| work.is_right(&execution.value),
        );
    }
    model.every(
        "a producer that closes the queue after 2 of 3 items, 1 consumer",
        || {
            let producer = |queue: &Queue<usize>| {
                (0..2).for_each(|item| drop(queue.put(item)));
                queue.close();
                drop(queue.put(2));
            };
            produce_and_consume(vec![producer], 1, 0, |item| item)
        },
        |execution| came(&execution.value, 2),
    );
    several_calls(model);
    model.executions(300);
    for n in [2, 3] {
        model.reach(
            format!("1 producer with {n} items, {n} consumers"),
            move || Work::new(1, n, n, n).run(),
            "all consumers work at the same time",
            n,
            |execution| execution.value.consuming,
        );
        model.reach(
            format!("{n} producers with 1 item each, 1 consumer"),
            move || Work::new(n, 1, 1, n).run(),
            "all producers work at the same time",
            n,
            |execution| execution.value.producing,
        );
    }
    model.executions(1);
    model.random(0);
    for maxsize in [1, 3] {
        model.every(
            format!("1 producer with 8 items, 1 consumer that needs a while, maxsize {maxsize}"),
            move || put_ahead(maxsize),
            move |execution| stays_ahead_by(maxsize, execution.value),
        );
    }
    model.steps(2_000_000);
    for work in [
        Work::new(1, MANY, MANY, 0),
        Work::new(MANY, 1, 2, 1),
        Work::new(1, 70_000, 1, 3),
    ] {
        let work = Work {
            sleeps: work.items < 1000,
            ..work
        };
        model.every(
            work.in_words(),
            move || work.run(),
            move |execution| {
                work.is_right(&execution.value)
                    .and_then(|()| work.is_full(&execution.value))
            },
        );
    }
}

/// State that one call leaves to the next, or shares with another one at the same time, shows with few preemptions.
fn several_calls(model: &mut Model) {
    let work = Work::new(1, 2, 1, 1);
    model.executions(500);
    model.preemptions(1);
    model.every(
        "2 calls, one after the other",
        move || [work.run(), work.run()],
        move |execution| execution.value.iter().try_for_each(|worked| work.is_right(worked)),
    );
    model.every(
        "2 calls at the same time",
        move || {
            thread::scope(|scope| {
                let other = scope.spawn(move || work.run());
                [work.run(), join(other)]
            })
        },
        move |execution| execution.value.iter().try_for_each(|worked| work.is_right(worked)),
    );
    model.every(
        "a call inside of consume",
        move || {
            produce_and_consume(vec![|queue: &Queue<()>| drop(queue.put(()))], 1, 1, move |()| {
                work.run()
            })
        },
        move |execution| execution.value.iter().try_for_each(|worked| work.is_right(worked)),
    );
    model.preemptions(2);
}

/// A workload of `produce_and_consume`.
#[derive(Clone, Copy)]
struct Work {
    producers: usize,
    /// How many items each producer puts.
    items: usize,
    consumers: usize,
    maxsize: usize,
    /// Whether producers and consumers take a while, so that those who can be there at once are.
    sleeps: bool,
}

/// What came of it.
struct Worked {
    /// The items that were consumed, sorted.
    items: Vec<usize>,
    /// The most producers, and the most consumers, that worked at once.
    producing: usize,
    consuming: usize,
}

impl Work {
    fn new(producers: usize, items: usize, consumers: usize, maxsize: usize) -> Self {
        Self {
            producers,
            items,
            consumers,
            maxsize,
            sleeps: true,
        }
    }

    fn in_words(self) -> String {
        let Work {
            producers,
            items,
            consumers,
            maxsize,
            ..
        } = self;
        format!("{producers} producers with {items} items each, {consumers} consumers, maxsize {maxsize}")
    }

    fn run(self) -> Worked {
        let [producing, consuming] = [(); 2].map(|()| Gauge::default());
        let most = [(); 2].map(|()| AtomicUsize::new(0));
        let pause = || {
            if self.sleeps {
                thread::sleep(MILLISECOND)
            }
        };
        let producer = |number: usize| {
            let (producing, most) = (&producing, &most[0]);
            move |queue: &Queue<usize>| {
                most.fetch_max(producing.pass(pause), Ordering::SeqCst);
                for item in 0..self.items {
                    drop(queue.put(number * self.items + item));
                }
            }
        };
        let producers = (0..self.producers).map(producer).collect();
        let mut items = produce_and_consume(producers, self.consumers, self.maxsize, |item| {
            most[1].fetch_max(consuming.pass(pause), Ordering::SeqCst);
            item
        });
        items.sort_unstable();
        let [producing, consuming] = most.map(AtomicUsize::into_inner);
        Worked {
            items,
            producing,
            consuming,
        }
    }

    /// Everything was consumed once, and never by more consumers than there may be.
    fn is_right(self, worked: &Worked) -> Result<(), Violation> {
        came(&worked.items, self.producers * self.items)?;
        let most = self.consumers.max(1);
        if worked.consuming > most {
            let violation = Violation::new(Finding::LimitExceeded, format!("expected at most {most} consumers"));
            return Err(violation.got(format!("{} items were consumed at the same time", worked.consuming)));
        }
        Ok(())
    }

    /// All producers worked at the same time, and as many consumers as there were items for.
    fn is_full(self, worked: &Worked) -> Result<(), Violation> {
        if !self.sleeps {
            return Ok(());
        }
        if worked.producing < self.producers {
            let expected = format!("expected {} producers to work at the same time", self.producers);
            let violation = Violation::new(Finding::OverSerialized, expected);
            return Err(violation.got(format!("never more than {} did", worked.producing)));
        }
        if worked.consuming < self.consumers {
            let expected = format!("expected {} consumers to work at the same time", self.consumers);
            let violation = Violation::new(Finding::OverSerialized, expected);
            return Err(violation.got(format!("never more than {} did", worked.consuming)));
        }
        Ok(())
    }
}

fn came(items: &[usize], n_items: usize) -> Result<(), Violation> {
    let wrong = items.iter().enumerate().find(|&(place, item)| place != *item);
    if items.len() == n_items && wrong.is_none() {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        format!("expected the results of {n_items} items, each of them once"),
    );
    Err(violation.got(match wrong {
        Some((place, _)) => format!(
            "there were {}, and in their order, item {place} is missing or doubled",
            items.len()
        ),
        None => format!("there were {}", items.len()),
    }))
}

fn produce_nothing() -> usize {
    let no_producers = Vec::<fn(&Queue<usize>)>::new;
    let results = [0, 1, 3].map(|consumers| produce_and_consume(no_producers(), consumers, 1, |item| item));
    results.iter().map(Vec::len).sum()
}

fn has_nothing(execution: &Execution<usize>) -> Result<(), Violation> {
    if execution.value == 0 && execution.elapsed.is_zero() {
        return Ok(());
    }
    let violation = Violation::new(Finding::WrongResult, "expected no results, at once, without producers");
    let elapsed = execution.elapsed;
    Err(violation.got(format!("there were {} after {elapsed:?}", execution.value)))
}

/// How many items the producer could put before any time had passed.
fn put_ahead(maxsize: usize) -> usize {
    let ahead = AtomicUsize::new(0);
    let start = Instant::now();
    let producer = |queue: &Queue<usize>| {
        for item in 0..8 {
            drop(queue.put(item));
            if start.elapsed() < MILLISECOND {
                ahead.fetch_add(1, Ordering::SeqCst);
            }
        }
    };
    produce_and_consume(vec![producer], 1, maxsize, |_| thread::sleep(10 * MILLISECOND));
    ahead.into_inner()
}

/// One item is with the consumer, and as many as there is room for are inside.
fn stays_ahead_by(maxsize: usize, ahead: usize) -> Result<(), Violation> {
    if ahead == maxsize + 1 {
        return Ok(());
    }
    let finding = if ahead > maxsize {
        Finding::LimitExceeded
    } else {
        Finding::WrongResult
    };
    let expected = format!("expected room for {maxsize} items in the queue, beside the one that is consumed");
    Err(Violation::new(finding, expected).got(format!("the producer put {ahead} at once")))
}
