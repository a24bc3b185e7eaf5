//! Mistake: the number of an account is kept in a byte. Account 256 is account 0.
//!
//! Fails: `transfers_follow_the_rules` with `wrong_result`.
//! Fails: `disjoint_transfers_go_on_at_once` with `over_serialized`.

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
    accounts: Vec<Mutex<u64>>,
}

impl Bank {
    pub fn new(balances: &[u64]) -> Self {
        Self {
            accounts: balances.iter().map(|&balance| Mutex::new(balance)).collect(),
        }
    }

    pub fn balance(&self, account: usize) -> Option<u64> {
        self.accounts.get(account).map(|account| *lock(account))
    }

    pub fn total(&self) -> u64 {
        let balances: Vec<MutexGuard<u64>> = self.accounts.iter().map(lock).collect();
        balances.iter().map(|balance| **balance).sum()
    }

    pub fn transfer(
        &self,
        from: usize,
        to: usize,
        amount: u64,
        while_locked: impl FnOnce(),
    ) -> Result<(), TransferError> {
        let (from, to) = (usize::from(from as u8), usize::from(to as u8));
        for account in [from, to] {
            if account >= self.accounts.len() {
                return Err(TransferError::NoSuchAccount(account));
            }
        }
        if from == to {
            let balance = lock(&self.accounts[from]);
            if *balance < amount {
                return Err(TransferError::Insufficient { balance: *balance });
            }
            while_locked();
            return Ok(());
        }
        let mut low = lock(&self.accounts[from.min(to)]);
        let mut high = lock(&self.accounts[from.max(to)]);
        let (source, target) = if from < to {
            (&mut low, &mut high)
        } else {
            (&mut high, &mut low)
        };
        if **source < amount {
            return Err(TransferError::Insufficient { balance: **source });
        }
        while_locked();
        **source -= amount;
        **target += amount;
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
