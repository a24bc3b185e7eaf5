//! Programs that use only what loom and shuttle have as well, so that all three explorers can be measured on them.
//!
//! `model-std-bench` compiles this file, with the modules beside it, against each of those libraries as well. So it
//! takes `sync` and `thread` from its parent module, and its loops that wait for another thread yield.

pub(crate) mod room;
pub(crate) mod workloads;

mod check_then_act;
mod double_checked;
mod lock_order;
mod lost_update;
mod peterson;
mod philosophers;
mod semaphore;
mod sleeping_barber;
mod treiber_stack;
mod unbounded_buffer;

use super::{Demo, EVERY, sync, thread};

/// Every program here, by family, each headed by its source.
pub(crate) const FAMILIES: [&[Demo]; 10] = [
    &lost_update::DEMOS,
    &check_then_act::DEMOS,
    &double_checked::DEMOS,
    &treiber_stack::DEMOS,
    &peterson::DEMOS,
    &lock_order::DEMOS,
    &philosophers::DEMOS,
    &sleeping_barber::DEMOS,
    &unbounded_buffer::DEMOS,
    &semaphore::DEMOS,
];

/// The programs whose wrong outcome the explorers are measured at finding: one a family, and no more than four threads,
/// which is the most that loom runs.
const BUGS: [&str; 10] = [
    "lost update",
    "check then act",
    "double-checked, flag first",
    "Treiber's stack, naive",
    "Peterson, stores swapped",
    "locks in opposite orders",
    "3 philosophers",
    "sleeping barber, in two steps",
    "unbounded buffer, `if`",
    "semaphore, a permit too many",
];

/// The programs with a wrong outcome that an explorer has to find.
pub(crate) fn bugs() -> Vec<Demo> {
    let demos = FAMILIES.concat();
    let named = |name: &&str| demos.iter().find(|demo| demo.name == *name).copied();
    BUGS.iter().filter_map(named).collect()
}

/// Runs `work` on `n` threads, each with its number, and returns what they returned.
fn on_threads<T: Send + 'static>(n: usize, work: impl Fn(usize) -> T + Send + Sync + 'static) -> Vec<T> {
    let work = sync::Arc::new(work);
    let start = |number| {
        let work = sync::Arc::clone(&work);
        thread::spawn(move || work(number))
    };
    let threads: Vec<_> = (0..n).map(start).collect();
    let join = |thread: thread::JoinHandle<T>| thread.join().expect("no thread panics");
    threads.into_iter().map(join).collect()
}
