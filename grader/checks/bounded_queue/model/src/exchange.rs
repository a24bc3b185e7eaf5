//! Every item that is put is got once, and one that is refused comes back.

use std::rc::Rc;
use std::thread;

use bounded_queue::{GetError, PutError, Queue};
use harness::waiting::{MILLISECOND, join};
use harness::{Execution, Finding, Model, Violation};

pub(crate) fn nothing_is_lost_or_doubled(model: &mut Model) {
    model.every(
        "1 thread, items refused by a full queue and by a closed one",
        refuse,
        |execution| no_problem(&execution.value),
    );
    model.every("a queue dropped with items inside", drop_with_items, |execution| {
        no_problem(&execution.value)
    });
    model.executions(4000);
    model.random(300);
    for (label, maxsize) in [
        ("2 producers and 2 consumers with 2 items each, maxsize 1", 1),
        ("2 producers and 2 consumers with 2 items each, maxsize 0", 0),
    ] {
        model.every(label, move || exchange(maxsize), all_came_once);
    }
    model.every(
        "2 producers that wait in put_timeout, 2 consumers that wait in get_timeout, maxsize 1",
        exchange_with_timeouts,
        all_came_once,
    );
    model.every("2 consumers, of which one tries, and 1 item", compete, one_got_it);
    model.spurious_wakeups(1);
    model.every(
        "2 producers and 2 consumers with 1 item each, maxsize 1, a spurious wake-up",
        exchange_one_each,
        all_came_once,
    );
}

/// What went wrong, in words.
type Problem = Option<String>;

fn no_problem(problem: &Problem) -> Result<(), Violation> {
    let Some(got) = problem else { return Ok(()) };
    let violation = Violation::new(
        Finding::WrongResult,
        "expected each item to be in one place: inside, got, or given back",
    );
    Err(violation.got(got.clone()))
}

/// The items are counted references: one that is dropped or copied shows. They cannot even be sent to another thread.
fn refuse() -> Problem {
    let item = Rc::new(());
    let queue = Queue::new(1);
    drop(queue.put(Rc::clone(&item)));
    for call in ["try_put", "put_timeout"] {
        let refused = Rc::clone(&item);
        let outcome = match call {
            "try_put" => queue.try_put(refused),
            _ => queue.put_timeout(refused, MILLISECOND),
        };
        match outcome {
            // One is inside, one came back, and one is here.
            Err(PutError::Full(back)) if Rc::ptr_eq(&back, &item) && Rc::strong_count(&item) == 3 => {}
            Err(PutError::Full(_)) => return Some(format!("{call} on a full queue gave back another item")),
            _ => return Some(format!("{call} on a full queue did not give back its item as refused")),
        }
    }
    refuse_when_closed(&queue, &item)
}

fn refuse_when_closed(queue: &Queue<Rc<()>>, item: &Rc<()>) -> Problem {
    drop(queue.get());
    queue.close();
    for (call, outcome) in [
        ("put", queue.put(Rc::clone(item))),
        ("try_put", queue.try_put(Rc::clone(item))),
        ("put_timeout", queue.put_timeout(Rc::clone(item), MILLISECOND)),
    ] {
        match outcome {
            Err(PutError::Closed(back)) if Rc::ptr_eq(&back, item) => {}
            _ => return Some(format!("{call} on a closed queue did not give back its item as closed")),
        }
    }
    let left = Rc::strong_count(item) - 1;
    (left != 0).then(|| format!("{left} items are still somewhere, though all were got or given back"))
}

fn drop_with_items() -> Problem {
    let item = Rc::new(());
    for maxsize in [0, 3] {
        let queue = Queue::new(maxsize);
        (0..3).for_each(|_| drop(queue.put(Rc::clone(&item))));
        drop(queue.try_get());
        let inside = Rc::strong_count(&item) - 1;
        if inside != 2 {
            return Some(format!("{inside} items existed after 3 were put and 1 was got"));
        }
        drop(queue);
        let left = Rc::strong_count(&item) - 1;
        if left != 0 {
            return Some(format!("{left} items were left when the queue was dropped"));
        }
    }
    None
}

/// Runs producers with the items that they put, and consumers that get so many; returns what came.
fn exchange_with(
    maxsize: usize,
    items: [&[usize]; 2],
    each_gets: usize,
    put: impl Fn(&Queue<usize>, usize) -> Result<(), PutError<usize>> + Sync,
    get: impl Fn(&Queue<usize>) -> Result<usize, GetError> + Sync,
) -> Vec<usize> {
    let queue = Queue::new(maxsize);
    let (queue, put, get) = (&queue, &put, &get);
    let consume = || (0..each_gets).filter_map(|_| get(queue).ok()).collect::<Vec<_>>();
    let mut came = thread::scope(|scope| {
        for items in items {
            scope.spawn(move || items.iter().for_each(|&item| drop(put(queue, item))));
        }
        let other = scope.spawn(consume);
        let mut came = consume();
        came.extend(join(other));
        came
    });
    came.extend(std::iter::from_fn(|| queue.try_get().ok()).take(8));
    came.sort_unstable();
    came
}

fn exchange(maxsize: usize) -> Vec<usize> {
    exchange_with(maxsize, [&[0, 1], &[2, 3]], 2, Queue::put, Queue::get)
}

fn exchange_one_each() -> Vec<usize> {
    let mut came = exchange_with(1, [&[0], &[1]], 1, Queue::put, Queue::get);
    came.extend([2, 3]);
    came
}

/// The timeouts are longer than anything can take.
fn exchange_with_timeouts() -> Vec<usize> {
    exchange_with(
        1,
        [&[0, 1], &[2, 3]],
        2,
        |queue, item| queue.put_timeout(item, 1000 * MILLISECOND),
        |queue| queue.get_timeout(1000 * MILLISECOND),
    )
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
fn compete() -> usize {
    let queue = Queue::new(1);
    thread::scope(|scope| {
        let trying = scope.spawn(|| queue.try_get().is_ok());
        let waiting = scope.spawn(|| queue.get_timeout(5 * MILLISECOND).is_ok());
        drop(queue.put(0));
        usize::from(join(trying)) + usize::from(join(waiting))
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
