//! Treiber's stack, of numbered nodes: a pop that was interrupted finds the old top again and takes what lies under it for
//! what lay under it before (the ABA problem). A count beside the top tells the two apart.
//!
//! Source: R. Kent Treiber, *Systems Programming: Coping with Parallelism*, IBM Research Report RJ 5118, 1986.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use crate::{Demo, EVERY};

/// The nodes are numbered from 1; 0 is no node.
const NODES: usize = 2;
/// The top stands in the lower half of a word, the count of changes in the upper half.
const COUNT: usize = 1 << 16;

struct Stack {
    top: AtomicUsize,
    below: [AtomicUsize; NODES + 1],
    /// What every change adds to the word: nothing, or one to the count.
    step: usize,
}

impl Stack {
    /// Node 1 lies on node 2.
    fn new(step: usize) -> Self {
        Self {
            top: AtomicUsize::new(1),
            below: [0, 2, 0].map(AtomicUsize::new),
            step,
        }
    }

    fn pop(&self) -> Option<usize> {
        loop {
            let top = self.top.load(SeqCst);
            let node = top % COUNT;
            if node == 0 {
                return None;
            }
            let below = self.below[node].load(SeqCst);
            let next = top - node + self.step + below;
            if self.top.compare_exchange(top, next, SeqCst, SeqCst).is_ok() {
                return Some(node);
            }
        }
    }

    fn push(&self, node: usize) {
        loop {
            let top = self.top.load(SeqCst);
            self.below[node].store(top % COUNT, SeqCst);
            let next = top - top % COUNT + self.step + node;
            if self.top.compare_exchange(top, next, SeqCst, SeqCst).is_ok() {
                return;
            }
        }
    }
}

/// One thread pops; the other pops twice and pushes back what it popped first.
fn pop_while_another_pops_and_pushes(step: usize) -> String {
    let stack = Stack::new(step);
    let (mine, theirs) = thread::scope(|scope| {
        let popper = scope.spawn(|| stack.pop());
        let pusher = scope.spawn(|| {
            let (first, second) = (stack.pop(), stack.pop());
            if let Some(first) = first {
                stack.push(first);
            }
            second
        });
        let [mine, theirs] = [popper, pusher].map(|thread| thread.join().expect("nobody panics"));
        (mine, theirs)
    });
    let left = std::iter::from_fn(|| stack.pop()).take(NODES);
    let mut nodes: Vec<usize> = mine.into_iter().chain(theirs).chain(left).collect();
    nodes.sort_unstable();
    match nodes[..] {
        [1, 2] => "each node once",
        _ => "a node in two places",
    }
    .to_owned()
}

pub(super) const DEMOS: [Demo; 2] = [
    Demo {
        name: "Treiber's stack, naive",
        program: || pop_while_another_pops_and_pushes(0),
        preemptions: EVERY,
        outcomes: &["a node in two places", "each node once"],
        wrong: &[("a node in two places", 1)],
        injected_faults: 0,
    },
    Demo {
        name: "Treiber's stack, counted",
        program: || pop_while_another_pops_and_pushes(COUNT),
        preemptions: EVERY,
        outcomes: &["each node once"],
        wrong: &[],
        injected_faults: 0,
    },
];
