//! Transfers that share no account do not wait for each other.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use deadlock::Bank;
use harness::inside::Gauge;
use harness::waiting::{MILLISECOND, join};
use harness::{Finding, Model, Violation};

const ALL_AT_ONCE: &str = "all transfers are in `while_locked` at the same time";

/// More transfers than locks that a submission is likely to share among accounts.
const MANY: usize = 80;

/// Accounts that share a lock where there is a fixed number of locks, and an account's number modulo that chooses: any
/// power of two up to 2¹⁶, or 10, 100, 1000 and many other round numbers.
const FAR_APART: [usize; 3] = [0, 64_000, 1 << 16];

pub(crate) fn disjoint_transfers_go_on_at_once(model: &mut Model) {
    model.executions(1000);
    model.random(100);
    for (label, transfers) in [
        ("0 to 1 and 2 to 3", &[(0, 1), (2, 3)][..]),
        ("3 to 0 and 1 to 2", &[(3, 0), (1, 2)]),
        ("5 to 0, 1 to 4 and 3 to 2", &[(5, 0), (1, 4), (3, 2)]),
    ] {
        model.reach(
            label,
            move || most_at_once(6, transfers),
            ALL_AT_ONCE,
            transfers.len(),
            |execution| execution.value,
        );
    }
    // A transfer from an account to itself may do without the call, and then takes no time.
    for (label, transfers) in [
        ("0 to 0 and 1 to 2", &[(0, 0), (1, 2)][..]),
        ("0 to 0 and 1 to 1", &[(0, 0), (1, 1)]),
    ] {
        model.some(
            label,
            move || most_at_once(3, transfers),
            "neither transfer waits for the other",
            |execution| execution.elapsed < 2 * MILLISECOND,
        );
    }
    model.reach(
        "a transfer in each of 2 banks",
        most_in_two_banks,
        ALL_AT_ONCE,
        2,
        |execution| execution.value,
    );
    model.every(
        "a transfer in the `while_locked` of another bank's transfer",
        transfer_in_another_bank,
        |execution| {
            if execution.value == [true; 2] {
                return Ok(());
            }
            let expected = "expected a transfer to be made while another bank's transfer has its locks";
            Err(Violation::new(Finding::WrongResult, expected).got("it was refused"))
        },
    );
    model.preemptions(0);
    model.executions(1);
    model.random(0);
    model.reach(
        "80 transfers between 160 accounts",
        || {
            let pairs: Vec<(usize, usize)> = (0..MANY).map(|i| (i, 2 * MANY - 1 - i)).collect();
            most_at_once(2 * MANY, &pairs)
        },
        ALL_AT_ONCE,
        MANY,
        |execution| execution.value,
    );
    model.steps(4_000_000);
    model.reach(
        "3 transfers between neighbours, accounts 0, 64000 and 65536 and the ones after them",
        || {
            let pairs = FAR_APART.map(|from| (from, from + 1));
            most_at_once(70_000, &pairs)
        },
        ALL_AT_ONCE,
        FAR_APART.len(),
        |execution| execution.value,
    );
}

/// Makes all transfers in threads of their own. Returns how many were in `while_locked` at once.
fn most_at_once(accounts: usize, transfers: &[(usize, usize)]) -> usize {
    let bank = Bank::new(&vec![1; accounts]);
    let inside = Gauge::default();
    let most = AtomicUsize::new(0);
    thread::scope(|scope| {
        for &(from, to) in transfers {
            let (bank, inside, most) = (&bank, &inside, &most);
            scope.spawn(move || stay(bank, from, to, inside, most));
        }
    });
    most.into_inner()
}

/// Makes a transfer that takes a millisecond. Notes how many were at it.
fn stay(bank: &Bank, from: usize, to: usize, inside: &Gauge, most: &AtomicUsize) {
    let _ = bank.transfer(from, to, 1, || {
        most.fetch_max(inside.pass(|| thread::sleep(MILLISECOND)), Ordering::SeqCst);
    });
}

fn most_in_two_banks() -> usize {
    let banks = [Bank::new(&[1, 1]), Bank::new(&[1, 1])];
    let inside = Gauge::default();
    let most = AtomicUsize::new(0);
    thread::scope(|scope| {
        for bank in &banks {
            scope.spawn(|| stay(bank, 0, 1, &inside, &most));
        }
    });
    most.into_inner()
}

/// Two threads that use two banks, one inside the other and in the same order.
fn transfer_in_another_bank() -> [bool; 2] {
    let [outer, inner] = [Bank::new(&[2, 2]), Bank::new(&[2, 2])];
    let transfer = |from, to| {
        let mut is_made = false;
        let outcome = outer.transfer(from, to, 1, || is_made = inner.transfer(from, to, 1, || ()).is_ok());
        outcome.is_ok() && is_made
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| transfer(1, 0));
        [transfer(0, 1), join(other)]
    })
}
