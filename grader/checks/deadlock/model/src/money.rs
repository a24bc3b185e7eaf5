//! The total never changes, no account falls below zero, and an account is used by one transfer at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use deadlock::{Bank, TransferError};
use harness::inside::Exclusive;
use harness::waiting::{MILLISECOND, join};
use harness::{Execution, Finding, Model, Violation};

/// More threads than a byte can count.
const CROWD: usize = 300;

pub(crate) fn no_money_appears_or_vanishes(model: &mut Model) {
    model.executions(5_000);
    model.random(200);
    model.every(
        "60 from 0 to 1 and 60 from 0 to 2, with 100",
        take_twice,
        one_is_refused,
    );
    model.every(
        "60 from 0 to 0 and 60 from 0 to 1, with 100",
        take_beside_oneself,
        all_is_there,
    );
    model.every(
        "10 from 0 to 1 and 10 from 1 to 2, with 10 in the first",
        pass_on,
        the_second_has_it_or_not,
    );
    for (label, transfers) in [
        ("the total, beside transfers up", [(0, 1), (1, 2)]),
        ("the total, beside transfers down", [(2, 1), (1, 0)]),
        ("the total, beside transfers there and back", [(0, 2), (2, 0)]),
    ] {
        model.every(label, move || look_beside(transfers), the_total_is_the_same);
    }
    model.every(
        "both balances, beside a transfer from 0 to 1",
        look_at_both_beside,
        a_balance_is_one_before_or_after,
    );
    for (label, transfers) in [
        ("`while_locked` of 0 to 1 and 1 to 0", [(0, 1), (1, 0)]),
        ("`while_locked` of 0 to 1 and 2 to 1", [(0, 1), (2, 1)]),
        ("`while_locked` of 0 to 1 and 0 to 2", [(0, 1), (0, 2)]),
        ("`while_locked` of 1 to 1 and 0 to 1", [(1, 1), (0, 1)]),
        ("`while_locked` of 0 to 0 and 0 to 0", [(0, 0), (0, 0)]),
    ] {
        model.every(label, move || use_accounts(transfers), nobody_shared);
    }
    model.spurious_wakeups(1);
    model.every(
        "`while_locked` of 0 to 1 and 1 to 0, a spurious wake-up",
        || use_accounts([(0, 1), (1, 0)]),
        nobody_shared,
    );
    model.spurious_wakeups(0);
    model.executions(1);
    model.random(0);
    model.every(
        "300 transfers that wait for one account",
        transfer_in_a_crowd,
        the_crowd_is_served,
    );
}

/// The outcomes of two transfers, and the balances and the total afterwards.
struct Aftermath {
    outcomes: [Result<(), TransferError>; 2],
    balances: Vec<u64>,
    total: u64,
}

/// Makes two transfers at the same time.
fn transfer_both(balances: &[u64], [one, other]: [(usize, usize, u64); 2]) -> Aftermath {
    let bank = Bank::new(balances);
    let transfer = |(from, to, amount)| bank.transfer(from, to, amount, thread::yield_now);
    let outcomes = thread::scope(|scope| {
        let other = scope.spawn(|| transfer(other));
        [transfer(one), join(other)]
    });
    Aftermath {
        outcomes,
        balances: (0..balances.len())
            .filter_map(|account| bank.balance(account))
            .collect(),
        total: bank.total(),
    }
}

fn take_twice() -> Aftermath {
    transfer_both(&[100, 0, 0], [(0, 1, 60), (0, 2, 60)])
}

fn one_is_refused(execution: &Execution<Aftermath>) -> Result<(), Violation> {
    let Aftermath {
        outcomes,
        balances,
        total,
    } = &execution.value;
    let is_refused =
        |outcome: &Result<(), TransferError>| matches!(outcome, Err(TransferError::Insufficient { balance: 40 }));
    let [one, other] = outcomes;
    let first = one.is_ok() && is_refused(other) && *balances == [40, 60, 0];
    let second = other.is_ok() && is_refused(one) && *balances == [40, 0, 60];
    if (first || second) && *total == 100 {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::Race,
        "expected one of two transfers of 60 to be made, and the other to find the 40 that are left",
    );
    let made = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    Err(violation.got(format!(
        "{made} were made, the balances are {balances:?}, the total is {total}"
    )))
}

fn take_beside_oneself() -> Aftermath {
    transfer_both(&[100, 0], [(0, 0, 60), (0, 1, 60)])
}

fn all_is_there(execution: &Execution<Aftermath>) -> Result<(), Violation> {
    let Aftermath {
        outcomes: [to_itself, away],
        balances,
        total,
    } = &execution.value;
    // The transfer to itself leaves the 100, or comes too late.
    let is_fine = matches!(to_itself, Ok(()) | Err(TransferError::Insufficient { balance: 40 }));
    if is_fine && away.is_ok() && *balances == [40, 60] && *total == 100 {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::Race,
        "expected 60 of 100 to be moved, and the account's transfer to itself to come before or after that",
    );
    Err(violation.got(format!("the balances are {balances:?}, the total is {total}")))
}

fn pass_on() -> Aftermath {
    transfer_both(&[10, 0, 0], [(0, 1, 10), (1, 2, 10)])
}

fn the_second_has_it_or_not(execution: &Execution<Aftermath>) -> Result<(), Violation> {
    let Aftermath {
        outcomes: [first, second],
        balances,
        total,
    } = &execution.value;
    let is_fine = match second {
        Ok(()) => *balances == [0, 0, 10],
        Err(TransferError::Insufficient { balance: 0 }) => *balances == [0, 10, 0],
        Err(_) => false,
    };
    if first.is_ok() && is_fine && *total == 10 {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::Race,
        "expected 10 to be moved from 0 to 1, and on to 2 if they come in time",
    );
    Err(violation.got(format!("the balances are {balances:?}, the total is {total}")))
}

