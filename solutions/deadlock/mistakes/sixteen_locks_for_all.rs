//! Mistake: sixteen locks serve all accounts, each for every sixteenth. Two transfers of different accounts may share a
//! lock.
//!
//! Fails: `disjoint_transfers_go_on_at_once` with `over_serialized`.

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
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

const N_LOCKS: usize = 16;

pub struct Bank {
    accounts: Vec<AtomicU64>,
    locks: [Mutex<()>; N_LOCKS],
}

impl Bank {
    pub fn new(balances: &[u64]) -> Self {
        Self {
            accounts: balances.iter().map(|&balance| AtomicU64::new(balance)).collect(),
            locks: Default::default(),
        }
    }

    pub fn balance(&self, account: usize) -> Option<u64> {
        self.accounts.get(account).map(|balance| balance.load(Ordering::SeqCst))
    }

    pub fn total(&self) -> u64 {
        let _locked = self.locks.each_ref().map(lock);
        self.accounts.iter().map(|balance| balance.load(Ordering::SeqCst)).sum()
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
        let (one, other) = (from % N_LOCKS, to % N_LOCKS);
        let _low = lock(&self.locks[one.min(other)]);
        let _high = (one != other).then(|| lock(&self.locks[one.max(other)]));
        let balance = self.accounts[from].load(Ordering::SeqCst);
        if balance < amount {
            return Err(TransferError::Insufficient { balance });
        }
        while_locked();
        self.accounts[from].fetch_sub(amount, Ordering::SeqCst);
        self.accounts[to].fetch_add(amount, Ordering::SeqCst);
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
