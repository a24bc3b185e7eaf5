//! A producer or consumer that panics panics the caller, once all threads have ended, and nobody waits for ever.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use bounded_queue::{Queue, produce_and_consume};
use harness::waiting::MILLISECOND;
use harness::{Finding, Model, Violation};

pub(crate) fn a_panic_reaches_the_caller(model: &mut Model) {
    model.executions(1000);
    model.random(100);
    let in_producers = |n| Panics {
        producers: n,
        consumed: 0,
    };
    let in_consumers = |n| Panics {
        producers: 0,
        consumed: n,
    };
    let both = Panics {
        producers: 1,
        consumed: 1,
    };
    for (label, panics, producers, consumers) in [
        ("1 producer, which panics, 1 consumer", in_producers(1), 1, 1),
        ("1 producer, which panics, 2 consumers", in_producers(1), 1, 2),
        ("2 producers, of which 1 panics, 1 consumer", in_producers(1), 2, 1),
        ("2 producers, which both panic, 1 consumer", in_producers(2), 2, 1),
        (
            "1 producer, 1 consumer, which panics at the first item",
            in_consumers(1),
            1,
            1,
        ),
        (
            "2 producers, 1 consumer, which panics at the first item",
            in_consumers(1),
            2,
            1,
        ),
        ("1 producer, 2 consumers, of which 1 panics", in_consumers(1), 1, 2),
        ("1 producer, 2 consumers, which both panic", in_consumers(2), 1, 2),
        ("1 producer, 2 consumers, and every item panics", in_consumers(4), 1, 2),
        ("2 producers, of which 1 panics, and the first item panics", both, 2, 1),
    ] {
        model.every(
            label,
            move || run(panics, producers, consumers, Payload::Text),
            |execution| reached_the_caller(&execution.value),
        );
    }
    model.executions(200);
    for (label, payload) in [("a literal", Payload::Literal), ("a number", Payload::Number)] {
        for (who, panics) in [("a producer", in_producers(1)), ("the consumer", in_consumers(1))] {
            model.every(
                format!("{who} panics with {label}"),
                move || run(panics, 1, 1, payload),
                |execution| reached_the_caller(&execution.value),
            );
        }
    }
    model.every(
        "a call after one with a panic",
        move || {
            run(both, 2, 1, Payload::Text);
            run(in_producers(0), 2, 1, Payload::Text)
        },
        |execution| goes_on_afterwards(&execution.value),
    );
}

/// How many producers panic after their first item, and how many of the first items panic when they are consumed.
#[derive(Clone, Copy)]
struct Panics {
    producers: usize,
    consumed: usize,
}

/// What a thread panics with.
#[derive(Clone, Copy)]
enum Payload {
    /// A `&str`: what `panic!` makes of a message without arguments.
    Literal,
    /// A `String`: what it makes of one with arguments.
    Text,
    /// Neither, as only `panic_any` gives it.
    Number,
}

impl Payload {
    fn panic(self, who: &str) {
        match self {
            Payload::Literal => panic!("a thread panics, as the check wants it"),
            Payload::Text => panic!("{who} panics, as the check wants it"),
            Payload::Number => panic::panic_any(7),
        }
    }
}

/// What the caller of `produce_and_consume` saw.
struct Outcome {
    panicked: bool,
    results: usize,
    /// How many producers had begun, and how many had ended, when the call ended.
    begun: usize,
    ended: usize,
}

/// Each producer puts two items into a queue with room for one, and needs a moment when it has done so.
fn run(panics: Panics, producers: usize, consumers: usize, payload: Payload) -> Outcome {
    let [begun, ended, consumed] = [(); 3].map(|()| AtomicUsize::new(0));
    let producer = |number: usize| {
        let (begun, ended) = (&begun, &ended);
        move |queue: &Queue<usize>| {
            begun.fetch_add(1, Ordering::SeqCst);
            drop(queue.put(number));
            if number < panics.producers {
                ended.fetch_add(1, Ordering::SeqCst);
                payload.panic("a producer");
            }
            drop(queue.put(number));
            thread::sleep(MILLISECOND);
            ended.fetch_add(1, Ordering::SeqCst);
        }
    };
    let producers = (0..producers).map(producer).collect();
    let results = panic::catch_unwind(AssertUnwindSafe(|| {
        produce_and_consume(producers, consumers, 1, |_| {
            if consumed.fetch_add(1, Ordering::SeqCst) < panics.consumed {
                payload.panic("a consumer");
            }
        })
    }));
    Outcome {
        panicked: results.is_err(),
        results: results.map_or(0, |results| results.len()),
        begun: begun.load(Ordering::SeqCst),
        ended: ended.load(Ordering::SeqCst),
    }
}

fn reached_the_caller(outcome: &Outcome) -> Result<(), Violation> {
    if !outcome.panicked {
        let expected = "expected the caller to panic because a producer or a consumer did";
        let violation = Violation::new(Finding::WrongResult, expected);
        return Err(violation.got("produce_and_consume returned as if nothing had happened"));
    }
    if outcome.ended < outcome.begun {
        let expected = "expected all threads to have ended when the panic reaches the caller";
        let violation = Violation::new(Finding::ThreadLeak, expected);
        return Err(violation.got(format!("{} of {} producers had ended", outcome.ended, outcome.begun)));
    }
    Ok(())
}

/// A call without panics, after one with panics.
fn goes_on_afterwards(outcome: &Outcome) -> Result<(), Violation> {
    if !outcome.panicked && outcome.results == 4 {
        return Ok(());
    }
    let expected = "expected a call to consume its 4 items, though threads of the call before it had panicked";
    let violation = Violation::new(Finding::WrongResult, expected);
    Err(violation.got(if outcome.panicked {
        "it panicked".to_owned()
    } else {
        format!("it consumed {}", outcome.results)
    }))
}
