//! Variant: money only moves, so the total is added up once, at the beginning.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, MutexGuard};
use std::thread;

/// Why a transfer was refused. It has moved nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferError {
    /// The bank has no account of this number.
    NoSuchAccount(usize),
    /// There is less in the account than was to be taken from it.
    Insufficient {
        /// How much there is.
        balance: u64,
    },
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
    total: u64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Bank {
    pub fn new(balances: &[u64]) -> Self {
        Bank {
            accounts: balances.iter().map(|balance| Mutex::new(*balance)).collect(),
            total: balances.iter().sum(),
        }
    }

    pub fn balance(&self, account: usize) -> Option<u64> {
        self.accounts.get(account).map(|account| *lock(account))
    }

    pub fn total(&self) -> u64 {
        self.total
    }

    pub fn transfer(
        &self,
        from: usize,
        to: usize,
        amount: u64,
        while_locked: impl FnOnce(),
    ) -> Result<(), TransferError> {
        for account in [from, to] {
            if account >= self.accounts.len() {
                return Err(TransferError::NoSuchAccount(account));
            }
        }
        let mut first = lock(&self.accounts[from.min(to)]);
        if from == to {
            while_locked();
            return Ok(());
        }
        let mut second = lock(&self.accounts[from.max(to)]);
        let (giver, taker) = if from < to {
            (&mut *first, &mut *second)
        } else {
            (&mut *second, &mut *first)
        };
        if *giver < amount {
            return Err(TransferError::Insufficient { balance: *giver });
        }
        while_locked();
        *giver -= amount;
        *taker += amount;
        Ok(())
    }
}

pub fn dine(philosophers: usize, meals: usize, eat: impl Fn(usize) + Sync) {
    if meals == 0 {
        return;
    }
    let forks: Vec<Mutex<()>> = (0..philosophers).map(|_| Mutex::new(())).collect();
    thread::scope(|scope| {
        for philosopher in 0..philosophers {
            let (forks, eat) = (&forks, &eat);
            scope.spawn(move || {
                let next = (philosopher + 1) % philosophers;
                for _ in 0..meals {
                    let _first = forks[philosopher.min(next)].lock().unwrap();
                    let _second = (next != philosopher).then(|| forks[philosopher.max(next)].lock().unwrap());
                    eat(philosopher);
                }
            });
        }
    });
}
