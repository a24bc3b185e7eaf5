//! What a transfer does, and when it is refused, without any other thread.

use std::cell::Cell;
use std::fmt;

use deadlock::{Bank, TransferError};
use harness::{Execution, Finding, Model, Violation};

/// More accounts than two bytes can number.
const MANY: usize = 70_000;

/// More transfers than two bytes can number.
const MANY_TRANSFERS: usize = 70_000;

/// From where to where, and how much.
type Transfer = (usize, usize, u64);

pub(crate) fn transfers_follow_the_rules(model: &mut Model) {
    follow(
        model,
        "accounts with 100, 50 and 0",
        &[100, 50, 0],
        &[
            (0, 1, 30),
            (1, 0, 0),
            (0, 2, 70),
            (0, 1, 1),
            (0, 1, 0),
            (1, 2, 81),
            (1, 2, 80),
            (2, 1, 150),
        ],
    );
    follow(
        model,
        "accounts with 100 and 50, transfers to themselves",
        &[100, 50],
        &[
            (1, 1, 50),
            (1, 1, 51),
            (0, 0, 0),
            (0, 0, 1),
            (0, 0, 101),
            (1, 0, 50),
            (1, 1, 1),
            (1, 1, 0),
        ],
    );
    follow(
        model,
        "2 accounts, transfers from and to others",
        &[10, 10],
        &[
            (0, 2, 1),
            (2, 0, 1),
            (2, 2, 0),
            (0, 2, 11),
            (0, 256, 1),
            (65_536, 1, 1),
            (1 << 32, 1, 1),
            (0, usize::MAX, 0),
            (usize::MAX, 0, 0),
            (0, 1, 10),
        ],
    );
    follow(model, "no accounts", &[], &[(0, 0, 0), (1, 1, 5)]);
    follow(
        model,
        "accounts with u64::MAX and 0",
        &[u64::MAX, 0],
        &[
            (0, 1, u64::MAX),
            (0, 1, 1),
            (1, 0, 1 << 63),
            (1, 0, 1 << 32),
            (1, 1, u64::MAX),
            (0, 1, 1 << 16),
            (0, 0, 1 << 63),
        ],
    );
    two_banks(model);
    model.steps(4_000_000);
    many_accounts(model);
    many_transfers(model);
}

/// What became of a transfer.
#[derive(Clone, Copy, PartialEq)]
enum Outcome {
    Done,
    NoSuchAccount(usize),
    Insufficient(u64),
}

impl From<Result<(), TransferError>> for Outcome {
    fn from(result: Result<(), TransferError>) -> Self {
        match result {
            Ok(()) => Outcome::Done,
            Err(TransferError::NoSuchAccount(account)) => Outcome::NoSuchAccount(account),
            Err(TransferError::Insufficient { balance }) => Outcome::Insufficient(balance),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Done => f.write_str("Ok(())"),
            Outcome::NoSuchAccount(account) => write!(f, "NoSuchAccount({account})"),
            Outcome::Insufficient(balance) => write!(f, "Insufficient {{ balance: {balance} }}"),
        }
    }
}

/// What a transfer did.
struct Seen {
    outcome: Outcome,
    /// How often `while_locked` was called.
    calls: u32,
    balances: Vec<Option<u64>>,
    total: u64,
}

/// The total before all transfers, what each of them did, and the balances that were looked at.
struct Story {
    total: u64,
    seen: Vec<Seen>,
}

/// Accounts that no bank here has, though it may have those whose numbers begin with the same bits.
const MISSING: [usize; 4] = [1 << 8, 1 << 16, 1 << 32, usize::MAX];

/// Makes the transfers one after the other; looks at all accounts, and at some that are not there, after each.
fn transfer_all(balances: &[u64], transfers: &[Transfer]) -> Story {
    let bank = Bank::new(balances);
    let total = bank.total();
    let seen = transfers.iter().map(|&(from, to, amount)| {
        let calls = Cell::new(0);
        let outcome = bank.transfer(from, to, amount, || calls.set(calls.get() + 1)).into();
        Seen {
            outcome,
            calls: calls.get(),
            balances: (0..=balances.len())
                .chain(MISSING)
                .map(|account| bank.balance(account))
                .collect(),
            total: bank.total(),
        }
    });
    let seen = seen.collect();
    Story { total, seen }
}

fn follow(model: &mut Model, label: &str, balances: &'static [u64], transfers: &'static [Transfer]) {
    model.every(
        label,
        move || transfer_all(balances, transfers),
        move |execution| is_as_expected(&execution.value, balances, transfers),
    );
}

fn is_as_expected(story: &Story, balances: &[u64], transfers: &[Transfer]) -> Result<(), Violation> {
    let total: u64 = balances.iter().sum();
    expect_total(&format!("a bank with {balances:?}"), total, story.total)?;
    let mut balances = balances.to_vec();
    for (&(from, to, amount), seen) in transfers.iter().zip(&story.seen) {
        let call = format!("transfer({from}, {to}, {amount}) with {balances:?}");
        let refusals = refusals(&balances, from, to, amount);
        let is_refused = refusals.contains(&seen.outcome);
        // Whether a transfer from an account to itself looks at the balance, and calls `while_locked`, is left open.
        let is_to_itself = from == to && from < balances.len();
        let is_made = seen.outcome == Outcome::Done && (refusals.is_empty() || is_to_itself);
        if !(is_refused || is_made) {
            let expected = refusals.first().copied().unwrap_or(Outcome::Done);
            let violation = Violation::new(Finding::WrongResult, format!("expected {call} to return {expected}"));
            return Err(violation.got(format!("it returned {}", seen.outcome)));
        }
        if seen.outcome == Outcome::Done && seen.calls == 0 && !is_to_itself {
            let violation = Violation::new(Finding::WrongResult, format!("expected {call} to call `while_locked`"));
            return Err(violation.got("it was not called"));
        }
        if refusals.is_empty() {
            balances[from] -= amount;
            balances[to] += amount;
        }
        let after: Vec<Option<u64>> = balances
            .iter()
            .copied()
            .map(Some)
            .chain([None; 1 + MISSING.len()])
            .collect();
        if seen.balances != after {
            let expected = format!("expected the balances {} after {call}", in_words(&after));
            let violation = Violation::new(Finding::WrongResult, expected);
            return Err(violation.got(format!("got {}", in_words(&seen.balances))));
        }
        expect_total(&call, total, seen.total)?;
    }
    Ok(())
}

