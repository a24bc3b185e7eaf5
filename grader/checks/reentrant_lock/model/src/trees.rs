//! `visit` calls with each number in order, and keeps the lock from the first to the last.

use std::thread;

use harness::inside::Exclusive;
use harness::waiting::join;
use harness::{Execution, Finding, Model, Violation};
use reentrant_lock::{ReentrantLock, Tree, visit};

/// More levels than a byte can count.
const DEEP: u32 = 300;

pub(crate) fn visit_takes_the_lock_at_each_node(model: &mut Model) {
    model.every(
        "a tree with 1 number",
        || walk(&leaf(7)),
        |execution| visited(&execution.value, &[(7, 1)]),
    );
    model.every(
        "a tree with 7 numbers on 4 levels",
        || walk(&small_tree()),
        |execution| visited(&execution.value, &SMALL_TREE),
    );
    model.every(
        "a tree with 7 numbers, twice, then by the owner of the lock",
        walk_again,
        |execution| {
            let deeper: Vec<Visited> = SMALL_TREE.iter().map(|(value, depth)| (*value, depth + 1)).collect();
            let expected = [&SMALL_TREE[..], &SMALL_TREE, &deeper, &[(0, 1)]].concat();
            visited(&execution.value, &expected)
        },
    );
    model.every(
        "a tree with 1 number in `visit` at each node of another",
        walk_inside,
        |execution| visited(&execution.value, &[(1, 1), (7, 2), (2, 2), (7, 3)]),
    );
    model.executions(5_000);
    model.random(200);
    model.every(
        "2 threads walk through a tree with 3 numbers",
        walk_together,
        one_after_the_other,
    );
    model.every(
        "a thread walks through a tree, another one takes the lock",
        walk_beside_a_lock,
        one_after_the_other,
    );
    model.executions(1);
    model.random(0);
    let wide: Vec<Visited> = [(0, 1)].into_iter().chain((1..=DEEP).map(|value| (value, 2))).collect();
    model.every(
        "a tree with 300 children",
        || walk(&wide_tree()),
        move |execution| visited(&execution.value, &wide),
    );
    let deep: Vec<Visited> = (0..DEEP).map(|value| (value, value as usize + 1)).collect();
    model.every(
        "a tree with 300 levels",
        || walk(&deep_tree()),
        move |execution| visited(&execution.value, &deep),
    );
}

/// A number, and the depth of the lock when it was visited.
type Visited = (u32, usize);

fn leaf(value: u32) -> Tree {
    node(value, vec![])
}

fn node(value: u32, children: Vec<Tree>) -> Tree {
    Tree { value, children }
}

/// The numbers are neither in order nor all different.
fn small_tree() -> Tree {
    node(
        5,
        vec![node(3, vec![leaf(9), node(3, vec![leaf(u32::MAX)])]), leaf(0), leaf(5)],
    )
}

const SMALL_TREE: [Visited; 7] = [(5, 1), (3, 2), (9, 3), (3, 3), (u32::MAX, 4), (0, 2), (5, 2)];

fn wide_tree() -> Tree {
    node(0, (1..=DEEP).map(leaf).collect())
}

fn deep_tree() -> Tree {
    let mut tree = leaf(DEEP - 1);
    for value in (0..DEEP - 1).rev() {
        tree = node(value, vec![tree]);
    }
    tree
}

fn walk(tree: &Tree) -> Vec<Visited> {
    walk_with(tree, &ReentrantLock::new())
}

fn walk_with(tree: &Tree, lock: &ReentrantLock) -> Vec<Visited> {
    let mut visited = Vec::new();
    visit(tree, lock, |value| visited.push((value, lock.depth())));
    visited
}

fn walk_again() -> Vec<Visited> {
    let (tree, lock) = (small_tree(), ReentrantLock::new());
    let mut visited = [walk_with(&tree, &lock), walk_with(&tree, &lock)].concat();
    let guard = lock.lock();
    visited.extend(walk_with(&tree, &lock));
    visited.push((0, lock.depth()));
    drop(guard);
    visited
}

fn walk_inside() -> Vec<Visited> {
    let lock = ReentrantLock::new();
    let mut visited = Vec::new();
    visit(&node(1, vec![leaf(2)]), &lock, |value| {
        visited.push((value, lock.depth()));
        visited.extend(walk_with(&leaf(7), &lock));
    });
    visited
}

fn visited(got: &[Visited], expected: &[Visited]) -> Result<(), Violation> {
    if got == expected {
        return Ok(());
    }
    // Of long lists, what differs is shown.
    let same = got
        .iter()
        .zip(expected)
        .take_while(|(got, expected)| got == expected)
        .count();
    let from = |visited: &[Visited]| format!("{:?}", visited.iter().skip(same).take(8).collect::<Vec<_>>());
    let violation = Violation::new(
        Finding::WrongResult,
        format!(
            "expected `visit` with these numbers and depths, from the {}. on: {}",
            same + 1,
            from(expected)
        ),
    );
    Err(violation.got(from(got)))
}

/// Whether walkers were alone, and what they did.
struct Walks {
    are_alone: bool,
    seen: usize,
    used: usize,
}

/// Walks through a tree of three numbers. The first one enters what the lock protects, the last one leaves it.
fn walk_alone(lock: &ReentrantLock, protected: &Exclusive) -> bool {
    let mut is_alone = true;
    visit(&node(1, vec![leaf(2), leaf(3)]), lock, |value| match value {
        1 => is_alone &= protected.enter(),
        3 => protected.leave(),
        _ => {}
    });
    is_alone
}

fn walk_together() -> Walks {
    let (lock, protected) = (ReentrantLock::new(), Exclusive::default());
    let are_alone = thread::scope(|scope| {
        let other = scope.spawn(|| walk_alone(&lock, &protected));
        walk_alone(&lock, &protected) & join(other)
    });
    Walks {
        are_alone,
        seen: protected.uses(),
        used: 2,
    }
}

fn walk_beside_a_lock() -> Walks {
    let (lock, protected) = (ReentrantLock::new(), Exclusive::default());
    let are_alone = thread::scope(|scope| {
        let other = scope.spawn(|| {
            let _guard = lock.lock();
            let is_alone = protected.enter();
            protected.leave();
            is_alone
        });
        walk_alone(&lock, &protected) & join(other)
    });
    Walks {
        are_alone,
        seen: protected.uses(),
        used: 2,
    }
}

fn one_after_the_other(execution: &Execution<Walks>) -> Result<(), Violation> {
    let Walks { are_alone, seen, used } = execution.value;
    if !are_alone {
        let expected = "expected no other thread to get the lock between the first and the last number of a tree";
        return Err(Violation::new(Finding::Race, expected).got("one did"));
    }
    if seen != used {
        let expected = "expected `visit` to see what was written before, as with a lock";
        return Err(Violation::new(Finding::Race, expected).got(format!("of {used} uses, {seen} were seen")));
    }
    Ok(())
}
