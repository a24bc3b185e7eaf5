//! Mistake: both balances are read before one is written. In a transfer from an account to itself, the second write
//! undoes the first, and money appears.
//!
//! Fails: `transfers_follow_the_rules` with `wrong_result`.
//! Fails: `transfers_never_deadlock` with `race`.
//! Fails: `no_money_appears_or_vanishes` with `race`.
//! Fails: `disjoint_transfers_go_on_at_once` with `over_serialized`.
//! Fails: `waiting_threads_sleep` with `over_serialized`.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferError {
    NoSuchAccount(usize),
    Insufficient { balance: u64 },
}

impl fmt::Display for TransferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TransferError::NoSuchAccount(account) => write!(f, "there is no account {account}"),
            TransferError::Insufficient { balance } => write!(f, "there is only {balance} in the account"),
        }
    }
}

impl Error for TransferError {}

pub struct Bank {
    accounts: Mutex<Vec<u64>>,
}

impl Bank {
    pub fn new(balances: &[u64]) -> Self {
        Self {
            accounts: Mutex::new(balances.to_vec()),
        }
    }

    pub fn balance(&self, account: usize) -> Option<u64> {
        lock(&self.accounts).get(account).copied()
    }

    pub fn total(&self) -> u64 {
        lock(&self.accounts).iter().sum()
    }

    pub fn transfer(
        &self,
        from: usize,
        to: usize,
        amount: u64,
        while_locked: impl FnOnce(),
    ) -> Result<(), TransferError> {
        let mut accounts = lock(&self.accounts);
        for account in [from, to] {
            if account >= accounts.len() {
                return Err(TransferError::NoSuchAccount(account));
            }
        }
        if accounts[from] < amount {
            return Err(TransferError::Insufficient {
                balance: accounts[from],
            });
        }
        let (rest, sum) = (accounts[from] - amount, accounts[to] + amount);
        while_locked();
        accounts[from] = rest;
        accounts[to] = sum;
        Ok(())
    }
}

pub fn dine(philosophers: usize, meals: usize, eat: impl Fn(usize) + Sync) {
    let forks: Vec<Mutex<()>> = (0..philosophers).map(|_| Mutex::new(())).collect();
    thread::scope(|scope| {
        for i in 0..philosophers {
            let (forks, eat) = (&forks, &eat);
            let next = (i + 1) % philosophers;
            scope.spawn(move || {
                for _ in 0..meals {
                    let _low = lock(&forks[i.min(next)]);
                    let _high = (i != next).then(|| lock(&forks[i.max(next)]));
                    eat(i);
                }
            });
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