/// The reasons for which a transfer has to be refused. It may give any of them.
fn refusals(balances: &[u64], from: usize, to: usize, amount: u64) -> Vec<Outcome> {
    let is_missing = |account: &usize| *account >= balances.len();
    let missing = [from, to].into_iter().filter(is_missing).map(Outcome::NoSuchAccount);
    let balance = balances.get(from).filter(|balance| **balance < amount);
    missing
        .chain(balance.map(|balance| Outcome::Insufficient(*balance)))
        .collect()
}

#[track_caller]
fn expect_total(of: &str, expected: u64, got: u64) -> Result<(), Violation> {
    if got == expected {
        return Ok(());
    }
    let violation = Violation::new(
        Finding::WrongResult,
        format!("expected a total of {expected} after {of}"),
    );
    Err(violation.got(format!("got {got}")))
}

fn in_words(balances: &[Option<u64>]) -> String {
    let balances: Vec<String> = balances
        .iter()
        .map(|balance| balance.map_or("None".to_owned(), |balance| balance.to_string()))
        .collect();
    balances.join(", ")
}

fn two_banks(model: &mut Model) {
    let body = || {
        let [one, other] = [Bank::new(&[10, 0]), Bank::new(&[5, 0, 7])];
        let first = one.transfer(0, 1, 4, || ()).is_ok();
        let second = other.transfer(2, 0, 7, || ()).is_ok();
        let balances: Vec<Option<u64>> = [(&one, 0), (&one, 1), (&one, 2), (&other, 0), (&other, 1), (&other, 2)]
            .map(|(bank, account)| bank.balance(account))
            .to_vec();
        (first && second, balances)
    };
    model.every("2 banks, a transfer in each", body, |execution| {
        let (are_done, balances) = &execution.value;
        let expected = [Some(6), Some(4), None, Some(12), Some(0), Some(0)];
        if *are_done && *balances == expected {
            return Ok(());
        }
        let expected = format!("expected the balances {} in the two banks", in_words(&expected));
        Err(Violation::new(Finding::WrongResult, expected).got(format!("got {}", in_words(balances))))
    });
}

/// The outcomes of some transfers, some balances, and the total.
type Sample = ([Outcome; 4], [Option<u64>; 7], u64);

fn many_accounts(model: &mut Model) {
    let body = || {
        let bank = Bank::new(&vec![3; MANY]);
        let last = MANY - 1;
        let results = [(0, last, 1), (last, 65_536, 4), (300, 44, 2), (MANY, 0, 1)];
        let outcomes = results.map(|(from, to, amount)| Outcome::from(bank.transfer(from, to, amount, || ())));
        let balances = [0, 44, 300, last - 65_536, 65_536, last, MANY].map(|account| bank.balance(account));
        (outcomes, balances, bank.total())
    };
    let property = |execution: &Execution<Sample>| {
        let (outcomes, balances, total) = execution.value;
        let expected = [
            Outcome::Done,
            Outcome::Done,
            Outcome::Done,
            Outcome::NoSuchAccount(MANY),
        ];
        if outcomes != expected {
            let violation = Violation::new(
                Finding::WrongResult,
                format!("expected 3 transfers between {MANY} accounts, and one from account {MANY} to be refused"),
            );
            return Err(violation.got(outcomes.map(|outcome| outcome.to_string()).join(", ")));
        }
        let expected = [Some(2), Some(5), Some(1), Some(3), Some(7), Some(0), None];
        if balances != expected {
            let violation = Violation::new(
                Finding::WrongResult,
                format!(
                    "expected the balances {} in some of {MANY} accounts",
                    in_words(&expected)
                ),
            );
            return Err(violation.got(format!("got {}", in_words(&balances))));
        }
        expect_total(
            &format!("transfers between {MANY} accounts with 3 each"),
            3 * MANY as u64,
            total,
        )
    };
    model.every("70000 accounts", body, property);
}

fn many_transfers(model: &mut Model) {
    let body = || {
        let bank = Bank::new(&[1, MANY_TRANSFERS as u64]);
        let mut done = 0;
        for _ in 0..MANY_TRANSFERS {
            done += usize::from(bank.transfer(1, 0, 1, || ()).is_ok());
        }
        (done, vec![bank.balance(0), bank.balance(1)])
    };
    model.every("70000 transfers, one after the other", body, |execution| {
        let (done, balances) = &execution.value;
        let expected = [Some(MANY_TRANSFERS as u64 + 1), Some(0)];
        if *done == MANY_TRANSFERS && *balances == expected {
            return Ok(());
        }
        let violation = Violation::new(
            Finding::WrongResult,
            format!(
                "expected {MANY_TRANSFERS} transfers and the balances {}",
                in_words(&expected)
            ),
        );
        Err(violation.got(format!("{done} were made, and the balances are {}", in_words(balances))))
    });
}
