//! Philosophers eat with two forks each: never beside each other, always to the end, and some at the same time.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};

use deadlock::dine;
use harness::inside::{Exclusive, Gauge};
use harness::waiting::{MILLISECOND, join};
use harness::{Execution, Finding, Model, Violation};

pub(crate) fn neighbours_never_eat_at_once(model: &mut Model) {
    model.executions(4_000);
    model.random(300);
    for (philosophers, meals) in [(2, 1), (2, 2), (3, 1), (3, 2), (4, 1), (5, 1)] {
        with_own_forks(model, philosophers, meals, "");
    }
    model.spurious_wakeups(1);
    with_own_forks(model, 2, 2, ", a spurious wake-up");
    with_own_forks(model, 3, 1, ", a spurious wake-up");
}

/// What happened to the forks.
struct Forks {
    /// A philosopher who had a fork that another one used at that moment.
    shared: Option<usize>,
    /// How often each was used, as far as its users saw.
    seen: Vec<usize>,
    /// How often each was used.
    used: Vec<usize>,
}

fn with_own_forks(model: &mut Model, philosophers: usize, meals: usize, what: &str) {
    model.every(
        format!("{}{what}", label(philosophers, meals)),
        move || eat_with_forks(philosophers, meals),
        nobody_shared,
    );
}

fn eat_with_forks(philosophers: usize, meals: usize) -> Forks {
    const NOBODY: usize = usize::MAX;
    let forks: Vec<Exclusive> = (0..philosophers).map(|_| Exclusive::default()).collect();
    let used: Vec<AtomicUsize> = (0..philosophers).map(|_| AtomicUsize::new(0)).collect();
    let shared = AtomicUsize::new(NOBODY);
    dine(philosophers, meals, |philosopher| {
        let both = [philosopher, (philosopher + 1) % philosophers];
        for fork in both {
            if !forks[fork].enter() {
                shared.store(philosopher, Ordering::SeqCst);
            }
        }
        thread::yield_now();
        for fork in both {
            forks[fork].leave();
            used[fork].fetch_add(1, Ordering::SeqCst);
        }
    });
    let shared = shared.into_inner();
    Forks {
        shared: (shared != NOBODY).then_some(shared),
        seen: forks.iter().map(Exclusive::uses).collect(),
        used: used.into_iter().map(AtomicUsize::into_inner).collect(),
    }
}

fn nobody_shared(execution: &Execution<Forks>) -> Result<(), Violation> {
    let Forks { shared, seen, used } = &execution.value;
    if used.contains(&0) {
        let expected = "expected everybody to eat, and so each fork to be used";
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("the forks were used {used:?} times")));
    }
    if let Some(philosopher) = shared {
        let expected = "expected no two neighbours to eat at the same time, since they share a fork";
        let got = format!("philosopher {philosopher} ate while a neighbour did");
        return Err(Violation::new(Finding::Race, expected).got(got));
    }
    if seen != used {
        let expected = "expected a philosopher to see what a neighbour wrote at an earlier meal, as with a lock";
        let got = format!("the forks were used {used:?} times, and the users saw {seen:?}");
        return Err(Violation::new(Finding::Race, expected).got(got));
    }
    Ok(())
}

pub(crate) fn every_philosopher_has_all_meals(model: &mut Model) {
    model.executions(4_000);
    model.random(300);
    for (philosophers, meals) in [(1, 1), (1, 3), (2, 1), (2, 2), (3, 2), (4, 1), (5, 1), (3, 0)] {
        counted(model, philosophers, meals);
    }
    model.every("0 philosophers, 3 meals each", || dine(0, 3, |_| ()), |_| Ok(()));
    panics(model);
    meals_without_end(model);
    several_tables(model);
    model.spurious_wakeups(1);
    counted(model, 3, 1);
    model.spurious_wakeups(0);
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    model.steps(4_000_000);
    for (philosophers, meals) in [(20, 2), (300, 1), (2, 300), (1, 70_000)] {
        counted(model, philosophers, meals);
    }
}

fn label(philosophers: usize, meals: usize) -> String {
    let philosophers = match philosophers {
        1 => "1 philosopher".to_owned(),
        n => format!("{n} philosophers"),
    };
    match meals {
        1 => format!("{philosophers}, 1 meal each"),
        n => format!("{philosophers}, {n} meals each"),
    }
}

/// The meals of each philosopher, and of philosophers that are not there.
struct Meals {
    of_each: Vec<usize>,
    of_others: usize,
    /// A philosopher who ate in more than one thread, or in the thread of another.
    without_a_thread: Option<usize>,
}

fn counted(model: &mut Model, philosophers: usize, meals: usize) {
    model.every(
        label(philosophers, meals),
        move || count_meals(philosophers, meals),
        move |execution| all_meals_are_eaten(&execution.value, meals),
    );
}

fn count_meals(philosophers: usize, meals: usize) -> Meals {
    let of_each: Vec<AtomicUsize> = (0..philosophers).map(|_| AtomicUsize::new(0)).collect();
    let of_others = AtomicUsize::new(0);
    let threads: Mutex<Vec<(usize, ThreadId)>> = Mutex::new(Vec::new());
    dine(philosophers, meals, |philosopher| {
        let earlier = match of_each.get(philosopher) {
            Some(eaten) => eaten.fetch_add(1, Ordering::SeqCst),
            None => of_others.fetch_add(1, Ordering::SeqCst),
        };
        // Of many meals, the first few show which thread it is.
        if earlier < 3 {
            threads.lock().unwrap().push((philosopher, thread::current().id()));
        }
    });
    let threads = threads.into_inner().unwrap();
    let is_strange = |(philosopher, thread): &(usize, ThreadId)| {
        threads
            .iter()
            .any(|(other, id)| (other == philosopher) != (id == thread))
    };
    Meals {
        of_each: of_each.into_iter().map(AtomicUsize::into_inner).collect(),
        of_others: of_others.into_inner(),
        without_a_thread: threads.iter().find(|meal| is_strange(meal)).map(|meal| meal.0),
    }
}

