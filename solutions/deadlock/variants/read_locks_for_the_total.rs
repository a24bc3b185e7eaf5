//! Variant: accounts are read-write locks, and the total takes read locks. Forks are plain mutexes whose poison is left
//! to end the dinner; the first philosopher is the caller.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError, RwLock, RwLockWriteGuard};
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
    accounts: Vec<RwLock<u64>>,
}

impl Bank {
    pub fn new(balances: &[u64]) -> Self {
        Self {
            accounts: balances.iter().map(|&balance| RwLock::new(balance)).collect(),
        }
    }

    pub fn balance(&self, account: usize) -> Option<u64> {
        Some(
            *self
                .accounts
                .get(account)?
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    pub fn total(&self) -> u64 {
        let balances: Vec<_> = self
            .accounts
            .iter()
            .map(|account| account.read().unwrap_or_else(PoisonError::into_inner))
            .collect();
        balances.iter().map(|balance| **balance).sum()
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
        if from == to {
            return Ok(());
        }
        let mut low = self.write(from.min(to));
        let mut high = self.write(from.max(to));
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

    fn write(&self, account: usize) -> RwLockWriteGuard<'_, u64> {
        self.accounts[account].write().unwrap_or_else(PoisonError::into_inner)
    }
}

pub fn dine(philosophers: usize, meals: usize, eat: impl Fn(usize) + Sync) {
    let forks: Vec<Mutex<()>> = (0..philosophers).map(|_| Mutex::new(())).collect();
    let philosopher = |i: usize| {
        let next = (i + 1) % philosophers;
        for _ in 0..meals {
            let _low = forks[i.min(next)].lock().unwrap();
            if i == next {
                eat(i);
            } else {
                let _high = forks[i.max(next)].lock().unwrap();
                eat(i);
            }
        }
    };
    thread::scope(|scope| {
        let philosopher = &philosopher;
        for i in 1..philosophers {
            scope.spawn(move || philosopher(i));
        }
        if philosophers > 0 {
            philosopher(0);
        }
    });
}
