//! Every item that is put is got once, and one that is refused comes back.

use std::iter;
use std::rc::Rc;
use std::thread;

use harness::waiting::{MILLISECOND, join};
use harness::{Execution, Finding, Model, Violation};
use priority_queue::{LifoQueue, PriorityQueue};

use crate::line::{Call, Line};

pub(crate) fn nothing_is_lost_or_doubled(model: &mut Model) {
    model.every("1 thread, items put before and after close", refuse, |execution| {
        no_problem(execution.value)
    });
    model.every("queues dropped with items inside", drop_with_items, |execution| {
        no_problem(execution.value)
    });
    exchanges::<PriorityQueue<usize, usize>>(model);
    exchanges::<LifoQueue<usize>>(model);
}

fn exchanges<L: Line>(model: &mut Model) {
    model.executions(2000);
    model.random(200);
    for call in [Call::Wait, Call::Timeout(1000 * MILLISECOND)] {
        model.every(
            format!("{}, 2 producers and 2 consumers with 2 items each, {call}", L::NAME),
            move || exchange::<L>(call),
            all_came_once,
        );
    }
    model.every(
        format!("{}, 1 item, a thread that waits and one that tries", L::NAME),
        compete::<L>,
        one_got_it,
    );
    model.every(
        format!("{}, 2 queues", L::NAME),
        || {
            let [one, other] = [L::new(), L::new()];
            one.put(1);
            let mut got: Vec<usize> = other.get(Call::Try).got().into_iter().collect();
            other.put(0);
            got.extend([&other, &one].map(|queue| queue.get(Call::Try).got().unwrap_or(9)));
            got.extend([2, 3]);
            got
        },
        all_came_once,
    );
    model.spurious_wakeups(1);
    model.every(
        format!(
            "{}, 2 producers and 2 consumers with 1 item each, a spurious wake-up",
            L::NAME
        ),
        exchange_one_each::<L>,
        all_came_once,
    );
    model.spurious_wakeups(0);
}

fn no_problem(problem: Option<&'static str>) -> Result<(), Violation> {
    let Some(got) = problem else { return Ok(()) };
    let violation = Violation::new(
        Finding::WrongResult,
        "expected each item to be in one place: inside, got, or given back",
    );
    Err(violation.got(got))
}

/// The items are counted references: one that is dropped or kept shows. They cannot even be sent to another thread.
fn refuse() -> Option<&'static str> {
    let item = Rc::new(());
    let ranked = PriorityQueue::new();
    let pile = LifoQueue::new();
    let _ = ranked.put(1, Rc::clone(&item));
    let _ = pile.put(Rc::clone(&item));
    ranked.close();
    pile.close();
    let refused = ranked.put(2, Rc::clone(&item));
    let also_refused = pile.put(Rc::clone(&item));
    // One here, two inside, and two that came back.
    if Rc::strong_count(&item) != 5 {
        return Some("an item that was put into a closed queue did not come back");
    }
    drop((refused, also_refused));
    if Rc::strong_count(&item) != 3 {
        return Some("an item that was put into a closed queue came in");
    }
    drop((ranked.get(), pile.get()));
    (Rc::strong_count(&item) != 1).then_some("an item that was got is still somewhere")
}

fn drop_with_items() -> Option<&'static str> {
    let item = Rc::new(());
    let ranked = PriorityQueue::new();
    let pile = LifoQueue::new();
    for priority in 0..3 {
        let _ = ranked.put(priority, Rc::clone(&item));
        let _ = pile.put(Rc::clone(&item));
    }
    drop((ranked.try_get(), pile.try_get()));
    if Rc::strong_count(&item) != 5 {
        return Some("of 3 items put and 1 got, not 2 are inside");
    }
    drop((ranked, pile));
    (Rc::strong_count(&item) != 1).then_some("items were left when their queue was dropped")
}

/// Two threads get so many items each, while the others put them. Returns all that came, sorted.
fn exchange_items<L: Line>(items: [&[usize]; 2], each_gets: usize, call: Call) -> Vec<usize> {
    let queue = L::new();
    let queue = &queue;
    let consume = || (0..each_gets).filter_map(|_| queue.get(call).got()).collect::<Vec<_>>();
    let mut came = thread::scope(|scope| {
        for items in items {
            scope.spawn(move || items.iter().for_each(|&item| queue.put(item)));
        }
        let other = scope.spawn(consume);
        let mut came = consume();
        came.extend(join(other));
        came
    });
    came.extend(iter::from_fn(|| queue.get(Call::Try).got()).take(8));
    came.sort_unstable();
    came
}

fn exchange<L: Line>(call: Call) -> Vec<usize> {
    exchange_items::<L>([&[1, 0], &[2, 3]], 2, call)
}

fn exchange_one_each<L: Line>() -> Vec<usize> {
    let mut came = exchange_items::<L>([&[0], &[1]], 1, Call::Wait);
    came.extend([2, 3]);
    came
}

fn all_came_once(execution: &Execution<Vec<usize>>) -> Result<(), Violation> {
    if execution.value == [0, 1, 2, 3] {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        "expected the items 0, 1, 2 and 3 to come once each",
    );
    Err(violation.got(format!("{:?} came", execution.value)))
}

/// Returns how many threads got the only item.
fn compete<L: Line>() -> usize {
    let queue = L::new();
    thread::scope(|scope| {
        let threads = [Call::Try, Call::Timeout(5 * MILLISECOND)].map(|call| {
            let queue = &queue;
            scope.spawn(move || queue.get(call).got().is_some())
        });
        queue.put(0);
        threads.map(join).into_iter().filter(|got| *got).count()
    })
}

fn one_got_it(execution: &Execution<usize>) -> Result<(), Violation> {
    if execution.value == 1 {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        "expected the only item to come to one of 2 threads",
    );
    Err(violation.got(format!("it came to {}", execution.value)))
}
