//! Transfers that need the same accounts, in whatever order, all come to their end.

use std::thread;

use deadlock::Bank;
use harness::waiting::join;
use harness::{Execution, Finding, Model, Violation};

/// From where to where, and how much.
type Transfer = (usize, usize, u64);

/// What is in each account at first.
const BALANCE: u64 = 10;

pub(crate) fn transfers_never_deadlock(model: &mut Model) {
    model.executions(5_000);
    model.random(200);
    let scenarios: [(&str, usize, &'static [&'static [Transfer]]); 9] = [
        ("0 to 1 and 1 to 0", 2, &[&[(0, 1, 3)], &[(1, 0, 4)]]),
        (
            "0 to 1 and back, and 1 to 0 and back",
            2,
            &[&[(0, 1, 3), (1, 0, 1)], &[(1, 0, 4), (0, 1, 2)]],
        ),
        ("2 to 1 and 1 to 2", 3, &[&[(2, 1, 3)], &[(1, 2, 4)]]),
        (
            "0 to 1, 1 to 2 and 2 to 0",
            3,
            &[&[(0, 1, 1)], &[(1, 2, 2)], &[(2, 0, 3)]],
        ),
        (
            "1 to 0, 2 to 1 and 0 to 2",
            3,
            &[&[(1, 0, 1)], &[(2, 1, 2)], &[(0, 2, 3)]],
        ),
        ("0 to 0, twice", 1, &[&[(0, 0, 1), (0, 0, 0)], &[(0, 0, 2)]]),
        ("1 to 1 and 0 to 1", 2, &[&[(1, 1, 1)], &[(0, 1, 2)]]),
        (
            "1 to 2, 0 to 1 and 1 to 0",
            3,
            &[&[(1, 2, 1)], &[(0, 1, 2)], &[(1, 0, 3)]],
        ),
        (
            "0 to 1 twice, and 1 to 0",
            2,
            &[&[(0, 1, 1)], &[(0, 1, 2)], &[(1, 0, 3)]],
        ),
    ];
    for (label, accounts, threads) in scenarios {
        all_end(model, label, accounts, threads);
    }
    refused(model);
    beside_the_total(model);
    model.spurious_wakeups(1);
    all_end(
        model,
        "0 to 1 and 1 to 0, a spurious wake-up",
        2,
        &[&[(0, 1, 3)], &[(1, 0, 4)]],
    );
    model.spurious_wakeups(0);
    model.preemptions(1);
    model.executions(300);
    all_end(
        model,
        "a ring of 5 accounts, each to the next",
        5,
        &[&[(0, 1, 1)], &[(1, 2, 2)], &[(2, 3, 3)], &[(3, 4, 4)], &[(4, 0, 5)]],
    );
    all_end(
        model,
        "a ring of 5 accounts, each to the one before",
        5,
        &[&[(1, 0, 1)], &[(2, 1, 2)], &[(3, 2, 3)], &[(4, 3, 4)], &[(0, 4, 5)]],
    );
}

/// Requires that all transfers are made. The inner lists are the transfers of one thread each.
fn all_end(model: &mut Model, label: &str, accounts: usize, threads: &'static [&'static [Transfer]]) {
    model.every(
        label,
        move || {
            let bank = Bank::new(&vec![BALANCE; accounts]);
            let all: usize = thread::scope(|scope| {
                let bank = &bank;
                let spawn = |transfers: &'static [Transfer]| scope.spawn(move || transfer(bank, transfers));
                let threads: Vec<_> = threads.iter().map(|transfers| spawn(transfers)).collect();
                threads.into_iter().map(join).sum()
            });
            (all, (0..accounts).map(|account| bank.balance(account)).collect())
        },
        move |execution| all_were_made(execution, accounts, threads),
    );
}

/// Makes the transfers; how many were not refused.
fn transfer(bank: &Bank, transfers: &[Transfer]) -> usize {
    transfers
        .iter()
        .filter(|(from, to, amount)| bank.transfer(*from, *to, *amount, thread::yield_now).is_ok())
        .count()
}

fn all_were_made(
    execution: &Execution<(usize, Vec<Option<u64>>)>,
    accounts: usize,
    threads: &[&[Transfer]],
) -> Result<(), Violation> {
    let mut expected = vec![BALANCE; accounts];
    for (from, to, amount) in threads.iter().copied().flatten() {
        expected[*from] -= amount;
        expected[*to] += amount;
    }
    let n_transfers: usize = threads.iter().map(|transfers| transfers.len()).sum();
    let (made, balances) = &execution.value;
    if *made != n_transfers {
        let expected = format!("expected all {n_transfers} transfers to be made, there is enough in each account");
        return Err(Violation::new(Finding::WrongResult, expected).got(format!("{made} were made")));
    }
    if *balances != expected.iter().copied().map(Some).collect::<Vec<_>>() {
        let balances: Vec<u64> = balances.iter().flatten().copied().collect();
        let expected = format!("expected the balances {expected:?} after {n_transfers} transfers at the same time");
        return Err(Violation::new(Finding::Race, expected).got(format!("got {balances:?}")));
    }
    Ok(())
}

/// A transfer that is refused gives back its locks.
fn refused(model: &mut Model) {
    model.every(
        "0 to 1 and 1 to 0, both refused, then both made",
        || {
            let bank = Bank::new(&[BALANCE; 2]);
            let try_both = |bank: &Bank, from, to| {
                let is_refused = bank.transfer(from, to, 2 * BALANCE + 1, || ()).is_err();
                let is_foreign = bank.transfer(from, 2, 1, || ()).is_err();
                let is_missing = bank.transfer(2, to, 1, || ()).is_err();
                let is_made = bank.transfer(from, to, 1, || ()).is_ok();
                usize::from(is_refused && is_foreign && is_missing) + usize::from(is_made)
            };
            let expected: usize = thread::scope(|scope| {
                let other = scope.spawn(|| try_both(&bank, 1, 0));
                try_both(&bank, 0, 1) + join(other)
            });
            (expected, vec![bank.balance(0), bank.balance(1)])
        },
        |execution| {
            let (as_expected, balances) = &execution.value;
            if *as_expected == 4 && *balances == [Some(BALANCE); 2] {
                return Ok(());
            }
            let expected = "expected each thread to be refused 3 times and then to move 1, which leaves 10 and 10";
            let balances: Vec<u64> = balances.iter().flatten().copied().collect();
            Err(Violation::new(Finding::WrongResult, expected).got(format!("the balances are {balances:?}")))
        },
    );
}

/// The total needs all locks, or none.
fn beside_the_total(model: &mut Model) {
    for (label, first, second) in [
        ("0 to 2 and 2 to 0 beside the total", (0, 2, 3), (2, 0, 4)),
        ("0 to 1 and 2 to 1 beside the total", (0, 1, 3), (2, 1, 4)),
    ] {
        model.every(
            label,
            move || {
                let bank = Bank::new(&[BALANCE; 3]);
                thread::scope(|scope| {
                    let one = scope.spawn(|| transfer(&bank, &[first]));
                    let other = scope.spawn(|| transfer(&bank, &[second]));
                    let total = bank.total();
                    bank.balance(0);
                    (total, join(one) + join(other))
                })
            },
            |execution| {
                let (total, made) = execution.value;
                if total == 3 * BALANCE && made == 2 {
                    return Ok(());
                }
                let expected = "expected 2 transfers to be made, and a total of 30 beside them";
                Err(Violation::new(Finding::Race, expected).got(format!("{made} were made, and the total was {total}")))
            },
        );
    }
}