fn all_meals_are_eaten(eaten: &Meals, meals: usize) -> Result<(), Violation> {
    let Meals {
        of_each,
        of_others,
        without_a_thread,
    } = eaten;
    for (philosopher, eaten) in of_each.iter().enumerate() {
        if *eaten != meals {
            let expected = format!("expected philosopher {philosopher} to eat {meals} times");
            let got = format!("`eat({philosopher})` was called {eaten} times");
            return Err(Violation::new(Finding::WrongResult, expected).got(got));
        }
    }
    if *of_others > 0 {
        let expected = format!("expected `eat` to be called with numbers below {}", of_each.len());
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("{of_others} calls were not")));
    }
    if let Some(philosopher) = without_a_thread {
        let expected = "expected each philosopher to be one thread, and each thread one philosopher";
        let got = format!("that is not so for philosopher {philosopher}");
        return Err(Violation::new(Finding::WrongResult, expected).got(got));
    }
    Ok(())
}

/// A philosopher who panics puts down both forks, so nobody waits for them for ever.
fn panics(model: &mut Model) {
    for (philosophers, meals, panicking) in [(1, 2, 0), (2, 2, 1), (3, 1, 0), (3, 2, 1), (4, 1, 3)] {
        model.every(
            format!(
                "{}, philosopher {panicking} panics at a meal",
                label(philosophers, meals)
            ),
            move || {
                let dinner = || {
                    dine(philosophers, meals, |philosopher| {
                        thread::yield_now();
                        assert_ne!(philosopher, panicking, "a philosopher panics, as the check wants it");
                    });
                };
                panic::catch_unwind(AssertUnwindSafe(dinner)).is_err()
            },
            |execution| {
                if execution.value {
                    return Ok(());
                }
                let expected = "expected the panic of a philosopher to reach the caller of `dine`";
                Err(Violation::new(Finding::WrongResult, expected).got("it returned as if nothing had happened"))
            },
        );
    }
    model.every(
        "2 philosophers, one panics, then 3 philosophers",
        || {
            let dinner = || dine(2, 1, |philosopher| assert_ne!(philosopher, 0, "as the check wants it"));
            let _ = panic::catch_unwind(AssertUnwindSafe(dinner));
            count_meals(3, 1)
        },
        |execution| all_meals_are_eaten(&execution.value, 1),
    );
}

/// Nobody can wait for so many meals, but for the first few of them.
fn meals_without_end(model: &mut Model) {
    for meals in [1 << 8, 1 << 16, 1 << 32, usize::MAX] {
        model.every(
            format!("1 philosopher, {meals} meals, and a panic at the third"),
            move || {
                let eaten = AtomicUsize::new(0);
                let dinner = || {
                    dine(1, meals, |_| {
                        let earlier = eaten.fetch_add(1, Ordering::SeqCst);
                        assert!(earlier < 2, "a philosopher panics, as the check wants it");
                    });
                };
                let _ = panic::catch_unwind(AssertUnwindSafe(dinner));
                eaten.into_inner()
            },
            move |execution| {
                if execution.value == 3 {
                    return Ok(());
                }
                let expected = format!("expected 3 of {meals} meals to begin, since the third one panics");
                Err(Violation::new(Finding::WrongResult, expected).got(format!("{} began", execution.value)))
            },
        );
    }
}

/// Each call has its own forks.
fn several_tables(model: &mut Model) {
    model.every(
        "2 philosophers, then 3",
        || {
            count_meals(2, 1);
            count_meals(3, 1)
        },
        |execution| all_meals_are_eaten(&execution.value, 1),
    );
    model.every(
        "2 tables with 2 philosophers each, at the same time",
        || {
            thread::scope(|scope| {
                let other = scope.spawn(|| count_meals(2, 1));
                [count_meals(2, 1), join(other)]
            })
        },
        |execution| {
            execution
                .value
                .iter()
                .try_for_each(|meals| all_meals_are_eaten(meals, 1))
        },
    );
    model.every(
        "2 philosophers, and a table with 2 more at each meal",
        || {
            let eaten = AtomicUsize::new(0);
            dine(2, 1, |_| {
                let meals = count_meals(2, 1);
                eaten.fetch_add(meals.of_each.iter().sum(), Ordering::SeqCst);
            });
            eaten.into_inner()
        },
        |execution| {
            if execution.value == 4 {
                return Ok(());
            }
            let expected = "expected 4 meals at the two inner tables";
            Err(Violation::new(Finding::WrongResult, expected).got(format!("got {}", execution.value)))
        },
    );
}

pub(crate) fn two_philosophers_eat_at_once(model: &mut Model) {
    model.executions(1_000);
    model.random(100);
    for philosophers in [4, 5, 7] {
        model.reach(
            label(philosophers, 1),
            move || {
                let inside = Gauge::default();
                let most = AtomicUsize::new(0);
                dine(philosophers, 1, |_| {
                    most.fetch_max(inside.pass(|| thread::sleep(MILLISECOND)), Ordering::SeqCst);
                });
                most.into_inner()
            },
            "two philosophers eat at the same time",
            2,
            |execution| execution.value,
        );
    }
}
