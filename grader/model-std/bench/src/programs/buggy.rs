//! Programs with one bug each: a thread panics or waits for ever, in some interleaving and not in all of them.
//!
//! Written once and compiled against several libraries: whoever includes this file brings `sync` and `thread`. So a program
//! uses only what all of them have, with the strongest ordering, and a loop that waits by asking yields.

use super::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use super::sync::{Arc, Condvar, Mutex};
use super::thread;

/// The programs by name.
pub(crate) const PROGRAMS: &[(&str, fn())] = &[
    ("lost update", lost_update),
    ("lock order", lock_order),
    ("lost wake-up", lost_wakeup),
    ("if for while", if_for_while),
    ("permit too many", permit_too_many),
    ("check then act", check_then_act),
    ("early flag", early_flag),
    ("ABA", aba),
    ("Peterson, swapped", peterson_swapped),
    ("philosophers", philosophers),
];

/// Runs `work` on as many threads, each with its number, and waits for them.
fn on_threads(n: usize, work: impl Fn(usize) + Send + Sync + 'static) {
    let work = Arc::new(work);
    let start = |number| {
        let work = Arc::clone(&work);
        thread::spawn(move || work(number))
    };
    let threads: Vec<_> = (0..n).map(start).collect();
    for thread in threads {
        thread.join().expect("no thread panics where there is no bug");
    }
}

/// Two threads count by reading and then writing.
fn lost_update() {
    let count = Arc::new(AtomicUsize::new(0));
    let theirs = Arc::clone(&count);
    on_threads(2, move |_| {
        let seen = theirs.load(SeqCst);
        theirs.store(seen + 1, SeqCst);
    });
    assert_eq!(count.load(SeqCst), 2);
}

/// Two threads take two locks, each in its own order.
fn lock_order() {
    let locks = [Mutex::new(0), Mutex::new(0)];
    on_threads(2, move |number| {
        let first = locks[number].lock().expect("nobody panics");
        let second = locks[1 - number].lock().expect("nobody panics");
        drop((first, second));
    });
}

/// The waiting thread looks before it takes the lock, so the notification may pass it by.
fn lost_wakeup() {
    let (ready, lock, changed) = (AtomicBool::new(false), Mutex::new(()), Condvar::new());
    on_threads(2, move |number| {
        if number == 0 {
            if !ready.load(SeqCst) {
                let guard = lock.lock().expect("nobody panics");
                drop(changed.wait(guard).expect("nobody panics"));
            }
        } else {
            ready.store(true, SeqCst);
            changed.notify_one();
        }
    });
}

/// Two consumers wait with `if`: one that was notified may come too late, because the other has taken the item.
fn if_for_while() {
    let (items, changed) = (Mutex::new(0_usize), Condvar::new());
    on_threads(3, move |number| {
        if number < 2 {
            let mut items = items.lock().expect("nobody panics");
            if *items == 0 {
                items = changed.wait(items).expect("nobody panics");
            }
            *items = items.checked_sub(1).expect("there is an item");
        } else {
            for _ in 0..2 {
                *items.lock().expect("nobody panics") += 1;
                changed.notify_one();
            }
        }
    });
}

/// A semaphore for two lets three in.
fn permit_too_many() {
    let (permits, changed, inside) = (Mutex::new(3_usize), Condvar::new(), AtomicUsize::new(0));
    on_threads(4, move |_| {
        let mut left = permits.lock().expect("nobody panics");
        while *left == 0 {
            left = changed.wait(left).expect("nobody panics");
        }
        *left -= 1;
        drop(left);
        assert!(inside.fetch_add(1, SeqCst) < 2, "three are inside");
        inside.fetch_sub(1, SeqCst);
        *permits.lock().expect("nobody panics") += 1;
        changed.notify_one();
    });
}

/// Three threads share a total of two, and look whether there is room under another lock than they take it.
fn check_then_act() {
    let total = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&total);
    on_threads(3, move |_| {
        let has_room = *theirs.lock().expect("nobody panics") < 2;
        if has_room {
            *theirs.lock().expect("nobody panics") += 1;
        }
    });
    let total = *total.lock().expect("nobody panics");
    assert!(total <= 2, "the total is {total}");
}

/// Double-checked initialisation that raises its flag too early.
fn early_flag() {
    let (is_made, lock, value) = (AtomicBool::new(false), Mutex::new(()), AtomicUsize::new(0));
    on_threads(2, move |_| {
        if !is_made.load(SeqCst) {
            let guard = lock.lock().expect("nobody panics");
            if !is_made.load(SeqCst) {
                is_made.store(true, SeqCst);
                value.store(42, SeqCst);
            }
            drop(guard);
        }
        assert_eq!(value.load(SeqCst), 42);
    });
}

/// A stack of numbered nodes whose `pop` takes an equal head for an unchanged stack.
struct Stack {
    /// The number of the first node; 0 for none.
    head: AtomicUsize,
    next: [AtomicUsize; 3],
}

impl Stack {
    fn pop(&self) -> Option<usize> {
        loop {
            let head = self.head.load(SeqCst);
            if head == 0 {
                return None;
            }
            let next = self.next[head].load(SeqCst);
            if self.head.compare_exchange(head, next, SeqCst, SeqCst).is_ok() {
                return Some(head);
            }
        }
    }

    fn push(&self, node: usize) {
        loop {
            let head = self.head.load(SeqCst);
            self.next[node].store(head, SeqCst);
            if self.head.compare_exchange(head, node, SeqCst, SeqCst).is_ok() {
                return;
            }
        }
    }
}

/// One thread pops once; the other pops twice and pushes the first node back. No node may have two owners.
fn aba() {
    let stack = Arc::new(Stack {
        head: AtomicUsize::new(1),
        next: [AtomicUsize::new(0), AtomicUsize::new(2), AtomicUsize::new(0)],
    });
    let owned = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0)]);
    let (their_stack, theirs) = (Arc::clone(&stack), Arc::clone(&owned));
    on_threads(2, move |number| {
        let own = || {
            let node = their_stack.pop();
            if let Some(node) = node {
                theirs[node].fetch_add(1, SeqCst);
            }
            node
        };
        let first = own();
        if number == 1 {
            own();
            if let Some(first) = first {
                theirs[first].fetch_sub(1, SeqCst);
                their_stack.push(first);
            }
        }
    });
    while let Some(node) = stack.pop() {
        owned[node].fetch_add(1, SeqCst);
    }
    for node in 1..=2 {
        assert_eq!(owned[node].load(SeqCst), 1, "owners of node {node}");
    }
}

/// Peterson's lock with its two writes in the wrong order.
fn peterson_swapped() {
    let wants = [AtomicBool::new(false), AtomicBool::new(false)];
    let (turn, inside) = (AtomicUsize::new(0), AtomicUsize::new(0));
    on_threads(2, move |me| {
        let other = 1 - me;
        turn.store(other, SeqCst);
        wants[me].store(true, SeqCst);
        while wants[other].load(SeqCst) && turn.load(SeqCst) == other {
            thread::yield_now();
        }
        assert_eq!(inside.fetch_add(1, SeqCst), 0, "both are inside");
        inside.fetch_sub(1, SeqCst);
        wants[me].store(false, SeqCst);
    });
}

/// Three philosophers take the left fork first.
fn philosophers() {
    let forks = [Mutex::new(()), Mutex::new(()), Mutex::new(())];
    on_threads(3, move |number| {
        let left = forks[number].lock().expect("nobody panics");
        let right = forks[(number + 1) % 3].lock().expect("nobody panics");
        drop((left, right));
    });
}