/// The totals that were seen while two transfers were made, of 100 in all.
fn look_beside(transfers: [(usize, usize); 2]) -> Vec<u64> {
    let bank = Bank::new(&[40, 40, 20]);
    let transfer = |(from, to)| bank.transfer(from, to, 20, || ()).is_ok();
    thread::scope(|scope| {
        let threads = transfers.map(|transfer_of| scope.spawn(move || transfer(transfer_of)));
        let mut totals = vec![bank.total(), bank.total()];
        for thread in threads {
            join(thread);
        }
        totals.push(bank.total());
        totals
    })
}

fn the_total_is_the_same(execution: &Execution<Vec<u64>>) -> Result<(), Violation> {
    let totals = &execution.value;
    if totals.iter().all(|total| *total == 100) {
        return Ok(());
    }
    let expected = "expected a total of 100, before, between, during and after the transfers";
    Err(Violation::new(Finding::Race, expected).got(format!("total() said {totals:?}")))
}

/// The balances that were seen while 20 were moved from the first to the second, with 40 in each.
fn look_at_both_beside() -> [Option<u64>; 2] {
    let bank = Bank::new(&[40, 40]);
    thread::scope(|scope| {
        scope.spawn(|| bank.transfer(0, 1, 20, || ()).is_ok());
        [0, 1].map(|account| bank.balance(account))
    })
}

/// Whoever looks has to wait for the transfer, or is told what was there before.
fn a_balance_is_one_before_or_after(execution: &Execution<[Option<u64>; 2]>) -> Result<(), Violation> {
    let [giver, taker] = execution.value;
    if matches!(giver, Some(40 | 20)) && matches!(taker, Some(40 | 60)) {
        return Ok(());
    }
    let expected = "expected the balances to be 40 or 20 and 40 or 60, before or after the transfer";
    Err(Violation::new(Finding::Race, expected).got(format!("they were {giver:?} and {taker:?}")))
}

/// What went on in each account.
#[derive(Default)]
struct Use {
    was_shared: bool,
    /// How often each account was used, as far as its users saw.
    seen: [usize; 3],
    /// How often each was used.
    used: [usize; 3],
}

/// Each of two threads makes a transfer and uses its accounts while it has the locks.
fn use_accounts(transfers: [(usize, usize); 2]) -> Use {
    let bank = Bank::new(&[10, 10, 10]);
    let accounts: [Exclusive; 3] = Default::default();
    let used: [AtomicUsize; 3] = Default::default();
    let was_shared = AtomicUsize::new(0);
    let transfer = |(from, to): (usize, usize)| {
        let both = if from == to { vec![from] } else { vec![from, to] };
        let _ = bank.transfer(from, to, 1, || {
            for account in &both {
                if !accounts[*account].enter() {
                    was_shared.fetch_add(1, Ordering::SeqCst);
                }
            }
            thread::yield_now();
            for account in &both {
                accounts[*account].leave();
                used[*account].fetch_add(1, Ordering::SeqCst);
            }
        });
    };
    thread::scope(|scope| {
        scope.spawn(|| transfer(transfers[1]));
        transfer(transfers[0]);
    });
    Use {
        was_shared: was_shared.into_inner() > 0,
        seen: accounts.map(|account| account.uses()),
        used: used.map(AtomicUsize::into_inner),
    }
}

fn nobody_shared(execution: &Execution<Use>) -> Result<(), Violation> {
    let Use { was_shared, seen, used } = execution.value;
    if was_shared {
        let violation = Violation::new(
            Finding::Race,
            "expected two transfers that share an account never to be in `while_locked` at the same time",
        );
        return Err(violation.got("both were"));
    }
    if seen != used {
        let violation = Violation::new(
            Finding::Race,
            "expected `while_locked` to see what the one before it wrote, as with a lock",
        );
        return Err(violation.got(format!(
            "the accounts were used {used:?} times, and the users saw {seen:?}"
        )));
    }
    Ok(())
}

/// So many threads as no byte can count wait for account 0. Returns how many transfers were made, and the balances.
fn transfer_in_a_crowd() -> (usize, [Option<u64>; 2]) {
    let bank = Bank::new(&[CROWD as u64 + 1, 0]);
    let made = thread::scope(|scope| {
        let transfer = |pause| bank.transfer(0, 1, 1, || thread::sleep(pause)).is_ok();
        let first = scope.spawn(move || transfer(MILLISECOND));
        let crowd: Vec<_> = (0..CROWD)
            .map(|_| scope.spawn(move || transfer(Duration::ZERO)))
            .collect();
        crowd
            .into_iter()
            .chain([first])
            .map(|thread| usize::from(join(thread)))
            .sum()
    });
    (made, [bank.balance(0), bank.balance(1)])
}

fn the_crowd_is_served(execution: &Execution<(usize, [Option<u64>; 2])>) -> Result<(), Violation> {
    let (made, balances) = execution.value;
    if made == CROWD + 1 && balances == [Some(0), Some(CROWD as u64 + 1)] {
        return Ok(());
    }
    let expected = format!("expected {} transfers of 1 each to be made", CROWD + 1);
    let violation = Violation::new(Finding::WrongResult, expected);
    let balances: Vec<u64> = balances.into_iter().flatten().collect();
    Err(violation.got(format!("{made} were made, and the balances are {balances:?}")))
}
