//! Variant: the order of the locks is that of their addresses in memory. The total never changes, so the bank keeps it.
//! Philosophers with an odd number take the forks the other way round.

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
    total: u64,
}

impl Bank {
    pub fn new(balances: &[u64]) -> Self {
        Self {
            total: balances.iter().sum(),
            accounts: balances.iter().map(|&balance| Mutex::new(balance)).collect(),
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
        let find = |number: usize| self.accounts.get(number).ok_or(TransferError::NoSuchAccount(number));
        let (source, target) = (find(from)?, find(to)?);
        if std::ptr::eq(source, target) {
            return Ok(());
        }
        let is_lower = std::ptr::from_ref(source) < std::ptr::from_ref(target);
        let (first, second) = if is_lower { (source, target) } else { (target, source) };
        let (mut first, mut second) = (lock(first), lock(second));
        let (source, target) = if is_lower {
            (&mut *first, &mut *second)
        } else {
            (&mut *second, &mut *first)
        };
        if *source < amount {
            return Err(TransferError::Insufficient { balance: *source });
        }
        while_locked();
        *source -= amount;
        *target += amount;
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
                    let (first, second) = if i % 2 == 0 { (i, next) } else { (next, i) };
                    let _first = lock(&forks[first]);
                    let _second = (first != second).then(|| lock(&forks[second]));
                    eat(i);
                }
            });
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
