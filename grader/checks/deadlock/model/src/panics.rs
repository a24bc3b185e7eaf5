//! When `while_locked` panics, nothing is moved, the caller gets the panic, and the bank goes on working.

use std::panic::{self, AssertUnwindSafe};
use std::thread;

use deadlock::Bank;
use harness::waiting::{MILLISECOND, join};
use harness::{Execution, Finding, Model, Violation};

pub(crate) fn a_panic_moves_no_money(model: &mut Model) {
    model.executions(5_000);
    model.random(200);
    for (label, from, to) in [
        ("30 from 0 to 1, with a panic", 0, 1),
        ("30 from 1 to 0, with a panic", 1, 0),
        ("30 from 2 to 2, with a panic", 2, 2),
    ] {
        model.every(label, move || panic_alone(from, to), nothing_was_moved);
    }
    for (label, from, to) in [
        ("a panic while 0 to 1 waits", 0, 1),
        ("a panic while 1 to 0 waits", 1, 0),
        ("a panic while 1 to 2 waits", 1, 2),
        ("a panic while 2 to 0 waits", 2, 0),
        ("a panic while 0 to 0 waits", 0, 0),
    ] {
        model.every(label, move || panic_beside(from, to), nothing_was_moved);
    }
    model.every(
        "2 panics at the same time, 0 to 1 and 1 to 0",
        panic_twice,
        nothing_was_moved,
    );
    model.every("a panic beside the total", panic_beside_the_total, nothing_was_moved);
}

/// What the bank said afterwards.
struct Aftermath {
    /// Whether each panic came out of `transfer`.
    panicked: bool,
    /// Whether the other transfer, of 0, was made.
    others: bool,
    balances: Vec<Option<u64>>,
    total: u64,
    /// Whether every further transfer was made.
    goes_on: bool,
}

impl Aftermath {
    fn of(bank: &Bank, panicked: bool, others: bool) -> Self {
        let balances = (0..3).map(|account| bank.balance(account)).collect();
        let total = bank.total();
        let goes_on = [(0, 1), (1, 0), (1, 2), (2, 1), (0, 0), (1, 1)]
            .iter()
            .all(|&(from, to)| bank.transfer(from, to, 1, || ()).is_ok());
        Self {
            panicked,
            others,
            balances,
            total,
            goes_on,
        }
    }
}

fn bank() -> Bank {
    Bank::new(&[100, 50, 10])
}

/// Makes a transfer that panics. Returns whether the panic came out of it.
fn transfer_with_panic(bank: &Bank, from: usize, to: usize) -> bool {
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| {
        bank.transfer(from, to, 30, || {
            thread::sleep(MILLISECOND);
            panic!("`while_locked` panics, as the check wants it");
        })
    }));
    outcome.is_err()
}

fn panic_alone(from: usize, to: usize) -> Aftermath {
    let bank = bank();
    // A transfer from an account to itself may do without the call.
    let panicked = transfer_with_panic(&bank, from, to) || from == to;
    Aftermath::of(&bank, panicked, true)
}

/// The other transfer moves nothing, so the balances are the same whichever comes first.
fn panic_beside(from: usize, to: usize) -> Aftermath {
    let bank = bank();
    let (panicked, other) = thread::scope(|scope| {
        let other = scope.spawn(|| bank.transfer(from, to, 0, || ()).is_ok());
        (transfer_with_panic(&bank, 0, 1), join(other))
    });
    Aftermath::of(&bank, panicked, other)
}

fn panic_twice() -> Aftermath {
    let bank = bank();
    let panicked = thread::scope(|scope| {
        let other = scope.spawn(|| transfer_with_panic(&bank, 1, 0));
        transfer_with_panic(&bank, 0, 1) & join(other)
    });
    Aftermath::of(&bank, panicked, true)
}

fn panic_beside_the_total() -> Aftermath {
    let bank = bank();
    let (panicked, total) = thread::scope(|scope| {
        let total = scope.spawn(|| bank.total());
        (transfer_with_panic(&bank, 0, 1), join(total))
    });
    Aftermath::of(&bank, panicked, total == 160)
}

fn nothing_was_moved(execution: &Execution<Aftermath>) -> Result<(), Violation> {
    let Aftermath {
        panicked,
        others,
        ref balances,
        total,
        goes_on,
    } = execution.value;
    if !panicked {
        let violation = Violation::new(
            Finding::WrongResult,
            "expected the panic of `while_locked` to go on to the caller of `transfer`",
        );
        return Err(violation.got("it did not"));
    }
    if *balances != [Some(100), Some(50), Some(10)] || total != 160 {
        let violation = Violation::new(
            Finding::WrongResult,
            "expected the balances 100, 50 and 10 after a panic in `while_locked`, and a total of 160",
        );
        let balances: Vec<u64> = balances.iter().flatten().copied().collect();
        return Err(violation.got(format!("the balances are {balances:?}, the total is {total}")));
    }
    if !others || !goes_on {
        let violation = Violation::new(
            Finding::WrongResult,
            "expected other transfers to be made, beside a panic and after it",
        );
        return Err(violation.got("one was not"));
    }
    Ok(())
}
